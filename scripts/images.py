"""Make the sparse images of all events in one representation at one resolution."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.core.progress import progress
from showergrid.events.hits import read_hits
from showergrid.inputs.calibration import read_calibration
from showergrid.inputs.making import write_images
from showergrid.inputs.settings import ImageSettings


def main(a: argparse.Namespace) -> None:
    """Make and write the images."""
    job = provenance.start(a.job, __file__)
    job.reads({"hits": a.hits, "calibration": a.calibration})
    settings = ImageSettings(**job.config)
    hits = read_hits(a.hits, time=settings.representation.order == "truth_time")
    write_images(a.output, progress(hits, "images", "chunk"), read_calibration(a.calibration), settings)
    job.finish(a.provenance, outputs={"images": a.output}, modules=closure_modules(job.config))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance file to write")
    parser.add_argument("--hits", type=Path, required=True, help="hits.parquet")
    parser.add_argument("--calibration", type=Path, required=True, help="calibration of this image file (JSON)")
    parser.add_argument("--output", type=Path, required=True, help="image file to write (safetensors)")
    run(main, parser)
