"""Make what all events look like in one representation, on the grid of one resolution if it has one."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.inputs.calibration import read_calibration
from showergrid.inputs.data import write_inputs
from showergrid.inputs.settings import InputSettings


def main(a: argparse.Namespace) -> None:
    """Make and write the inputs."""
    job = provenance.start(a.job, __file__)
    job.reads({"tables": a.tables, "calibration": a.calibration})
    write_inputs(a.output, InputSettings(**job.config), a.tables, read_calibration(a.calibration))
    job.finish(a.provenance, outputs={"inputs": a.output}, modules=closure_modules(job.config))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance file to write")
    parser.add_argument(
        "--tables", type=Path, nargs="+", required=True, help="hits.parquet, or events.parquet and more"
    )
    parser.add_argument("--calibration", type=Path, required=True, help="calibration of this input file (JSON)")
    parser.add_argument("--output", type=Path, required=True, help="input file to write (safetensors)")
    run(main, parser)
