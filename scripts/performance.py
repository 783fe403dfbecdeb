"""Measure places against what is known of events, threshold, efficiency and score, and draw the best overlaid."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.report.figures.performance import FIGURES
from showergrid.report.formats import markdown
from showergrid.report.settings.performance import Overlaid
from showergrid.report.tables.performance_overlay import FILES, best_on_validation, overlay
from showergrid.report.tables.performance_table import binned_layouts, layout, places_csv
from showergrid.report.tables.results import folders


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = Overlaid(**job.config)
    cells = folders(settings.places, a.results)
    known = {"directions": a.directions, "events": a.events}
    job.reads({**known, **{name: [folder / name for folder in cells] for name in FILES}})
    measured = overlay(settings, a.results, *(next(iter(files), None) for files in known.values()))
    tables = [layout(settings, settings.places, measured.points, measured.test_events)]
    tables += binned_layouts(settings, settings.places, measured.points)
    texts = {a.csv: places_csv(settings.places, measured.points), a.md: markdown.document(tables)}
    for path, text in texts.items():
        with replacing(path) as partial:
            partial.write_text(text, encoding="utf-8")
    figures = {name: getattr(a, f"{name}_figure") for name in FIGURES}
    series, note = best_on_validation(settings, measured)
    for name, draw in FIGURES.items():
        draw(series, settings, note, figures[name])
    job.finish(
        a.provenance, outputs={"csv": a.csv, "md": a.md, **figures}, seeds={"bootstrap": settings.bootstrap.seed}
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the study, which holds cells/")
    parser.add_argument("--directions", type=Path, nargs="*", default=[], help="directions.parquet, if there are hits")
    parser.add_argument("--events", type=Path, nargs="*", default=[], help="events.parquet, if columns of it are named")
    parser.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--md", type=Path, required=True, help="Markdown file to write")
    for name, draw in FIGURES.items():
        parser.add_argument(f"--{name}-figure", type=Path, required=True, help=f"to write: {draw.__doc__}")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
