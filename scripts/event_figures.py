"""Draw events of all classes in every representation, and one event at several resolutions."""

import argparse
from pathlib import Path

from showergrid import provenance
from showergrid.calibration import read_calibration
from showergrid.displays import events_figure, hits_of, named, nearest_events, resolutions_figure
from showergrid.errors import InputError, run
from showergrid.hits import read_events
from showergrid.settings.report import EventFigures


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = EventFigures(**job.config)
    if len(a.calibrations) != len(settings.representations):
        raise InputError(
            f"--calibrations: {len(a.calibrations)} files for {len(settings.representations)} representations; "
            "give one each, in their order"
        )
    calibrations = [read_calibration(path) for path in a.calibrations]
    events = read_events(a.events)
    chosen = nearest_events(events, settings.classes, settings.energy)
    hits = hits_of(a.hits, list(chosen.values()))
    energy = dict(zip(events["event"].to_pylist(), events["energy"].to_pylist(), strict=True))

    events_figure(
        {name: hits[event] for name, event in chosen.items()},
        {name: energy[event] for name, event in chosen.items()},
        settings.representations,
        calibrations,
        a.events_figure,
    )
    name, event = next(iter(chosen.items()))
    title = named(event, name, energy[event])
    resolutions_figure(hits[event], settings.resolutions, calibrations[0], title, a.resolutions_figure)
    modules = [one.representation.module for one in settings.representations]
    job.finish(
        a.provenance,
        inputs={"hits": a.hits, "events": a.events, "calibrations": a.calibrations},
        outputs={"events_figure": a.events_figure, "resolutions_figure": a.resolutions_figure},
        modules=tuple(
            f"showergrid.representations.{module}"
            for module in dict.fromkeys([*modules, settings.resolutions.representation.module])
        ),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hits", type=Path, required=True, help="hits.parquet")
    parser.add_argument("--events", type=Path, required=True, help="events.parquet")
    parser.add_argument(
        "--calibrations", type=Path, nargs="+", required=True, help="image calibrations, one a representation"
    )
    parser.add_argument("--events-figure", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--resolutions-figure", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of these figures")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
