"""Write the tables of containment as LaTeX, CSV and Markdown: windows that hold the showers, and the study's own."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.events.hits import read_hits
from showergrid.events.split import events_of
from showergrid.inputs.calibration import hits_of_events, read_calibration
from showergrid.report.formats import latex, markdown
from showergrid.report.settings.tables import ContainmentSettings
from showergrid.report.tables.containment import contain
from showergrid.report.tables.containment_table import containment_csv, layout


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"hits": a.hits, "split": a.split, "calibration": a.calibration})
    settings = ContainmentSettings(**job.config)
    training = hits_of_events(read_hits(a.hits), events_of(a.split, "train"))
    containment = contain(training, read_calibration(a.calibration)["axes"], settings)
    grids = layout(containment, settings)
    texts = {a.tex: latex.document(grids), a.csv: containment_csv(containment), a.md: markdown.document(grids)}
    for path, text in texts.items():
        with replacing(path) as partial:
            partial.write_text(text, encoding="utf-8")
    job.finish(a.provenance, outputs={"tex": a.tex, "csv": a.csv, "md": a.md})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hits", type=Path, required=True, help="table of hits")
    parser.add_argument("--split", type=Path, required=True, help="table of the split")
    parser.add_argument("--calibration", type=Path, required=True, help="ranges of the training events")
    parser.add_argument("--tex", type=Path, required=True, help="LaTeX file to write")
    parser.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--md", type=Path, required=True, help="Markdown file to write")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this table")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
