"""Train the network of one cell; write the weights of its best validation epoch, its history and its answers.

A network that rests on trained cells takes their weights, and its classifier alone is trained, on their features.
"""

import argparse
import json
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.evaluation.answers import answer
from showergrid.events.prongs import hit_labels, prong_table, read_prongs
from showergrid.inputs.feature_file import read_features
from showergrid.inputs.placed_hits import placed_hits
from showergrid.inputs.views import cut_views, read_views, views
from showergrid.tasks.asked import scales_of, tasks_of, with_scales
from showergrid.training import fitting, loop
from showergrid.training.answer_file import Answers, ProngAnswers, write_answers
from showergrid.training.checkpoint import Checkpoint
from showergrid.training.data import (
    events_and_split,
    hit_questions_of,
    labelled,
    prong_questions_of,
    questions_of,
    scaled,
    training_events,
    with_prongs,
)
from showergrid.training.device import name_of, prepare, within_memory
from showergrid.training.history import write_history
from showergrid.training.hits import hit_answers, with_pixels
from showergrid.training.model_file import describe, load_backbones, write_model
from showergrid.training.settings import Training
from showergrid.tuning.best import read_best, with_values


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads(
        {
            "inputs": a.inputs,
            "calibrations": a.calibrations,
            "events": a.events,
            "split": a.split,
            "weights": a.weights,
            "prongs": a.prongs,
            "hits": a.hits,
            "tuned": a.tuned,
            "features": a.features,
            "backbones": a.backbones,
        }
    )
    cell = job.config
    for best in a.tuned:
        cell = with_values(cell, read_best(best), str(best))
    model = cell["model"]
    modules = closure_modules(cell)

    tasks, questions = tasks_of(cell), questions_of(cell)
    events, split = events_and_split(a.events, a.split, questions, model["training"].get("split"))
    event = events["event"].to_numpy()
    files = read_views(cell, a.inputs)
    features = read_features(a.features, event) if a.features else None
    split["train"] = training_events(split["train"], events, questions, model, cell["seed"])
    train, validation = (
        labelled(features.of(split[part]) if features else cut_views(cell, files, split[part]), events, questions)
        for part in ("train", "validation")
    )
    if of_prongs := prong_questions_of(cell):
        prongs = read_prongs(*a.prongs, of_prongs)
        train, validation = (with_prongs(part, prongs, of_prongs) for part in (train, validation))
    if of_hits := hit_questions_of(cell):
        [view], [calibration] = views(cell), a.calibrations
        hits = placed_hits(*a.hits, event, view.representation, json.loads(calibration.read_text()))
        label = hit_labels(prong_table(*a.prongs, of_hits), of_hits, hits.event, hits.prong)
        train, validation = (with_pixels(part, hits, label, of_hits) for part in (train, validation))
    tasks = scaled(tasks, train)
    module = fitting.estimator(model)
    if module is None:  # before the digest, which includes kernels and threads
        settings = Training(**model["training"])
        device = prepare(settings)
    resume = Checkpoint(a.model.with_name("checkpoint.pt"), job.digest(modules))
    if module:
        done = fitting.fit(module, model, cell["seed"], tasks, train, validation)
        weights = done.best
    else:
        inputs = cut_views(cell, files, event[:0]).inputs
        network = loop.build(loop.untrained(model) if a.backbones else model, inputs, tasks, cell["seed"])
        load_backbones(network, a.backbones)
        learning, within = (network.head, "head.") if features else (network, "")
        with within_memory(cell, device):
            done = loop.train(learning, settings, cell["seed"], tasks, train, validation, device, resume, name_of(cell))
        weights = network.state_dict() | {f"{within}{name}": tensor for name, tensor in done.best.items()}

    del train, validation, features  # not held beside all events together
    seen = cut_views(cell, files, event)
    given = answer(weights, cell, tasks, seen)
    of = {question.name: given[question.name] for question in questions}
    prong_answers = None
    if of_prongs:
        named = {question.name: given[question.name] for question in of_prongs}
        prong_answers = ProngAnswers(seen.of_prongs.event, seen.number, named)
    of_each_hit = None
    if of_hits:
        of_each_hit = hit_answers(seen, hits, {question.name: given[question.name] for question in of_hits})
    write_answers(a.answers, Answers(seen.event, of, seen.share, scales_of(tasks), prong_answers, of_each_hit))
    write_history(a.history, done.history)
    calibrations = [json.loads(path.read_text()) for path in a.calibrations]
    write_model(a.model, weights, describe(with_scales(cell, tasks), calibrations))
    made = {"model": a.model, "history": a.history, "answers": a.answers}
    job.finish(a.provenance, made, {"cell": cell["seed"]}, modules)
    resume.remove()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--inputs",
        type=Path,
        nargs="+",
        required=True,
        help="input files of what the cell sees, one a representation",
    )
    parser.add_argument(
        "--calibrations", type=Path, nargs="+", required=True, help="their calibrations, kept with the model"
    )
    parser.add_argument("--events", type=Path, required=True, help="events.parquet")
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument(
        "--weights", type=Path, nargs="*", default=[], help="files of pretrained weights, for the record"
    )
    parser.add_argument("--prongs", type=Path, nargs="*", default=[], help="prongs.parquet, if they are asked of")
    parser.add_argument("--hits", type=Path, nargs="*", default=[], help="hits.parquet, if hits are asked of")
    parser.add_argument("--tuned", type=Path, nargs="*", default=[], help="best.yaml of the search that chose values")
    parser.add_argument("--features", type=Path, nargs="*", default=[], help="features of the cells that it rests on")
    parser.add_argument("--backbones", type=Path, nargs="*", default=[], help="model.safetensors of the same cells")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this cell")
    parser.add_argument("--model", type=Path, required=True, help="model.safetensors to write")
    parser.add_argument("--history", type=Path, required=True, help="history.csv to write")
    parser.add_argument("--answers", type=Path, required=True, help="answers.safetensors to write")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
