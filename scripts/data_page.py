"""Write the numbers of the data analysis as a page that a browser opens."""

import argparse
import json
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.report.data.page import data_page
from showergrid.report.formats.html import write_page
from showergrid.report.settings.labels import HumanLabels


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"summary": a.summary, "template": a.template})
    summary = json.loads(a.summary.read_text())
    write_page(a.output, a.template, "The data", data_page(summary, HumanLabels(**job.config["labels"])))
    job.finish(a.provenance, {"page": a.output})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--summary", type=Path, required=True, help="summary.json")
    parser.add_argument("--template", type=Path, required=True, help="frame of the page (Jinja)")
    parser.add_argument("--output", type=Path, required=True, help="page to write (.html)")
    parser.add_argument("--job", required=True, help="JSON: configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
