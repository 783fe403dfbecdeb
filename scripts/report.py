"""Write a report, a table over many cells or of the data, as LaTeX, CSV and Markdown."""

import argparse
from pathlib import Path

from showergrid.core import plugins, provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.report.formats import latex, markdown


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    entry = job.config["report"]
    report = plugins.load("reports", entry["module"])
    settings = report.Parameters(**entry["parameters"])
    job.reads({name: [a.results / file for file in files] for name, files in report.reads(settings).items()})
    made = report.build(settings, a.results)
    grids = report.layout(made)
    texts = {a.tex: latex.document(grids), a.csv: report.csv(made), a.md: markdown.document(grids)}
    for path, text in texts.items():
        with replacing(path) as partial:
            partial.write_text(text, encoding="utf-8")
    job.finish(
        a.provenance,
        outputs={"tex": a.tex, "csv": a.csv, "md": a.md},
        seeds={"bootstrap": settings.bootstrap.seed} if "bootstrap" in entry["parameters"] else {},
        modules=plugins.closure_modules(job.config),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the study, below which it reads")
    parser.add_argument("--tex", type=Path, required=True, help="LaTeX file to write")
    parser.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--md", type=Path, required=True, help="Markdown file to write")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this report")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
