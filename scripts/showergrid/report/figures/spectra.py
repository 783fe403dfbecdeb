"""A variable of all events and of those that a cell calls each class, one panel for each set of events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from showergrid.evaluation.counts import garwood
from showergrid.report.figures.style import GREY, PALETTE, new_figure, save, styled
from showergrid.report.settings.spectra import Distribution, Spectrum
from showergrid.report.tables.spectra import Events

ACROSS = 3  # panels in a row
FEW = 50  # bins with bars: of more they would hide each other
SIGMA = 0.6827  # confidence level of a bar


def spectrum_figure(panels: Sequence[Events], settings: Spectrum, path: Path) -> None:
    """Draw the panels, with the intervals shaded, those for which no class was trained hatched."""
    across = min(ACROSS, len(panels))
    down = math.ceil(len(panels) / across)
    with styled():
        figure = new_figure(0.5 + 3.6 * across, 0.7 + 3.1 * down)
        grid = figure.subplots(down, across, squeeze=False)
        for axes, events in zip(grid.flat, panels, strict=False):
            _draw(axes, events, settings)
        for axes in grid.flat[len(panels) :]:
            axes.set_axis_off()
        for axes in grid[:, 0]:
            axes.set_ylabel("events in a bin")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), 2 * across), fontsize=8)
        save(figure, path)


def bin_edges(shown: Distribution) -> np.ndarray:
    """(bins + 1,): the edges of the bins."""
    return (np.geomspace if shown.log else np.linspace)(*shown.range, shown.bins + 1)


def _draw(axes: Axes, events: Events, settings: Spectrum) -> None:
    """Draw a panel: all events, and those of each answer."""
    shown = settings.distribution
    edges = bin_edges(shown)
    counts, bins = np.histogram(events.values, edges)[0], np.digitize(events.values, edges)
    axes.stairs(counts, edges, fill=True, color=GREY, alpha=0.25, label="all events")
    for k, kind in enumerate(settings.labels.kinds(settings.question)):
        own = events.answer == k
        count = np.histogram(events.values[own], edges)[0]
        axes.stairs(count, edges, color=PALETTE[k % len(PALETTE)], lw=1.2, label=f"called {kind}")
        if shown.bins <= FEW:
            each = [events.independent(own & (bins == i)) for i in range(1, shown.bins + 1)]
            _bars(axes, count, np.array(each), edges, PALETTE[k % len(PALETTE)], shown.log)
    axes.set(yscale="log", ylim=(0.5, 2 * max(1, counts.max())), xlim=shown.range, xlabel=shown.label)
    if shown.log:
        axes.set_xscale("log")
    for interval in shown.intervals:
        drawn = {"hatch": "////", "fc": "none", "ec": GREY, "alpha": 0.35} if not interval.trained else {"alpha": 0.1}
        axes.axvspan(*np.clip(interval.range, *shown.range), **{"color": GREY, "lw": 0} | drawn, zorder=0)
        low, high = np.clip(interval.range, *shown.range)
        middle = math.sqrt(low * high) if shown.log else (low + high) / 2
        said = {"ha": "center", "va": "bottom", "fontsize": 7, "transform": axes.get_xaxis_transform()}
        axes.text(middle, 1.0, interval.label or interval.name, **said)
    beyond = events.values.size - counts.sum()
    note = f", {beyond} beyond the axis" if beyond else ""
    axes.set_title(f"{events.panel.label}\n{events.values.size} events{note}", pad=12, fontsize=9)


def _bars(axes: Axes, counts: np.ndarray, each: np.ndarray, edges: np.ndarray, color: str, log: bool) -> None:
    """Draw the Poisson intervals of the bins that hold events, `each` (n,) of which counts as so many."""
    middle = np.sqrt(edges[:-1] * edges[1:]) if log else (edges[:-1] + edges[1:]) / 2
    low, high = garwood(each * counts, SIGMA)
    full = counts > 0
    error = np.stack([counts - low / each, high / each - counts])[:, full]
    axes.errorbar(middle[full], counts[full], error, fmt="none", color=color, lw=0.8)
