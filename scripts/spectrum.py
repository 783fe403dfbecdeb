"""Draw how a variable is distributed over all events and over those that a cell calls each class, and count them."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.report.figures.spectra import spectrum_figure
from showergrid.report.settings.spectra import Spectrum
from showergrid.report.tables.spectra import read_panels, spectrum_csv


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = Spectrum(**job.config)
    job.reads(settings.reads(a.results))
    panels = read_panels(settings, a.results)
    with replacing(a.csv) as partial:
        partial.write_text(spectrum_csv(panels, settings), encoding="utf-8")
    spectrum_figure(panels, settings, a.figure)
    job.finish(a.provenance, {"figure": a.figure, "csv": a.csv}, modules=closure_modules(job.config))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the study")
    parser.add_argument("--figure", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--csv", type=Path, required=True, help="CSV file to write")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
