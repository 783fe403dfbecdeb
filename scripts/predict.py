"""Classify the events in files with a trained cell: CSV, Parquet, HDF5, .npz or ROOT, labels not needed.

When run by hand, a table of hits that a study wrote and files laid out as the reference's need no column map;
docs/ingest.md has one for each other kind of file. The images are made with the ranges kept in the model. Standard
error reports what was left out, the hits or variables outside of these ranges, and how the rows of a study's own
table are taken to be ordered.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from showergrid.apply.events import UnlabelledEvents, check_suffix, read_unlabelled, write_scores
from showergrid.apply.ranges import Ranges
from showergrid.apply.scoring import model_of, score
from showergrid.apply.settings import Unlabelled
from showergrid.apply.tables import score_tables
from showergrid.core import provenance
from showergrid.core.errors import InputError, run
from showergrid.core.plugins import closure_modules
from showergrid.core.progress import report
from showergrid.inputs.declared import is_made_of_hits
from showergrid.inputs.views import views
from showergrid.training.data import questions_of
from showergrid.training.model_file import read_model


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    if a.job is None:
        told = {"prediction": read_unlabelled(a.columns, a.hits).model_dump(mode="json")}
        job = provenance.start(json.dumps({"rule": "predict", "config": told}), __file__)
    else:
        job = provenance.start(a.job, __file__)
        if a.columns is not None:
            raise InputError("--columns: the job has a column map already; leave one of --columns and --job out")
    check_suffix(a.output)
    model = model_of(a.cell)
    if a.provenance is not None:
        job.reads({"model": model, "files": [Path(name) for name in a.hits]})
    weights, cell = read_model(model)
    settings = Unlabelled(**job.config["prediction"])
    seeds, modules = {"cell": cell["seed"]}, closure_modules(cell)
    if settings.events is not None:
        scores = score_tables(weights, cell, settings)
        for line in [*scores.tally.lines_left_out(), *(f"warning: {line}" for line in scores.warnings)]:
            report(line)
        write_scores(a.output, scores.events, scores.outside, questions_of(cell), scores.answers)
        if a.provenance is not None:
            job.finish(a.provenance, {"scores": a.output}, seeds, modules, scores.tally.counts())
        return
    if unbinned := [
        view.representation.name for view in views(cell) if not is_made_of_hits(view.representation.module)
    ]:
        raise InputError(f"the cell sees {unbinned[0]}, which is not made of hits; name its events (predict: events)")
    settings = settings.model_copy(update={"files": a.hits})
    events, ranges = UnlabelledEvents(settings, cell, a.output), Ranges(cell)
    _, answers = score(weights, cell, ranges.passing(events.hits()))
    for line in [*events.tally.lines_left_out(), *(f"warning: {line}" for line in ranges.warnings())]:
        report(line)
    write_scores(a.output, events.table(), ranges.outside, questions_of(cell), answers)
    if a.provenance is not None:
        job.finish(a.provenance, {"scores": a.output}, seeds, modules, events.tally.counts())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cell", type=Path, required=True, help="folder of a trained cell, or its model.safetensors")
    parser.add_argument(
        "--hits",
        nargs="+",
        required=True,
        metavar="FILE",
        help="the files",
    )
    parser.add_argument("--columns", type=Path, metavar="MAP.yaml", help="what the columns mean")
    parser.add_argument("--output", type=Path, required=True, help="table of scores to write, .parquet or .csv")
    parser.add_argument("--job", help="JSON: resolved configuration of this job, in place of --columns")
    parser.add_argument("--provenance", type=Path, help="provenance to write")
    run(main, parser)
