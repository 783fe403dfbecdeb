"""Draw the accuracy of an ablation: against one of its factors, such as training events, or row by row."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.report.figures.curve import curve_figure
from showergrid.report.figures.levels import levels_figure
from showergrid.report.settings.ablations import AblationFigureSettings
from showergrid.report.tables import curve, levels
from showergrid.report.tables.results import cell_files


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = AblationFigureSettings(**job.config)
    read = cell_files(settings.places, settings.question)
    job.reads({name: [a.results / file for file in files] for name, files in read.items()})
    if settings.against is None:
        levels_figure(levels.build(settings, a.results), a.output)
    else:
        curve_figure(curve.build(settings, a.results), a.output)
    job.finish(a.provenance, outputs={"figure": a.output}, seeds={"bootstrap": settings.bootstrap.seed})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the study, which holds cells/")
    parser.add_argument("--output", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this figure")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
