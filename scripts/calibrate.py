"""Find the range of each axis and of the charge in the training events, that of the axes in others too if asked."""

import argparse
from pathlib import Path

import numpy as np

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.progress import progress
from showergrid.events.hits import read_hits
from showergrid.events.split import read_split
from showergrid.inputs.calibration import calibrate_data, hits_of_events, write_calibration
from showergrid.inputs.settings import AxisRanges


def main(a: argparse.Namespace) -> None:
    """Calibrate and write."""
    job = provenance.start(a.job, __file__)
    job.reads({"hits": a.hits, "split": a.split})
    ranges = AxisRanges(**job.config["axis_ranges"])
    event, sets = read_split(a.split)
    chunks = hits_of_events(progress(read_hits(a.hits), "calibrate", "chunk"), event[np.isin(sets, ranges.sets)])
    calibration = calibrate_data(chunks, event[sets == "train"], job.config["stretch"], ranges.padding)
    write_calibration(a.output, calibration)
    job.finish(a.provenance, outputs={"calibration": a.output})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance file to write")
    parser.add_argument("--hits", type=Path, required=True, help="hits.parquet")
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument("--output", type=Path, required=True, help="calibration to write (JSON)")
    run(main, parser)
