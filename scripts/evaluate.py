"""Write the predictions of one cell, made of its answers to every event, and its metrics."""

import argparse
import json
from pathlib import Path

import numpy as np

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.evaluation.hits import AnsweredHits, hit_metrics, no_hits, truth_of_hits, write_hit_predictions
from showergrid.evaluation.metrics import cell_metrics
from showergrid.evaluation.predictions import write_predictions
from showergrid.evaluation.prongs import AnsweredProngs, no_prongs, prong_metrics, write_prong_predictions
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.prongs import prong_labels, prong_table, read_prongs
from showergrid.events.split import groups_of
from showergrid.training.answer_file import read_answers
from showergrid.training.data import events_and_split, hit_questions_of, prong_questions_of, questions_of
from showergrid.training.history import best_epoch, read_history


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads(
        {
            "answers": a.answers,
            "history": a.history,
            "events": a.events,
            "split": a.split,
            "prongs": a.prongs,
            "hits": a.hits,
        }
    )
    questions, bootstrap = questions_of(job.config), Bootstrap(**job.config["bootstrap"])
    events, split = events_and_split(a.events, a.split, questions, job.config.get("split"))
    event = events["event"].to_numpy()
    of_prongs, of_hits = prong_questions_of(job.config), hit_questions_of(job.config)
    names, prong_names, hit_names = ([asked.name for asked in of] for of in (questions, of_prongs, of_hits))
    answers = read_answers(a.answers, names, event, prong_names, hit_names)
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
    if of_prongs:
        prongs = no_prongs(of_prongs, group is not None)
        if answers.prongs:
            given, row = answers.prongs, np.searchsorted(event, answers.prongs.event)
            truth = prong_labels(read_prongs(*a.prongs, of_prongs), of_prongs, given.event, given.number)
            labels = dict(zip(prong_names, truth.T, strict=True))
            prongs = AnsweredProngs(given, labels, sets[row], None if group is None else group[row])
            metrics["questions"] |= prong_metrics(of_prongs, prongs, bootstrap)
        write_prong_predictions(*a.prong_predictions, of_prongs, prongs)
    if of_hits:
        hits = no_hits(of_hits, group is not None)
        if answers.hits:
            given, row = answers.hits, np.searchsorted(event, answers.hits.event)
            told = truth_of_hits(*a.hits, prong_table(*a.prongs, of_hits), of_hits, given)
            hits = AnsweredHits(given, *told, sets[row], None if group is None else group[row])
            metrics["questions"] |= hit_metrics(of_hits, hits, bootstrap)
        write_hit_predictions(*a.hit_predictions, of_hits, hits)
    with replacing(a.metrics) as partial:
        partial.write_text(json.dumps(metrics, indent=1) + "\n")
    made = {"predictions": a.predictions, "metrics": a.metrics}
    if of_prongs:
        made["prong_predictions"] = a.prong_predictions[0]
    if of_hits:
        made["hit_predictions"] = a.hit_predictions[0]
    job.finish(a.provenance, made, {"bootstrap": job.config["bootstrap"]["seed"]})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=Path, required=True, help="answers.safetensors of the cell")
    parser.add_argument("--history", type=Path, required=True, help="history.csv of the cell")
    parser.add_argument("--events", type=Path, required=True, help="events.parquet")
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument("--prongs", type=Path, nargs="*", default=[], help="prongs.parquet, if they are asked of")
    parser.add_argument("--hits", type=Path, nargs="*", default=[], help="hits.parquet, if hits are asked of")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this evaluation")
    parser.add_argument("--predictions", type=Path, required=True, help="predictions.parquet to write")
    parser.add_argument(
        "--prong-predictions", type=Path, nargs="*", default=[], help="predictions.prongs.parquet to write, if asked"
    )
    parser.add_argument(
        "--hit-predictions", type=Path, nargs="*", default=[], help="predictions.hits.parquet to write, if asked"
    )
    parser.add_argument("--metrics", type=Path, required=True, help="metrics.json to write")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
