"""Write the predictions of one cell, made of its answers to every event, and its metrics."""

import argparse
import json
from pathlib import Path

import numpy as np

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.evaluation.metrics import cell_metrics
from showergrid.evaluation.predictions import write_predictions
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.split import groups_of
from showergrid.training.answer_file import read_answers
from showergrid.training.data import events_and_split, questions_of
from showergrid.training.history import best_epoch, read_history


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"answers": a.answers, "history": a.history, "events": a.events, "split": a.split})
    questions, bootstrap = questions_of(job.config), Bootstrap(**job.config["bootstrap"])
    events, split = events_and_split(a.events, a.split, questions, job.config.get("split"))
    event = events["event"].to_numpy()
    answers = read_answers(a.answers, [question.name for question in questions], event)
    label = {question.name: question.truth(events) for question in questions}
    group = groups_of(a.split, event)
    sets = np.empty(event.size, dtype="<U10")
    for part, chosen in split.items():
        sets[np.searchsorted(event, chosen)] = part

    history = read_history(a.history)
    metrics = cell_metrics(
        questions=questions,
        labels=label,
        answers=answers.of,
        sets=sets,
        window=vars(answers.share) if answers.share else {},
        best_epoch=best_epoch(history),
        epochs=len(history),
        bootstrap=bootstrap,
        group=group,
        scales=answers.scales,
    )
    write_predictions(a.predictions, events, sets, questions, label, answers.of, group)
    with replacing(a.metrics) as partial:
        partial.write_text(json.dumps(metrics, indent=1) + "\n")
    job.finish(
        a.provenance,
        {"predictions": a.predictions, "metrics": a.metrics},
        {"bootstrap": job.config["bootstrap"]["seed"]},
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=Path, required=True, help="answers.safetensors of the cell")
    parser.add_argument("--history", type=Path, required=True, help="history.csv of the cell")
    parser.add_argument("--events", type=Path, required=True, help="events.parquet")
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this evaluation")
    parser.add_argument("--predictions", type=Path, required=True, help="predictions.parquet to write")
    parser.add_argument("--metrics", type=Path, required=True, help="metrics.json to write")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
