"""Find the range of each axis and of the charge in the training events."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.progress import progress
from showergrid.events.hits import read_hits
from showergrid.events.split import events_of
from showergrid.inputs.calibration import calibrate_data, training_hits, write_calibration


def main(a: argparse.Namespace) -> None:
    """Calibrate and write."""
    job = provenance.start(a.job, __file__)
    job.reads({"hits": a.hits, "split": a.split})
    chunks = progress(read_hits(a.hits), "calibrate", "chunk")
    training = training_hits(chunks, events_of(a.split, "train"))
    write_calibration(a.output, calibrate_data(training, job.config["stretch"]))
    job.finish(a.provenance, outputs={"calibration": a.output})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance file to write")
    parser.add_argument("--hits", type=Path, required=True, help="hits.parquet")
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument("--output", type=Path, required=True, help="calibration to write (JSON)")
    run(main, parser)
