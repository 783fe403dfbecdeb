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
from typing import Any

from torch import Tensor

from showergrid.apply.events import read_unlabelled
from showergrid.apply.hits import score_hits, score_tables_of_hits
from showergrid.apply.scores import Scores, check_suffix, write_scores
from showergrid.apply.scoring import model_of
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
    scores = scores_of(weights, cell, settings.model_copy(update={"files": a.hits}), a.output)
    for line in scores.lines:
        report(line)
    write_scores(a.output, scores, questions_of(cell))
    if a.provenance is not None:
        job.finish(a.provenance, {"scores": a.output}, seeds, modules, scores.counts)


def scores_of(weights: dict[str, Tensor], cell: dict[str, Any], settings: Unlabelled, output: Path) -> Scores:
    """The scores of the events in files of hits or in tables, whichever the cell sees.

    Raises:
        InputError: the cell sees both, or the settings name the other kind of files, or a file cannot be used.
    """
    seen = [view.representation for view in views(cell)]
    made_of_hits = [shown.name for shown in seen if is_made_of_hits(shown.module)]
    others = [shown.name for shown in seen if not is_made_of_hits(shown.module)]
    if made_of_hits and others:
        sees = f"{made_of_hits[0]}, which is made of hits, and {others[0]}, which is not"
        raise InputError(f"the cell sees {sees}; such a cell answers for the events of its study alone")
    if others and settings.events is None:
        raise InputError(f"the cell sees {others[0]}, which is not made of hits; name its events (predict: events)")
    if others:
        return score_tables(weights, cell, settings)
    if settings.events is not None:
        return score_tables_of_hits(weights, cell, settings)
    return score_hits(weights, cell, settings, output)


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
