"""Find what a representation needs from the training events, e.g. the largest summed charge at one resolution."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.inputs.calibration import write_calibration
from showergrid.inputs.data import calibrated
from showergrid.inputs.settings import InputSettings


def main(a: argparse.Namespace) -> None:
    """Calibrate and write."""
    job = provenance.start(a.job, __file__)
    job.reads({"tables": a.tables, "split": a.split, "calibration": a.calibration})
    write_calibration(a.output, calibrated(InputSettings(**job.config), a.tables, a.split, a.calibration))
    job.finish(a.provenance, outputs={"calibration": a.output}, modules=closure_modules(job.config))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance file to write")
    parser.add_argument(
        "--tables", type=Path, nargs="+", required=True, help="hits.parquet, or events.parquet and more"
    )
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument(
        "--calibration", type=Path, nargs="*", default=[], help="calibration of the hits (JSON), if any"
    )
    parser.add_argument("--output", type=Path, required=True, help="calibration to write (JSON)")
    run(main, parser)
