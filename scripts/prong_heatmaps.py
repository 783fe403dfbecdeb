"""Find which pixels the answers of a trained cell to events and prongs rest on, and test whether they do."""

import argparse
import json
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules, load
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.prongs import read_prongs
from showergrid.events.split import groups_of
from showergrid.explain.heatmaps import summary
from showergrid.explain.prong_answers import Explained
from showergrid.explain.prong_entries import copies
from showergrid.explain.prong_heatmaps import AskedProngs, trust_in
from showergrid.explain.prong_map_file import write_prong_maps
from showergrid.explain.selection import drawn, pixel_size, places
from showergrid.explain.settings import HeatMaps
from showergrid.inputs.input_file import read_images
from showergrid.inputs.settings import WindowSettings
from showergrid.inputs.views import cut_views
from showergrid.inputs.window import Window
from showergrid.tasks.asked import tasks_of
from showergrid.training.data import events_and_split, labelled, prong_questions_of, questions_of, with_prongs
from showergrid.training.device import prepare, within_memory
from showergrid.training.loop import answers, build, untrained
from showergrid.training.model_file import read_model
from showergrid.training.settings import Training


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"model": a.model, "images": a.images, "events": a.events, "split": a.split, "prongs": a.prongs})
    seed, how = job.config["explanation_seed"], HeatMaps(**job.config["heatmaps"])
    bootstrap = Bootstrap(**job.config["bootstrap"])
    weights, cell = read_model(a.model)
    model, settings = cell["model"], Training(**cell["model"]["training"])
    tasks, questions, of_prongs = tasks_of(cell), questions_of(cell), prong_questions_of(cell)
    events, split = events_and_split(a.events, a.split, questions, settings.split)
    images = read_images(a.images, cell["representation"]["name"], cell["resolution"])
    chosen = drawn(split["test"], how.events, seed)
    data = labelled(cut_views(cell, {images.representation: images}, chosen), events, questions)
    if of_prongs:
        data = with_prongs(data, read_prongs(*a.prongs, of_prongs), of_prongs)

    device = prepare(settings)
    network, anew = (build(untrained(model), data.seen.inputs, tasks, cell["seed"] + i).to(device) for i in range(2))
    network.load_state_dict(weights)
    with within_memory(cell, device):
        given = answers(network, settings, tasks, data.seen, device)
        explained = Explained.of(data, tasks, [answer.numpy() for answer in given])
        seen = copies(data.seen, explained.row)
        observe = load("models", model["module"]).observed
        asked = AskedProngs(network, observe, tasks, seen, explained.token, explained.answer, settings, device)
        looked = asked.looked()
        measured = trust_in(asked, looked.of(asked.entries), anew, how.masked, seed)

    window = Window.of(WindowSettings(**model["window"]), images.axes)
    written = (places(images, cut, window) for cut in (seen.of_events, seen.of_prongs))
    write_prong_maps(a.maps, explained.table(measured), seen, looked, *written)
    group = groups_of(a.split, seen.event)
    drawn_together = seen.event if group is None else group  # prongs of one event are not independent
    report = {
        "axes": images.axes,
        "pixel_cm": pixel_size(cell["calibration"], images.axes),
        "events": len(data.seen),
        "masked": how.masked,
    }
    for of, own in explained.collections():
        of_them = {name: values[own] for name, values in measured.items()}
        report[of] = {
            "answers": int(own.sum()),
            **summary(of_them, explained.truth[own], bootstrap, drawn_together[own]),
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
    parser.add_argument("--images", type=Path, required=True, help="input file of the representation and resolution")
    parser.add_argument("--events", type=Path, required=True, help="events.parquet")
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument("--prongs", type=Path, nargs="*", default=[], help="prongs.parquet, if prongs are asked of")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of the cell and the heat maps")
    parser.add_argument("--maps", type=Path, required=True, help="prong_heatmaps.parquet to write")
    parser.add_argument("--report", type=Path, required=True, help="prong_heatmaps.json to write: the test of the maps")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
