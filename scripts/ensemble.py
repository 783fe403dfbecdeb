"""Combine the scores of several cells; write the scores, and a table of what comes out as LaTeX, CSV and Markdown."""

import argparse
from pathlib import Path

import pyarrow.parquet as pq

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.evaluation.cell_folder import FILES
from showergrid.report.formats import latex, markdown
from showergrid.report.settings.ensembles import EnsembleSettings
from showergrid.report.tables.ensemble import build, ensemble_csv, layout
from showergrid.report.tables.results import folders


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = EnsembleSettings(**job.config)
    cells = folders(settings.places, a.results)
    job.reads({name: [folder / name for folder in cells] for name in FILES})
    ensemble = build(settings, a.results)
    grids = layout(ensemble)
    texts = {a.tex: latex.document(grids), a.csv: ensemble_csv(ensemble), a.md: markdown.document(grids)}
    for path, text in texts.items():
        with replacing(path) as partial:
            partial.write_text(text, encoding="utf-8")
    with replacing(a.predictions) as partial:
        pq.write_table(ensemble.predictions, partial)
    job.finish(
        a.provenance,
        outputs={"tex": a.tex, "csv": a.csv, "md": a.md, "predictions": a.predictions},
        seeds={"bootstrap": settings.bootstrap.seed, "forest": settings.seed},
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the study, which holds cells/")
    parser.add_argument("--tex", type=Path, required=True, help="LaTeX file to write")
    parser.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--md", type=Path, required=True, help="Markdown file to write")
    parser.add_argument("--predictions", type=Path, required=True, help="Parquet file of the scores to write")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this ensemble")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
