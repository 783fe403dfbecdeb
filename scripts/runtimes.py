"""Write how long the jobs of a study took and on what they ran: a page, and a CSV with one row for each job."""

import argparse
import json
from dataclasses import asdict, fields
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.report.data.runtimes import Runtime, read_runtimes, runtimes_page
from showergrid.report.formats.csv import written
from showergrid.report.formats.html import write_page


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"records": a.records, "template": a.template})
    jobs = read_runtimes(a.benchmarks)
    records = [json.loads(path.read_text()) for path in a.records]
    write_page(a.output, a.template, "Time and machines", runtimes_page(jobs, records))
    with replacing(a.csv) as partial:
        partial.write_text(written([field.name for field in fields(Runtime)], map(asdict, jobs)))
    job.finish(a.provenance, {"page": a.output, "csv": a.csv})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--benchmarks", type=Path, required=True, help="folder of Snakemake's benchmarks")
    parser.add_argument(
        "--records", type=Path, nargs="+", required=True, help="records of the jobs (*.provenance.json)"
    )
    parser.add_argument("--template", type=Path, required=True, help="frame of the page (Jinja)")
    parser.add_argument("--output", type=Path, required=True, help="page to write (.html)")
    parser.add_argument("--csv", type=Path, required=True, help="CSV to write")
    parser.add_argument("--job", required=True, help="JSON: configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
