"""Make the images of a tuned network whose image parameters a search has chosen."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.inputs.settings import ImageSettings
from showergrid.tuning.best import read_best, with_values
from showergrid.tuning.images import ImageData


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"tuned": a.tuned, "hits": a.hits, "split": a.split, "calibration": a.calibration})
    cell = with_values(job.config, read_best(a.tuned), str(a.tuned))
    settings = ImageSettings(representation=cell["representation"], resolution=cell["resolution"])
    ImageData(a.hits, a.split, a.calibration).make(settings, a.image_calibration, a.output)
    modules = closure_modules(cell)
    outputs = {"images": a.output, "calibration": a.image_calibration}
    job.finish(a.provenance, outputs, modules=modules)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tuned", type=Path, required=True, help="best.yaml of the search")
    parser.add_argument("--hits", type=Path, required=True, help="hits.parquet")
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument("--calibration", type=Path, required=True, help="calibration of the data (JSON)")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of a cell of this place")
    parser.add_argument("--image-calibration", type=Path, required=True, help="calibration of the images to write")
    parser.add_argument("--output", type=Path, required=True, help="image file to write (safetensors)")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
