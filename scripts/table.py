"""Write a table of accuracies as LaTeX, CSV and Markdown, and beside it the published numbers."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.evaluation.cell_folder import FILES
from showergrid.report.formats import latex, markdown
from showergrid.report.settings.tables import TableSettings
from showergrid.report.tables.grid import build, places
from showergrid.report.tables.grid_layout import layout, published_csv, table_csv
from showergrid.report.tables.grid_published import lines
from showergrid.report.tables.results import folders


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = TableSettings(**job.config)
    cells = folders(list(places(settings).values()), a.results)
    job.reads({name: [folder / name for folder in cells] for name in FILES})
    table = build(settings, a.results)
    published = lines(table)
    grids = layout(table, published)
    texts = {
        a.tex: latex.document(grids),
        a.csv: table_csv(table),
        a.md: markdown.document(grids),
        a.published: published_csv(published),
    }
    for path, text in texts.items():
        with replacing(path) as partial:
            partial.write_text(text, encoding="utf-8")
    job.finish(
        a.provenance,
        outputs={"tex": a.tex, "csv": a.csv, "md": a.md, "published": a.published},
        seeds={"bootstrap": settings.bootstrap.seed},
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the study, which holds cells/")
    parser.add_argument("--tex", type=Path, required=True, help="LaTeX file to write")
    parser.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--md", type=Path, required=True, help="Markdown file to write")
    parser.add_argument("--published", type=Path, required=True, help="CSV file of the published numbers to write")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this table")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
