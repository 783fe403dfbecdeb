"""Typeset a table with pdflatex in a bare article."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.report.formats.pdf import typeset


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"tex": a.tex})
    typeset(a.tex, a.pdf)
    job.finish(a.provenance, outputs={"pdf": a.pdf})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tex", type=Path, required=True, help="LaTeX file of the table")
    parser.add_argument("--pdf", type=Path, required=True, help="PDF to write")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
