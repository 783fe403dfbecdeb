"""Write the table of the resolution study as LaTeX, CSV and Markdown, and its figure."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.evaluation.cell_folder import FILES
from showergrid.report.figures.resolution import resolution_figure
from showergrid.report.formats import latex, markdown
from showergrid.report.settings.tables import ResolutionSettings
from showergrid.report.tables.resolution import build, layout, resolution_csv
from showergrid.report.tables.results import folders


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = ResolutionSettings(**job.config)
    cells = folders(settings.places, a.results)
    job.reads({name: [folder / name for folder in cells] for name in FILES})
    study = build(settings, a.results)
    grids = layout(study)
    texts = {a.tex: latex.document(grids), a.csv: resolution_csv(study), a.md: markdown.document(grids)}
    for path, text in texts.items():
        with replacing(path) as partial:
            partial.write_text(text, encoding="utf-8")
    resolution_figure(study, a.figure)
    job.finish(
        a.provenance,
        outputs={"tex": a.tex, "csv": a.csv, "md": a.md, "figure": a.figure},
        seeds={"bootstrap": settings.bootstrap.seed},
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the study, which holds cells/")
    parser.add_argument("--tex", type=Path, required=True, help="LaTeX file to write")
    parser.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--md", type=Path, required=True, help="Markdown file to write")
    parser.add_argument("--figure", type=Path, required=True, help="PDF of the figure to write")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this table")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
