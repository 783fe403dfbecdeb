"""Draw how a cell answers when some of the hits are taken away."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.report.figures.removal import read_table, removal_figure
from showergrid.report.settings.labels import HumanLabels


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"table": a.table})
    removal_figure(read_table(a.table), HumanLabels(**job.config["labels"]), a.figure)
    job.finish(a.provenance, outputs={"figure": a.figure})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path, required=True, help="removal.csv of the cell")
    parser.add_argument("--figure", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--job", required=True, help='JSON: resolved configuration with "labels"')
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
