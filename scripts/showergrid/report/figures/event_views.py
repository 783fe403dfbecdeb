"""One event from all sides: in space with its projections on the walls, and in three views as images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from showergrid.events.hits import AXES, Hits
from showergrid.inputs.pixels import Bins, Grid, columns
from showergrid.report.figures.displays import Display, charge_colors, draw
from showergrid.report.figures.style import new_figure, save, styled

WALL = "0.55"  # grey of the projections
MARGIN = 0.12  # between the event and the walls, as a share of the event's extent
LARGEST = 40.0  # points squared: area of the hit with the most charge
VIEWS = {"x": ("y", "z"), "y": ("x", "z"), "z": ("x", "y")}  # dropped axis -> the axes upwards and to the right


def event3d_figure(hits: Hits, title: str, path: Path) -> None:
    """The hits of one event in space, colour and size by charge; its three projections in grey on the walls.

    z (the beam) points to the right, y to the back and x (the drift) upwards.
    """
    place = hits.position[:, [2, 1, 0]]
    low, high = place.min(axis=0), place.max(axis=0)
    margin = np.maximum(MARGIN * (high - low).max(), 1.0)
    low, high = low - margin, high + margin
    walls = np.array([low[0], high[1], low[2]])  # left wall, far wall and floor, as seen from the default side
    colors = charge_colors([hits.charge])
    area = np.maximum(LARGEST * hits.charge / hits.charge.max(), 1.5)
    with styled():
        figure = new_figure(6.8, 4.6)
        axes = figure.add_subplot(projection="3d")
        for side in range(3):
            shadow = place.copy()
            shadow[:, side] = walls[side]
            axes.scatter(*shadow.T, s=area / 2, color=WALL, alpha=0.35, linewidths=0, depthshade=False, rasterized=True)
        order = np.argsort(hits.charge, kind="stable")
        axes.scatter(
            *place[order].T, s=area[order], c=colors.to_rgba(hits.charge[order]), linewidths=0, depthshade=False
        )
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), zlim=(low[2], high[2]))
        axes.set(xlabel="z [cm]", ylabel="y [cm]", zlabel="x [cm]")
        axes.set_box_aspect(high - low, zoom=1.1)
        axes.locator_params(nbins=5)
        axes.tick_params(labelsize=8)
        axes.xaxis.labelpad = 14
        figure.colorbar(colors, ax=axes, label="charge of a hit [tick ADC]", shrink=0.8, pad=0.16)
        figure.suptitle(title, fontsize=10)
        save(figure, path)


def views_figure(chosen: Mapping[str, Hits], grid: Grid, titles: Mapping[str, str], path: Path) -> None:
    """Draw the charge of an event of each class (rows) seen along x, y and z (columns), on `grid` and on one scale."""
    shown = {(name, axis): view(hits, grid, axis) for name, hits in chosen.items() for axis in VIEWS}
    colors = charge_colors([image.charge for image in shown.values()])
    low, high = _common_limits(chosen.values(), grid)
    spans = high - low
    widths = [spans[AXES.index(right)] for _, right in VIEWS.values()]
    heights = max(spans[AXES.index(up)] for up, _ in VIEWS.values())
    inches = 8.4 / sum(widths)  # per cm of the detector
    with styled():
        figure = new_figure(sum(widths) * inches + 2.6, (heights * inches + 0.75) * len(chosen) + 0.2)
        panels = figure.subplots(len(chosen), len(VIEWS), squeeze=False, width_ratios=widths)
        for row, name in zip(panels, chosen, strict=True):
            for axes, (axis, kept) in zip(row, VIEWS.items(), strict=True):
                draw(axes, shown[name, axis], colors)
                (bottom, left), (top, right) = low[columns(kept)], high[columns(kept)]
                axes.set(xlim=(left, right), ylim=(bottom, top))
                axes.set_title(f"{titles[name]}\nseen along {axis}" if axis == "x" else f"seen along {axis}")
        label = f"charge in a pixel [tick ADC], c = {grid.resolution}"
        figure.colorbar(colors, ax=panels, label=label, aspect=30)
        save(figure, path)


def view(hits: Hits, grid: Grid, axis: str) -> Display:
    """The summed charge of one event in each pixel of `grid`, seen along `axis`."""
    kept = VIEWS[axis]
    pixel = Bins.of(hits.row, grid.relative(hits)[:, columns(kept)])
    charge = pixel.sum(hits.charge)
    return Display(kept, pixel.place, grid.size[columns(kept)], charge[:, None], charge)


def _common_limits(events: Iterable[Hits], grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Low and high corner (3,) [cm from the origin] around all events, with a margin of a pixel or 3 %."""
    places = np.concatenate([grid.relative(hits) for hits in events]) * grid.size
    low, high = places.min(axis=0), places.max(axis=0)
    margin = np.maximum(grid.size, 0.03 * (high - low))
    return low - margin, high + margin
