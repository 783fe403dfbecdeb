"""Compute the features of a trained cell for every event, so that classifiers on them are trained in seconds."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.evaluation import answers
from showergrid.inputs.feature_file import write_features
from showergrid.inputs.views import cut_views, read_views
from showergrid.tasks.asked import tasks_of
from showergrid.training.data import answerable, questions_of
from showergrid.training.model_file import read_model


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"model": a.model, "inputs": a.inputs, "events": a.events})
    weights, cell = read_model(a.model)
    events = answerable(a.events, questions_of(cell))["event"].to_numpy()
    seen = cut_views(cell, read_views(cell, a.inputs), events)
    write_features(a.output, events, answers.features(weights, cell, tasks_of(cell), seen))
    job.finish(a.provenance, {"features": a.output}, {"cell": cell["seed"]}, closure_modules(cell))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model.safetensors of the cell")
    parser.add_argument(
        "--inputs", type=Path, nargs="+", required=True, help="input files of what the cell sees, one a representation"
    )
    parser.add_argument("--events", type=Path, required=True, help="events.parquet")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this cell")
    parser.add_argument("--output", type=Path, required=True, help="file of features to write")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
