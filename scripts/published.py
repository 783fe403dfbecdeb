"""Write the numbers that others published, beside ours from the CSV file of a table, as CSV."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.report.settings.published import Beside
from showergrid.report.tables.grid_published import lines, published_csv, read_entries


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"table": a.table})
    settings = Beside(**job.config)
    beside = lines(read_entries(a.table), settings.published_grid)
    with replacing(a.output) as partial:
        partial.write_text(published_csv(beside), encoding="utf-8")
    job.finish(a.provenance, outputs={"published": a.output})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path, required=True, help="CSV file of a table of networks and representations")
    parser.add_argument("--output", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
