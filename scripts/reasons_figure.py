"""Draw the most confident wrong answers of a cell by the reason for them, with what the truth tells of their starts."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.report.figures.reasons import gallery, reasons_figure
from showergrid.report.settings.reasons import ReasonFigure
from showergrid.report.tables.reasons import ReasonSettings


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"predictions": a.predictions, "starts": a.starts, "hits": a.hits})
    settings, figure = ReasonSettings(**job.config["table"]), ReasonFigure(**job.config["figure"])
    reasons_figure(gallery(a.predictions, a.starts, settings, figure.shown), a.hits, settings, figure, a.output)
    job.finish(a.provenance, outputs={"figure": a.output}, seeds={})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--predictions", type=Path, required=True, help="predictions.parquet of the cell")
    parser.add_argument("--starts", type=Path, required=True, help="table of how the showers start")
    parser.add_argument("--hits", type=Path, required=True, help="hits of all events")
    parser.add_argument("--output", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--job", required=True, help="JSON: table of reasons, and the cell of the figure")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
