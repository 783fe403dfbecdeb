"""Compare every pair of places of a study: all numbers, a matrix, and in words which differences stand."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.evaluation.cell_folder import FILES
from showergrid.report.figures.pairs import pairs_figure
from showergrid.report.formats import markdown
from showergrid.report.settings.performance import Compared
from showergrid.report.tables.pairs import build, pairs_csv, tables
from showergrid.report.tables.results import folders


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = Compared(**job.config)
    cells = folders(settings.places, a.results)
    job.reads({name: [folder / name for folder in cells] for name in FILES})
    pairs = build(settings, a.results)
    for path, text in {a.csv: pairs_csv(pairs), a.md: markdown.document(tables(pairs))}.items():
        with replacing(path) as partial:
            partial.write_text(text, encoding="utf-8")
    pairs_figure(pairs, a.figure)
    job.finish(a.provenance, outputs={"csv": a.csv, "md": a.md, "figure": a.figure})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the study, which holds cells/")
    parser.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--md", type=Path, required=True, help="Markdown file to write")
    parser.add_argument("--figure", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
