"""Write a table of the study, in Markdown, as a page that a browser opens."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.report.formats.html import write_page


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"markdown": a.markdown, "template": a.template})
    write_page(a.output, a.template, job.config["title"], a.markdown.read_text(encoding="utf-8"))
    job.finish(a.provenance, {"page": a.output})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", type=Path, required=True, help="table of the study (.md)")
    parser.add_argument("--template", type=Path, required=True, help="frame of the page (Jinja)")
    parser.add_argument("--output", type=Path, required=True, help="page to write (.html)")
    parser.add_argument("--job", required=True, help='JSON: {"config": {"title": ...}}')
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
