"""Event displays: showers as the networks get them, in cm from the shower's origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import LogNorm
from matplotlib.patches import Rectangle

from showergrid.core.errors import InputError
from showergrid.core.plugins import load
from showergrid.events.hits import Hits, read_hits
from showergrid.events.order import reordered
from showergrid.events.questions import Question, labels
from showergrid.inputs.making import charge_centre, directions, shower_end
from showergrid.inputs.pixels import Grid, columns
from showergrid.inputs.settings import Representation
from showergrid.inputs.window import Window
from showergrid.report.figures.style import ORANGE, blank_figure, new_figure, save, styled
from showergrid.report.settings.event_figures import DrawnResolutions, EventFigures

GROUND = "0.93"  # background of charges: light enough for the darkest colour, dark enough for the brightest
CHARGES = "viridis"
ACROSS = 3  # panels in a row
FRAME = 2.0  # cm left free around the outermost window


@dataclass(frozen=True)
class Display:
    """One event in one representation.

    axes: those of the image, in the order of its dimensions; place (P, D): pixels from the origin; pixel (D,): size of
    a pixel [cm]; values (P, C): C is 3 for colours (0 to 1), else 1; charge (P,): summed charge [tick ADC].
    """

    axes: tuple[str, ...]
    place: np.ndarray
    pixel: np.ndarray
    values: np.ndarray
    charge: np.ndarray


def typical_events(events: pa.Table, question: Question, energy: float) -> dict[str, int]:
    """The event of each class nearest to `energy` [GeV]: class name -> event.

    Where the energies of a class are not known, its event whose number of hits is nearest to the median.

    Raises:
        InputError: a class has no event.
    """
    number, energies, n_hits = (events[name].to_numpy() for name in ("event", "energy", "n_hits"))
    label = labels(events, question.column, question.values)
    chosen = {}
    for k, name in enumerate(question.names):
        rows = np.flatnonzero(label == k)
        if rows.size == 0:
            raise InputError(f"events: none is of class {name}; check questions in the config")
        away = np.abs(energies[rows].astype(np.float64) - energy)  # NaN where the energy is not known
        if np.all(np.isnan(away)):
            away = np.abs(n_hits[rows] - np.median(n_hits[rows]))
        chosen[name] = int(number[rows[np.nanargmin(away)]])
    return chosen


def hits_of(path: Path, events: Sequence[int]) -> dict[int, Hits]:
    """The hits of each event in `events`: event -> hits.

    Raises:
        InputError: an event has no hits.
    """
    hits: dict[int, Hits] = {}
    for chunk in read_hits(path, time=True):
        hits |= {event: chunk.only(chunk.event == event) for event in events if event in chunk.event}
    for event in events:
        if event not in hits:
            raise InputError(f"{path}: event {event} has no hits; make the file again")
    return hits


def display(
    hits: Hits, representation: Representation, resolution: int, calibration: Mapping, own_ranges: bool = False
) -> Display:
    """One event on the grid of `calibration`, with the calibration's ranges or, if `own_ranges`, the event's own."""
    hits = _ordered(hits, representation)
    module = load("representations", representation.module)
    parameters = module.Parameters(**representation.parameters)
    axes = module.axes(parameters)
    grid = Grid.of(calibration["axes"], resolution)
    ranges = module.ranges(hits, grid, parameters) if own_ranges else calibration["ranges"]
    pixels = module.pixels(hits, grid, ranges, parameters)
    return Display(axes, pixels.place, grid.size[columns(axes)], pixels.values, pixels.charge)


def events_figure(
    chosen: Mapping[str, Hits],
    titles: Mapping[str, str],
    settings: EventFigures,
    calibrations: Sequence[Mapping],
    path: Path,
) -> None:
    """Draw one event of each class (rows; `chosen` and `titles` by class name) in each representation (columns)."""
    representations = settings.representations
    shown = {
        (name, j): display(hits, drawn.representation, drawn.resolution, calibration)
        for name, hits in chosen.items()
        for j, (drawn, calibration) in enumerate(zip(representations, calibrations, strict=True))
    }
    colors = charge_colors([image.charge for image in shown.values()])
    with styled():
        figure = new_figure(3.4 * len(representations) + 0.8, 3.1 * len(chosen))
        for k, ((name, j), image) in enumerate(shown.items()):
            space = "3d" if len(image.axes) == 3 else None
            axes = figure.add_subplot(len(chosen), len(representations), k + 1, projection=space)
            draw(axes, image, colors)
            drawn = representations[j]
            column = settings.labels.representation(drawn.representation.name)
            title = f"{column}, c = {drawn.resolution}" if k < len(representations) else ""
            axes.set_title(f"{title}\n{titles[name]}".strip())
        figure.colorbar(colors, ax=figure.axes, label="charge in a pixel [tick ADC]", aspect=40)
        save(figure, path)


def resolutions_figure(hits: Hits, drawn: DrawnResolutions, calibration: Mapping, title: str, path: Path) -> None:
    """Draw one event at several resolutions on the same scale; a frame shows the window that a network sees."""
    shown = [display(hits, drawn.representation, c, calibration, own_ranges=True) for c in drawn.resolutions]
    if len(shown[0].axes) != 2:
        blank_figure("no representation of this study has two image axes", path)
        return
    windows = [
        _window(_ordered(hits, drawn.representation), image, drawn, calibration, c)
        for image, c in zip(shown, drawn.resolutions, strict=True)
    ]
    corners = np.array([*map(_limits, shown), *(window for window in windows if window is not None)])
    low, high = corners[:, 0].min(axis=0) - FRAME, corners[:, 1].max(axis=0) + FRAME
    across = min(ACROSS, len(shown))
    down = -(-len(shown) // across)
    panel = 3.2 * (high[0] - low[0]) / (high[1] - low[1])  # height of a panel 3.2 inches wide
    colors = charge_colors([image.charge for image in shown])
    with styled():
        figure = new_figure(3.6 * across + 0.8, (panel + 0.7) * down + 0.7)
        for k, (image, window, c) in enumerate(zip(shown, windows, drawn.resolutions, strict=True)):
            axes = figure.add_subplot(down, across, k + 1)
            draw(axes, image, colors)
            if window is not None:
                width, height = (window[1] - window[0])[::-1]
                axes.add_patch(Rectangle(window[0][::-1], width, height, fill=False, ec=ORANGE, lw=1.3))
            axes.set_title(f"c = {c}: pixels of {10 * image.pixel[0]:.3g} mm")
            axes.set(ylim=(low[0], high[0]), xlim=(low[1], high[1]))
            axes.label_outer()
        figure.colorbar(colors, ax=figure.axes, label="charge in a pixel [tick ADC]", aspect=40)
        figure.suptitle(title)
        save(figure, path)


def draw(axes: Axes, shown: Display, charges: ScalarMappable) -> None:
    """Draw one event: the last image axis to the right, colours as they are, charges on a logarithmic scale."""
    if len(shown.axes) == 3:
        _draw_space(axes, shown, charges)
    else:
        _draw_plane(axes, shown, charges)


def _draw_plane(axes: Axes, shown: Display, charges: ScalarMappable) -> None:
    colored = shown.values.shape[1] == 3
    colors = np.clip(shown.values, 0, 1) if colored else charges.to_rgba(shown.charge)
    centre = (shown.place * shown.pixel)[:, ::-1]  # (P, 2): right, up [cm]
    half = shown.pixel[::-1] / 2
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    # a thin line in the pixel's own colour keeps pixels smaller than a dot of the screen visible
    order = np.argsort(shown.charge, kind="stable")
    corners = centre[order, None, :] + square
    axes.add_collection(PolyCollection(corners, facecolors=colors[order], edgecolors=colors[order], linewidths=0.4))
    low, high = _limits(shown)
    axes.set(ylim=(low[0], high[0]), xlim=(low[1], high[1]), aspect="equal", facecolor="black" if colored else GROUND)
    axes.set(xlabel=f"{shown.axes[1]} from the origin [cm]", ylabel=f"{shown.axes[0]} [cm]")


def _draw_space(axes: Axes, shown: Display, charges: ScalarMappable) -> None:
    """Draw an event in space: the last axis (the beam) to the right, the second to the back, the first upwards."""
    place = shown.place * shown.pixel
    colors = charges.to_rgba(shown.charge)
    axes.scatter(place[:, 2], place[:, 1], place[:, 0], c=colors, s=3, marker="s", linewidths=0, depthshade=False)
    low, high = _limits(shown)
    axes.set(xlim=(low[2], high[2]), ylim=(low[1], high[1]), zlim=(low[0], high[0]))
    axes.set(xlabel=f"{shown.axes[2]} [cm]", ylabel=f"{shown.axes[1]} [cm]", zlabel=f"{shown.axes[0]} [cm]")
    axes.set_box_aspect(np.sqrt((high - low)[[2, 1, 0]]), zoom=0.8)
    axes.locator_params(nbins=4)
    axes.tick_params(labelsize=7)


def _window(
    hits: Hits, shown: Display, drawn: DrawnResolutions, calibration: Mapping, resolution: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """Low and high corner (D,) [cm from the origin] of a network's window."""
    if drawn.window is None:
        return None
    kept = columns(shown.axes)
    grid = Grid.of(calibration["axes"], resolution)
    window = Window.of(drawn.window, shown.axes)
    side = directions(hits, grid, drawn.representation.direction)
    placed = (charge_centre(hits, grid), shower_end(hits, grid), side)  # (1, 3) each
    start = window.start(*(place[:, kept] for place in placed))[0] - 0.5  # the lower edge of its first pixel
    return start * shown.pixel, (start + window.shape) * shown.pixel


def _ordered(hits: Hits, representation: Representation) -> Hits:
    """The hits in the order that images are made in: the representation's own, if it has one."""
    return reordered(hits, representation.order) if representation.order else hits


def _limits(shown: Display) -> tuple[np.ndarray, np.ndarray]:
    """Low and high corner (D,) [cm] around the event, with a margin of 5 % or one pixel."""
    place = shown.place * shown.pixel
    low, high = place.min(axis=0), place.max(axis=0)
    margin = np.maximum(0.05 * (high - low), shown.pixel)
    return low - margin, high + margin


def charge_colors(charge: Sequence[np.ndarray]) -> ScalarMappable:
    """A logarithmic colour scale for arrays (n,) of charges, from the smallest positive charge to the largest."""
    charges = np.concatenate(charge)
    charges = charges[charges > 0] if np.any(charges > 0) else np.ones(1)
    low, high = float(charges.min()), float(max(charges.max(), 1.001 * charges.min()))
    return ScalarMappable(LogNorm(low, high, clip=True), matplotlib.colormaps[CHARGES])


def named(name: str, energy: float | None) -> str:
    """The title of an event of class `name`, with its energy [GeV] if that is known."""
    return name if energy is None else f"{name}, {energy:.2f} GeV"
