"""Evaluate the network of one cell on every event; write its scores and its metrics."""

import argparse
import json
from pathlib import Path

import numpy as np

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.evaluation.answers import answer
from showergrid.evaluation.metrics import cell_metrics
from showergrid.evaluation.predictions import write_predictions
from showergrid.evaluation.settings import Bootstrap
from showergrid.inputs.views import cut_views, read_views
from showergrid.training.data import events_and_split, labelled
from showergrid.training.history import best_epoch, read_history
from showergrid.training.model_file import read_model


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"model": a.model, "history": a.history, "images": a.images, "events": a.events, "split": a.split})
    weights, cell = read_model(a.model)
    classes = cell["classes"]
    events, split = events_and_split(a.events, a.split)
    seen = cut_views(cell, read_views(cell, a.images), events["event"].to_numpy())
    data = labelled(seen, events, classes)
    score = answer(weights, cell, data.images)[:, 0]

    rows = {part: np.searchsorted(data.images.event, chosen) for part, chosen in split.items()}
    share = data.images.share
    history = read_history(a.history)
    metrics = cell_metrics(
        splits={part: (data.label[row], score[row]) for part, row in rows.items()},
        window={"charge": share.charge[rows["test"]], "hits": share.hits[rows["test"]]},
        best_epoch=best_epoch(history),
        epochs=len(history),
        names=[entry["name"] for entry in classes],
        bootstrap=Bootstrap(**job.config["bootstrap"]),
    )
    write_predictions(a.predictions, events, a.split, score)
    with replacing(a.metrics) as partial:
        partial.write_text(json.dumps(metrics, indent=1) + "\n")
    job.finish(
        a.provenance,
        {"predictions": a.predictions, "metrics": a.metrics},
        {"cell": cell["seed"], "bootstrap": job.config["bootstrap"]["seed"]},
        closure_modules(cell),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model.safetensors of the cell")
    parser.add_argument("--history", type=Path, required=True, help="history.csv of the cell")
    parser.add_argument(
        "--images",
        type=Path,
        nargs="+",
        required=True,
        help="image files of what the cell sees, one a representation",
    )
    parser.add_argument("--events", type=Path, required=True, help="events.parquet")
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this cell")
    parser.add_argument("--predictions", type=Path, required=True, help="predictions.parquet to write")
    parser.add_argument("--metrics", type=Path, required=True, help="metrics.json to write")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
