"""The tables of containment: the window that would hold the showers, and what the study's windows hold."""

from __future__ import annotations

from collections.abc import Sequence

from showergrid.report.formats.csv import sizes, written
from showergrid.report.formats.layout import SMALL, Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number
from showergrid.report.settings.tables import ContainmentSettings
from showergrid.report.tables.captions import joined, pixels_text
from showergrid.report.tables.containment import ContainmentResults, Placed, Smallest

HEADER = [
    *("kind", "representation", "resolution", "model", "axes", "share", "window", "window_cm", "pixel_cm"),
    *("held", "hits_median", "charge_median", "events"),
]


def layout(found: ContainmentResults, settings: ContainmentSettings) -> list[TableGrid]:
    """One table of single axes, one of whole windows, and one of the study's windows if there are any."""
    return [_alone(found, settings), _joint(found, settings), *([_placed(found, settings)] if found.placed else [])]


def containment_csv(found: ContainmentResults) -> str:
    """One row a window: of one axis, of the axes of a representation (joint), or of a network (placed)."""
    rows = [_smallest_values(found, one, {"kind": "axis"}) for one in found.alone]
    for name, windows in found.joint.items():
        rows += [_smallest_values(found, one, {"kind": "joint", "representation": name}) for one in windows]
    rows += [_placed_values(found, one, model) for one in found.placed for model in one.models]
    return written(HEADER, rows)


def _smallest_values(found: ContainmentResults, one: Smallest, first: dict[str, object]) -> dict[str, object]:
    return {
        **first,
        "resolution": one.resolution,
        "axes": " ".join(one.axes),
        "share": one.share,
        "window": " ".join(map(str, one.pixels)),
        "window_cm": sizes(dict(zip(one.axes, one.cm, strict=True))),
        "pixel_cm": sizes({axis: found.pixel_cm[one.resolution][axis] for axis in one.axes}),
        "held": one.held,
        "events": found.events,
    }


def _placed_values(found: ContainmentResults, one: Placed, model: str) -> dict[str, object]:
    return {
        "kind": "placed",
        "representation": one.representation,
        "resolution": one.resolution,
        "model": model,
        "axes": " ".join(one.axes),
        "window": " ".join(map(str, one.window.shape)),
        "window_cm": sizes(dict(zip(one.axes, one.cm, strict=True))),
        "pixel_cm": sizes({axis: found.pixel_cm[one.resolution][axis] for axis in one.axes}),
        "held": one.held,
        "hits_median": one.hits,
        "charge_median": one.charge,
        "events": found.events,
    }


def _alone(found: ContainmentResults, settings: ContainmentSettings) -> TableGrid:
    axes = tuple(dict.fromkeys(axis for one in found.alone for axis in one.axes))
    sized = {(one.resolution, one.share, one.axes): one for one in found.alone}
    return TableGrid(
        label="tab:containment",
        caption=joined(
            [
                f"{_events_text(found, settings)} Size, on each axis by itself, of the smallest window that holds all",
                f"hits of so many of them, in pixels and, {SMALL}, in cm: the quantile of their extents. It stands",
                "best for each event: one that is placed by the origin must be larger.",
                "c: pixels across the detector in x.",
            ]
        ),
        stub=(Stub("c"), Stub("pixel [cm]", 40)),
        columns=tuple(Columns(_share_text(share), axes) for share in settings.shares),
        groups=tuple(
            Group(
                (
                    Row(
                        (str(c), _pixel_text(found, c, axes)),
                        tuple(tuple(_size(sized[c, share, (axis,)]) for axis in axes) for share in settings.shares),
                    ),
                )
            )
            for c in settings.resolutions
        ),
    )


def _joint(found: ContainmentResults, settings: ContainmentSettings) -> TableGrid:
    sized = {(name, one.resolution, one.share): one for name, windows in found.joint.items() for one in windows}
    return TableGrid(
        label="tab:containment-joint",
        caption=joined(
            [
                f"{_events_text(found, settings)} Smallest window that holds all hits of so many of them on all axes",
                f"at once, in pixels and, {SMALL}, in cm: on every axis the same quantile of the extents, raised until",
                "enough events fit on all axes. It stands best for each event. c: pixels across the detector in x.",
                " ".join(f"{one.name}: axes {', '.join(one.axes)}." for one in settings.representations),
            ]
        ),
        stub=(Stub("c"),),
        columns=tuple(
            Columns(one.name, tuple(_share_text(share) for share in settings.shares))
            for one in settings.representations
        ),
        groups=tuple(
            Group(
                (
                    Row(
                        (str(c),),
                        tuple(
                            tuple(_size(sized[one.name, c, share]) for share in settings.shares)
                            for one in settings.representations
                        ),
                    ),
                )
            )
            for c in settings.resolutions
        ),
    )


def _placed(found: ContainmentResults, settings: ContainmentSettings) -> TableGrid:
    groups: dict[tuple[str, int], list[Row]] = {}
    for one in found.placed:
        shares = (one.held, one.hits, one.charge)
        names = (str(one.resolution), pixels_text(one.window.shape), f"{_cm_text(one.cm)} cm", ", ".join(one.models))
        groups.setdefault((one.representation, one.resolution), []).append(
            Row(names, (tuple(TableCell(number(x)) for x in shares),))
        )
    keys = list(groups)
    return TableGrid(
        label="tab:containment-placed",
        caption=joined(
            [
                f"{_events_text(found, settings)} What the windows of the study hold as they are placed, by the origin",
                f"({', '.join(dict.fromkeys(one.window.origin for one in found.placed))}) and the direction of each",
                "event: share of the events all of whose hits are inside (whole), and median over events of the share",
                "of hits and of charge inside. c: pixels across the detector in x.",
            ]
        ),
        stub=(Stub("c"), Stub("window", 20), Stub("", 26), Stub("network", 22)),
        columns=(Columns("", ("whole", "hits", "charge")),),
        groups=tuple(
            Group(tuple(rows), name if i == 0 or keys[i - 1][0] != name else "")
            for i, ((name, _), rows) in enumerate(groups.items())
        ),
    )


def _events_text(found: ContainmentResults, settings: ContainmentSettings) -> str:
    classes = " and ".join(one.name for one in settings.classes)
    return f"Containment of the {found.events} training events ({classes}), from which the ranges of the axes come too."


def _size(one: Smallest) -> TableCell:
    return TableCell(" x ".join(map(str, one.pixels)), below=_cm_text(one.cm))


def _cm_text(cm: Sequence[float]) -> str:
    return " x ".join(f"{size:.1f}" for size in cm)


def _share_text(share: float) -> str:
    return f"{100 * share:g} %"


def _pixel_text(found: ContainmentResults, c: int, axes: Sequence[str]) -> str:
    return ", ".join(f"{axis} {found.pixel_cm[c][axis]:.3g}" for axis in axes)
