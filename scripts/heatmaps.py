"""Find which pixels the answers of a trained cell rest on, and test whether they do."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.evaluation.predictions import about, with_answers
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.split import groups_of
from showergrid.explain.heatmaps import Asked, correlation, falls, summary, write_maps
from showergrid.explain.selection import drawn, pixel_size, places
from showergrid.explain.settings import HeatMaps
from showergrid.inputs.input_file import read_images
from showergrid.inputs.settings import WindowSettings
from showergrid.inputs.views import cut_views
from showergrid.inputs.window import Window
from showergrid.tasks.asked import tasks_of
from showergrid.training.data import events_and_split, labelled, questions_of
from showergrid.training.device import prepare, within_memory
from showergrid.training.loop import answers, build, untrained
from showergrid.training.model_file import read_model
from showergrid.training.settings import Training


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"model": a.model, "images": a.images, "events": a.events, "split": a.split})
    seed, how = job.config["explanation_seed"], HeatMaps(**job.config["heatmaps"])
    bootstrap = Bootstrap(**job.config["bootstrap"])
    weights, cell = read_model(a.model)
    model, settings = cell["model"], Training(**cell["model"]["training"])
    tasks, questions = tasks_of(cell), questions_of(cell)
    first = questions[0]
    events, split = events_and_split(a.events, a.split, questions, settings.split)
    images = read_images(a.images, cell["representation"]["name"], cell["resolution"])
    chosen = drawn(split["test"], how.events, seed)
    data = labelled(cut_views(cell, {images.representation: images}, chosen), events, questions)
    seen = data.seen

    device = prepare(settings)
    network, anew = (build(untrained(model), seen.inputs, tasks, cell["seed"] + i).to(device) for i in range(2))
    network.load_state_dict(weights)
    with within_memory(cell, device):
        probability = answers(network, settings, tasks, seen, device)[0].numpy()
        answered = Asked(network, tasks, seen, probability.argmax(1), settings, device)
        heat = answered.heat(how.steps)
        hottest, random = falls(answered, heat, how.masked, seed)
        other = replace(answered, network=anew).heat(how.steps)
    measured = {
        "fall_hottest": hottest,
        "fall_random": random,
        "difference": hottest - random,
        "correlation_untrained": correlation(heat, other, seen.offsets),
    }

    rows = events.take(np.searchsorted(events["event"].to_numpy(), seen.event))
    known = with_answers(
        rows.select(about(rows.column_names)), [first], {first.name: data.label[:, 0]}, {first.name: probability}
    )
    window = Window.of(WindowSettings(**model["window"]), images.axes)
    write_maps(a.maps, known, measured, seen, places(images, seen, window), heat)
    report = {
        "axes": images.axes,
        "pixel_cm": pixel_size(cell["calibration"], images.axes),
        **how.model_dump(),
        "events": len(seen),
        **summary(measured, data.label[:, 0], bootstrap, groups_of(a.split, seen.event)),
    }
    with replacing(a.report) as partial:
        partial.write_text(json.dumps(report, indent=1) + "\n")
    job.finish(
        a.provenance,
        {"maps": a.maps, "report": a.report},
        {"explanation": seed, "bootstrap": bootstrap.seed},
        closure_modules(cell),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model.safetensors of the cell")
    parser.add_argument("--images", type=Path, required=True, help="image file of the representation and resolution")
    parser.add_argument("--events", type=Path, required=True, help="events.parquet")
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of the cell and the heat maps")
    parser.add_argument("--maps", type=Path, required=True, help="heatmaps.parquet to write")
    parser.add_argument("--report", type=Path, required=True, help="heatmaps.json to write: the test of the maps")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
