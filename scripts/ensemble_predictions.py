"""Combine the answers of several cells, in every way of an ensemble, event by event."""

import argparse
from pathlib import Path

import pyarrow.parquet as pq

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.report.settings.ensembles import Combination
from showergrid.report.tables.combined_answers import combined_answers


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = Combination(**job.config)
    job.reads({"cells": [a.results / cell / "predictions.parquet" for cell in settings.cells]})
    combined = combined_answers(settings, a.results)
    with replacing(a.output) as partial:
        pq.write_table(combined, partial)
    job.finish(a.provenance, outputs={"predictions": a.output}, seeds={"forest": settings.seed})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the study, which holds cells/")
    parser.add_argument("--output", type=Path, required=True, help="Parquet file of the answers to write")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this ensemble")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
