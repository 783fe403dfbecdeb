"""How large a window must be to hold the showers at a resolution, and what the windows of a study hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from showergrid.core.errors import InputError
from showergrid.events.hits import AXES, Hits
from showergrid.inputs.making import charge_centre, directions, shower_end
from showergrid.inputs.pixels import Grid, columns
from showergrid.inputs.settings import Direction, WindowSettings
from showergrid.inputs.window import Window
from showergrid.report.settings.containment import ContainmentSettings, PlacedWindow


@dataclass(frozen=True)
class Smallest:
    """The smallest window over some axes of one resolution that holds all hits of a share of the events.

    Its position is free, and the best one for each event. pixels, cm: its size on each axis; held: the share of the
    events that it holds, which is `share` or, where sizes tie, a little more.
    """

    resolution: int
    share: float
    axes: tuple[str, ...]
    pixels: tuple[int, ...]
    cm: tuple[float, ...]
    held: float


@dataclass(frozen=True)
class Placed:
    """A window of the study, placed by its origin, and what it holds of the events.

    held: share of the events held whole; hits, charge: median over events of the share of hits and of charge inside.
    """

    representation: str
    resolution: int
    models: tuple[str, ...]
    axes: tuple[str, ...]
    window: WindowSettings
    cm: tuple[float, ...]
    held: float
    hits: float
    charge: float


@dataclass(frozen=True)
class ContainmentResults:
    """All windows, as `settings` ask for them.

    pixel_cm: resolution -> axis -> size of a pixel [cm]; alone: windows of one axis; joint: name of a representation
    -> windows of all its axes.
    """

    settings: ContainmentSettings
    events: int
    pixel_cm: dict[int, dict[str, float]]
    alone: tuple[Smallest, ...]
    joint: dict[str, tuple[Smallest, ...]]
    placed: tuple[Placed, ...]


def contain(
    chunks: Iterable[Hits], axes: dict[str, dict[str, float]], settings: ContainmentSettings
) -> ContainmentResults:
    """Measure all windows in one pass over the hits of `chunks`; `axes` holds the ranges of a calibration [cm].

    Raises:
        InputError: there is no event, a window has an unknown representation, or a window does not fit its axes.
    """
    windows = _windows(settings)
    at = dict.fromkeys([*settings.resolutions, *(placed.resolution for placed, _ in windows)])
    lattices = {c: Grid.of(axes, c) for c in at}
    boxes = [
        (lattices[placed.resolution], *_box(settings, placed.representation, placed.window)) for placed, _ in windows
    ]
    edges, shares = [], []
    for hits in chunks:
        edges.append(_edges(hits))
        held = [_inside(hits, settings.direction, *box) for box in boxes]
        shares.append(np.stack(held) if boxes else np.empty((0, 3, 0)))
    if not edges:
        raise InputError("containment: there is no hit of a training event; check that split and hits belong together")
    low, high = np.concatenate(edges, axis=1)
    inside = np.concatenate(shares, axis=2)
    pixel = {c: (grid.maximum - grid.minimum) / grid.count for c, grid in lattices.items()}
    extent = {c: lattices[c].pixel(high) - lattices[c].pixel(low) + 1 for c in settings.resolutions}

    def smallest(c: int, share: float, chosen: Sequence[str]) -> Smallest:
        kept = columns(chosen)
        size, held = smallest_window(extent[c][:, kept], share)
        return Smallest(c, share, tuple(chosen), tuple(size), tuple((np.array(size) * pixel[c][kept]).tolist()), held)

    shown = [axis for axis in AXES if any(axis in representation.axes for representation in settings.representations)]
    return ContainmentResults(
        settings=settings,
        events=low.shape[0],
        pixel_cm={c: dict(zip(AXES, pixel[c].tolist(), strict=True)) for c in lattices},
        alone=tuple(smallest(c, s, [axis]) for c in settings.resolutions for s in settings.shares for axis in shown),
        joint={
            representation.name: tuple(
                smallest(c, share, representation.axes) for c in settings.resolutions for share in settings.shares
            )
            for representation in settings.representations
        },
        placed=tuple(
            Placed(
                representation=placed.representation,
                resolution=placed.resolution,
                models=models,
                axes=tuple(AXES[a] for a in kept),
                window=placed.window,
                cm=tuple((np.array(box.shape) * pixel[placed.resolution][kept]).tolist()),
                held=float(np.mean(whole)),
                hits=float(np.median(hits)),
                charge=float(np.median(charge)),
            )
            for (placed, models), (_, kept, box), (whole, hits, charge) in zip(windows, boxes, inside, strict=True)
        ),
    )


def smallest_window(extent: np.ndarray, share: float) -> tuple[list[int], float]:
    """Sizes (D,) [pixels] of the smallest window that holds a `share` of the events, and the share that it does hold.

    extent: (E, D) int, extents of the events [pixels]. On one axis the size is the quantile of the extents. On several,
    all axes take the same quantile, which is raised until enough events fit on all of them at once.
    """
    events = extent.shape[0]
    ordered = np.sort(extent, axis=0)
    # on an axis, the k-th smallest extent is large enough for an event if k >= (number of smaller extents) + 1
    needed = np.stack([np.searchsorted(ordered[:, a], extent[:, a]) for a in range(extent.shape[1])]).max(axis=0) + 1
    k = int(np.quantile(needed, share, method="inverted_cdf"))
    size = ordered[k - 1]
    return size.tolist(), float(np.count_nonzero(np.all(extent <= size, axis=1)) / events)


def _windows(settings: ContainmentSettings) -> list[tuple[PlacedWindow, tuple[str, ...]]]:
    """The distinct windows of the study, each with its networks."""
    groups: dict[tuple[str, int, str], list[PlacedWindow]] = {}
    for entry in settings.windows:
        groups.setdefault((entry.representation, entry.resolution, entry.window.model_dump_json()), []).append(entry)
    return [(same[0], tuple(entry.model for entry in same)) for same in groups.values()]


def _box(settings: ContainmentSettings, representation: str, window: WindowSettings) -> tuple[list[int], Window]:
    """The columns of the axes of the images of `representation`, and the window on these axes."""
    for entry in settings.representations:
        if entry.name == representation:
            return columns(entry.axes), Window.of(window, entry.axes)
    known = ", ".join(entry.name for entry in settings.representations)
    raise InputError(f"containment: windows: {representation} is none of the representations ({known})")


def _edges(hits: Hits) -> np.ndarray:
    """(2, E, 3) float64: smallest and largest coordinates of each event [cm]; their pixels are the outermost ones."""
    start = hits.offsets[:-1]
    return np.stack([reduce.reduceat(hits.position, start, axis=0) for reduce in (np.minimum, np.maximum)])


def _inside(hits: Hits, direction: Direction, grid: Grid, kept: list[int], window: Window) -> np.ndarray:
    """(3, E) float64: whether each event is held whole, and the shares of its hits and of its charge in the window."""
    placed = (charge_centre(hits, grid), shower_end(hits, grid), directions(hits, grid, direction))  # (E, 3) each
    first = window.start(*(place[:, kept] for place in placed))
    place = grid.relative(hits)[:, kept] - first[hits.row]
    held = np.all((place >= 0) & (place < window.shape), axis=1)
    events = hits.event.size
    number = np.bincount(hits.row[held], minlength=events)
    total = np.bincount(hits.row, hits.charge, events)
    charge = np.bincount(hits.row[held], hits.charge[held], events)
    return np.stack(
        [
            number == np.diff(hits.offsets),
            number / np.diff(hits.offsets),
            np.divide(charge, total, out=np.zeros(events), where=total > 0),
        ]
    )
