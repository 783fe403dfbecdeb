"""Draw events of all classes: in every representation, at several resolutions, in space, in views and in colour."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import InputError, run
from showergrid.core.plugins import closure_modules
from showergrid.events.hits import read_events
from showergrid.inputs.calibration import read_calibration
from showergrid.inputs.pixels import Grid
from showergrid.report.figures.displays import (
    display,
    events_figure,
    hits_of,
    named,
    resolutions_figure,
    typical_events,
)
from showergrid.report.figures.event_views import event3d_figure, views_figure
from showergrid.report.figures.legends import has_hue, hue_figure
from showergrid.report.settings.event_figures import EventFigures

FIGURES = {
    "events": "events of all classes in every representation",
    "resolutions": "one event at several resolutions",
    "event3d": "one event in space, with its projections on the walls",
    "views": "events of all classes seen along x, y and z",
    "hue": "what hue and lightness of a colour mean",
}


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"hits": a.hits, "events": a.events, "calibrations": a.calibrations})
    settings = EventFigures(**job.config)
    if len(a.calibrations) != len(settings.representations):
        raise InputError(
            f"--calibrations: {len(a.calibrations)} files for {len(settings.representations)} representations; "
            "give one each, in their order"
        )
    calibrations = [read_calibration(path) for path in a.calibrations]
    events = read_events(a.events)
    chosen = typical_events(events, settings.question, settings.energy)
    by_event = hits_of(a.hits, list(chosen.values()))
    hits = {name: by_event[event] for name, event in chosen.items()}
    energy = dict(zip(events["event"].to_pylist(), events["energy"].to_pylist(), strict=True))
    titles = {name: named(settings.labels.kind(name), energy[event]) for name, event in chosen.items()}
    name, event = next(iter(chosen.items()))
    title = f"event {event}: {titles[name]}"
    drawn = list(zip(settings.representations, calibrations, strict=True))

    events_figure(hits, titles, settings, calibrations, a.events_figure)
    resolutions_figure(hits[name], settings.resolutions, calibrations[0], title, a.resolutions_figure)
    event3d_figure(hits[name], title, a.event3d_figure)
    views_figure(hits, Grid.of(calibrations[0]["axes"], settings.representations[0].resolution), titles, a.views_figure)
    colored = [
        (column, calibration, display(hits[name], column.representation, column.resolution, calibration))
        for column, calibration in drawn
        if has_hue(column)
    ]
    hue_figure(colored, settings.labels, title, a.hue_figure)
    job.finish(
        a.provenance,
        outputs={f"{figure}_figure": getattr(a, f"{figure}_figure") for figure in FIGURES},
        modules=closure_modules(job.config),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hits", type=Path, required=True, help="hits.parquet")
    parser.add_argument("--events", type=Path, required=True, help="events.parquet")
    parser.add_argument(
        "--calibrations", type=Path, nargs="+", required=True, help="image calibrations, one a representation"
    )
    for figure, text in FIGURES.items():
        parser.add_argument(
            f"--{figure}-figure", type=Path, required=True, help=f"figure to write: {text} (.pdf, .png)"
        )
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of these figures")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
