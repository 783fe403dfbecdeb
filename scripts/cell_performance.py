"""Measure one cell against what is known of events, threshold, efficiency and score, and draw it."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.report.figures.performance import FIGURES
from showergrid.report.settings.performance import CellPerformance
from showergrid.report.tables.performance import Series, measure, read_answers, read_test_events
from showergrid.report.tables.performance_table import cell_csv


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    known = {"directions": a.directions, "events": a.events}
    job.reads({"predictions": a.predictions, **known})
    settings = CellPerformance(**job.config)
    files = (next(iter(files), None) for files in known.values())
    events = read_test_events(a.predictions, settings.question, *files, list(settings.performance.called))
    points = measure(events, [read_answers(a.predictions, events, settings.question)], settings, "cell")
    with replacing(a.csv) as partial:
        partial.write_text(cell_csv(points), encoding="utf-8")
    figures = {name: getattr(a, f"{name}_figure") for name in FIGURES}
    for name, draw in FIGURES.items():
        draw([Series("", points)], settings, "", figures[name])
    job.finish(a.provenance, outputs={"csv": a.csv, **figures}, seeds={"bootstrap": settings.bootstrap.seed})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--predictions", type=Path, required=True, help="predictions.parquet of the cell")
    parser.add_argument("--directions", type=Path, nargs="*", default=[], help="directions.parquet, if there are hits")
    parser.add_argument("--events", type=Path, nargs="*", default=[], help="events.parquet, if columns of it are named")
    parser.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    for name, draw in FIGURES.items():
        parser.add_argument(f"--{name}-figure", type=Path, required=True, help=f"to write: {draw.__doc__}")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
