"""Find the angle between each shower's axis and the beam from its hits."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.progress import progress
from showergrid.events.directions import write_directions
from showergrid.events.hits import read_hits


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"hits": a.hits})
    write_directions(progress(read_hits(a.hits), "directions", "chunk"), a.output)
    job.finish(a.provenance, outputs={"directions": a.output})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--hits", type=Path, required=True, help="hits.parquet")
    parser.add_argument("--output", type=Path, required=True, help="directions to write (Parquet)")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
