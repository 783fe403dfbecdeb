"""Write the table of how far the test accuracy moves with the detector, as LaTeX, CSV and Markdown."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.report.formats import latex, markdown
from showergrid.report.settings.variations import VariationTable
from showergrid.report.tables.variations import build, layout, score_files, variations_csv


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = VariationTable(**job.config)
    job.reads({"scores": score_files(settings.places, a.results)})
    table = build(settings, a.results)
    grids = layout(table)
    texts = {a.tex: latex.document(grids), a.csv: variations_csv(table), a.md: markdown.document(grids)}
    for path, text in texts.items():
        with replacing(path) as partial:
            partial.write_text(text, encoding="utf-8")
    job.finish(
        a.provenance, outputs={"tex": a.tex, "csv": a.csv, "md": a.md}, seeds={"bootstrap": settings.bootstrap.seed}
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the study, which holds variations/")
    parser.add_argument("--tex", type=Path, required=True, help="LaTeX file to write")
    parser.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--md", type=Path, required=True, help="Markdown file to write")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this table")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
