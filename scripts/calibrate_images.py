"""Find what a representation at one resolution needs from the training events, e.g. the largest summed charge."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.core.progress import progress
from showergrid.events.hits import read_hits
from showergrid.events.split import events_of
from showergrid.inputs.calibration import calibrate_images, hits_of_events, read_calibration, write_calibration
from showergrid.inputs.settings import ImageSettings


def main(a: argparse.Namespace) -> None:
    """Calibrate and write."""
    job = provenance.start(a.job, __file__)
    job.reads({"hits": a.hits, "split": a.split, "calibration": a.calibration})
    settings = ImageSettings(**job.config)
    training = hits_of_events(progress(read_hits(a.hits), "calibrate", "chunk"), events_of(a.split, "train"))
    write_calibration(a.output, calibrate_images(training, read_calibration(a.calibration), settings))
    job.finish(a.provenance, outputs={"calibration": a.output}, modules=closure_modules(job.config))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance file to write")
    parser.add_argument("--hits", type=Path, required=True, help="hits.parquet")
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument("--calibration", type=Path, required=True, help="calibration of the data (JSON)")
    parser.add_argument("--output", type=Path, required=True, help="calibration to write (JSON)")
    run(main, parser)
