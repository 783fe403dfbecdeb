"""Draw ROC curves of some classes of a question, of all cells of a report."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.report.figures.roc import roc_of_cells
from showergrid.report.tables.roc import RocSettings, build, reads


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = RocSettings(**job.config)
    job.reads({name: [a.results / file for file in files] for name, files in reads(settings).items()})
    roc_of_cells(build(settings, a.results), a.output)
    job.finish(a.provenance, outputs={"figure": a.output}, seeds={"bootstrap": settings.answered.bootstrap.seed})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the study, which holds cells/")
    parser.add_argument("--output", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this figure")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
