"""Make the inputs of a tuned network where a search has chosen the parameters of its representation."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.inputs.settings import InputSettings
from showergrid.tuning.best import read_best, with_values
from showergrid.tuning.inputs import InputData


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"tuned": a.tuned, "tables": a.tables, "split": a.split, "calibration": a.calibration})
    cell = with_values(job.config, read_best(a.tuned), str(a.tuned))
    settings = InputSettings(representation=cell["representation"], resolution=cell["resolution"])
    InputData(a.tables, a.split, a.calibration).make(settings, a.input_calibration, a.output)
    modules = closure_modules(cell)
    outputs = {"inputs": a.output, "calibration": a.input_calibration}
    job.finish(a.provenance, outputs, modules=modules)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tuned", type=Path, required=True, help="best.yaml of the search")
    parser.add_argument(
        "--tables", type=Path, nargs="+", required=True, help="hits.parquet, or events.parquet and more"
    )
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument(
        "--calibration", type=Path, nargs="*", default=[], help="calibration of the hits (JSON), if any"
    )
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of a cell of this place")
    parser.add_argument("--input-calibration", type=Path, required=True, help="calibration of the inputs to write")
    parser.add_argument("--output", type=Path, required=True, help="input file to write (safetensors)")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
