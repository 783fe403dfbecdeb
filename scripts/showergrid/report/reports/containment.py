"""The tables of containment: the smallest windows that hold the showers, and what the study's windows hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from showergrid.events.hits import read_hits
from showergrid.events.split import events_of
from showergrid.inputs.calibration import hits_of_events, read_calibration
from showergrid.report.formats.csv import sizes, written
from showergrid.report.formats.layout import SMALL, Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number
from showergrid.report.settings.containment import ContainmentSettings as Parameters
from showergrid.report.tables.captions import joined, listed, pixels_text
from showergrid.report.tables.containment import ContainmentResults, Placed, Smallest, contain

HEADER = [
    *("kind", "representation", "resolution", "model", "axes", "share", "window", "window_cm", "pixel_cm"),
    *("held", "hits_median", "charge_median", "events"),
]


TABLES = ("hits",)  # of the events, that it reads
DATA = {"hits": "data/hits.parquet", "split": "data/split.parquet", "calibration": "data/calibration.json"}


def reads(settings: Parameters) -> dict[str, list[str]]:
    """Hits, split and ranges, below the study's folder."""
    return {name: [file] for name, file in DATA.items()}


def build(settings: Parameters, results: Path) -> ContainmentResults:
    """Measure the windows on the training events."""
    hits, split, calibration = (results / file for file in DATA.values())
    training = hits_of_events(read_hits(hits), events_of(split, "train"))
    return contain(training, read_calibration(calibration)["axes"], settings)


def layout(results: ContainmentResults) -> list[TableGrid]:
    """One table of single axes, one of all axes together, and one of the study's windows if there are any."""
    return [_alone(results), _joint(results), *([_placed(results)] if results.placed else [])]


def csv(results: ContainmentResults) -> str:
    """One row per window: of one axis (axis), of all axes of a representation (joint), or of a network (placed)."""
    rows = [_smallest_values(results, window, {"kind": "axis"}) for window in results.alone]
    for name, windows in results.joint.items():
        rows += [_smallest_values(results, window, {"kind": "joint", "representation": name}) for window in windows]
    rows += [_placed_values(results, placed, model) for placed in results.placed for model in placed.models]
    return written(HEADER, rows)


def _smallest_values(results: ContainmentResults, window: Smallest, first: dict[str, object]) -> dict[str, object]:
    return {
        **first,
        "resolution": window.resolution,
        "axes": " ".join(window.axes),
        "share": window.share,
        "window": " ".join(map(str, window.pixels)),
        "window_cm": sizes(dict(zip(window.axes, window.cm, strict=True))),
        "pixel_cm": sizes({axis: results.pixel_cm[window.resolution][axis] for axis in window.axes}),
        "held": window.held,
        "events": results.events,
    }


def _placed_values(results: ContainmentResults, placed: Placed, model: str) -> dict[str, object]:
    return {
        "kind": "placed",
        "representation": placed.representation,
        "resolution": placed.resolution,
        "model": model,
        "axes": " ".join(placed.axes),
        "window": " ".join(map(str, placed.window.shape)),
        "window_cm": sizes(dict(zip(placed.axes, placed.cm, strict=True))),
        "pixel_cm": sizes({axis: results.pixel_cm[placed.resolution][axis] for axis in placed.axes}),
        "held": placed.held,
        "hits_median": placed.hits,
        "charge_median": placed.charge,
        "events": results.events,
    }


def _alone(results: ContainmentResults) -> TableGrid:
    settings = results.settings
    axes = tuple(dict.fromkeys(axis for window in results.alone for axis in window.axes))
    sized = {(window.resolution, window.share, window.axes): window for window in results.alone}
    return TableGrid(
        label=f"tab:{settings.name}",
        caption=joined(
            [
                f"{_events_text(results)} Smallest window, one axis alone, that holds all hits of so many of them",
                f"where it stands best for each event, in pixels and, {SMALL}, in cm.",
                "c: pixels across the detector in x.",
            ]
        ),
        stub=(Stub("c"), Stub("pixel [cm]", 40)),
        columns=tuple(Columns(_share_text(share), axes) for share in settings.shares),
        groups=tuple(
            Group(
                (
                    Row(
                        (str(c), _pixel_text(results, c, axes)),
                        tuple(tuple(_size(sized[c, share, (axis,)]) for axis in axes) for share in settings.shares),
                    ),
                )
            )
            for c in settings.resolutions
        ),
    )


def _joint(results: ContainmentResults) -> TableGrid:
    settings = results.settings
    sized = {
        (name, window.resolution, window.share): window for name, windows in results.joint.items() for window in windows
    }
    return TableGrid(
        label=f"tab:{settings.name}-joint",
        caption=joined(
            [
                f"{_events_text(results)} Smallest window that holds all hits of so many of them on all axes at once",
                f"where it stands best for each event, in pixels and, {SMALL}, in cm.",
                "c: pixels across the detector in x.",
                " ".join(
                    f"{settings.labels.representation(representation.name)}: axes {', '.join(representation.axes)}."
                    for representation in settings.representations
                ),
            ]
        ),
        stub=(Stub("c"),),
        columns=tuple(
            Columns(
                settings.labels.representation(representation.name),
                tuple(_share_text(share) for share in settings.shares),
            )
            for representation in settings.representations
        ),
        groups=tuple(
            Group(
                (
                    Row(
                        (str(c),),
                        tuple(
                            tuple(_size(sized[representation.name, c, share]) for share in settings.shares)
                            for representation in settings.representations
                        ),
                    ),
                )
            )
            for c in settings.resolutions
        ),
    )


def _placed(results: ContainmentResults) -> TableGrid:
    labels = results.settings.labels
    groups: dict[tuple[str, int], list[Row]] = {}
    for placed in results.placed:
        shares = (placed.held, placed.hits, placed.charge)
        names = (
            str(placed.resolution),
            pixels_text(placed.window.shape),
            f"{_cm_text(placed.cm)} cm",
            ", ".join(map(labels.model, placed.models)),
        )
        groups.setdefault((placed.representation, placed.resolution), []).append(
            Row(names, (tuple(TableCell(number(x)) for x in shares),))
        )
    keys = list(groups)
    return TableGrid(
        label=f"tab:{results.settings.name}-placed",
        caption=joined(
            [
                f"{_events_text(results)} What the windows of the study hold where they are placed",
                f"({', '.join(dict.fromkeys(placed.window.origin for placed in results.placed))}): share of the events",
                "that are whole inside, and the median share of hits and charge.",
                "c: pixels across the detector in x.",
            ]
        ),
        stub=(Stub("c"), Stub("window", 20), Stub("", 26), Stub("network", 22)),
        columns=(Columns("", ("whole", "hits", "charge")),),
        groups=tuple(
            Group(tuple(rows), labels.representation(name) if i == 0 or keys[i - 1][0] != name else "")
            for i, ((name, _), rows) in enumerate(groups.items())
        ),
    )


def _events_text(results: ContainmentResults) -> str:
    settings = results.settings
    classes = listed(settings.labels.kinds(settings.question))
    events = f"Containment of the {results.events} training events ({classes})"
    if "validation" in settings.ranges:
        return f"{events}; the ranges of the axes come from them and the validation events."
    return f"{events}, from which the ranges of the axes come too."


def _size(window: Smallest) -> TableCell:
    return TableCell(" x ".join(map(str, window.pixels)), below=_cm_text(window.cm))


def _cm_text(cm: Sequence[float]) -> str:
    return " x ".join(f"{size:.1f}" for size in cm)


def _share_text(share: float) -> str:
    return f"{100 * share:g} %"


def _pixel_text(results: ContainmentResults, c: int, axes: Sequence[str]) -> str:
    return ", ".join(f"{axis} {results.pixel_cm[c][axis]:.3g}" for axis in axes)
