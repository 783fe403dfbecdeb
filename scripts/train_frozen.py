"""Train the classifier of one cell on the features of trained cells; write the network, its history and its answers."""

import argparse
import json
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.evaluation.answers import answer
from showergrid.inputs.feature_file import read_features
from showergrid.inputs.views import cut_views, read_views, views
from showergrid.tasks.classes import tasks_of
from showergrid.training import loop
from showergrid.training.answer_file import Answers, write_answers
from showergrid.training.checkpoint import Checkpoint
from showergrid.training.data import events_and_split, labelled, questions_of
from showergrid.training.device import name_of, prepare, within_memory
from showergrid.training.history import write_history
from showergrid.training.model_file import describe, load_backbones, write_model
from showergrid.training.settings import Training


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads(
        {
            "features": a.features,
            "backbones": a.backbones,
            "images": a.images,
            "calibrations": a.calibrations,
            "events": a.events,
            "split": a.split,
        }
    )
    cell, model = job.config, job.config["model"]
    modules = closure_modules(cell)
    settings = Training(**model["training"])
    device = prepare(settings)

    tasks, questions = tasks_of(cell), questions_of(cell)
    events, split = events_and_split(a.events, a.split, questions)
    features = read_features(a.features, events["event"].to_numpy())
    train, validation = (labelled(features.of(split[part]), events, questions) for part in ("train", "validation"))
    channels = sum(backbone["channels"] for backbone in model["backbones"])
    shape = (channels, *views(cell)[0].window.shape)
    network = loop.build(loop.untrained(model), shape, tasks, cell["seed"])
    load_backbones(network, a.backbones)
    resume = Checkpoint(a.model.with_name("checkpoint.pt"), job.digest(modules))
    with within_memory(cell, device):
        done = loop.train(network.head, settings, cell["seed"], tasks, train, validation, device, resume, name_of(cell))

    weights = network.state_dict() | {f"head.{name}": tensor for name, tensor in done.best.items()}
    seen = cut_views(cell, read_views(cell, a.images), events["event"].to_numpy())
    write_answers(a.answers, Answers(seen.event, answer(weights, cell, tasks, seen), seen.share))
    write_history(a.history, done.history)
    calibrations = [json.loads(path.read_text()) for path in a.calibrations]
    write_model(a.model, weights, describe(cell, calibrations))
    made = {"model": a.model, "history": a.history, "answers": a.answers}
    job.finish(a.provenance, made, {"cell": cell["seed"]}, modules)
    resume.remove()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=Path, nargs="+", required=True, help="features of the cells, one a view")
    parser.add_argument("--backbones", type=Path, nargs="+", required=True, help="model.safetensors of the same cells")
    parser.add_argument(
        "--images", type=Path, nargs="+", required=True, help="image files of what the cell sees, one a representation"
    )
    parser.add_argument(
        "--calibrations", type=Path, nargs="+", required=True, help="calibrations of the images, kept with the model"
    )
    parser.add_argument("--events", type=Path, required=True, help="events.parquet")
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this cell")
    parser.add_argument("--model", type=Path, required=True, help="model.safetensors to write")
    parser.add_argument("--history", type=Path, required=True, help="history.csv to write")
    parser.add_argument("--answers", type=Path, required=True, help="answers.safetensors to write")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
