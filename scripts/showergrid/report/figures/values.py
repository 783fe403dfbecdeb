"""The figure of a question of a value: predicted against true values, and bias and resolution against the true one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm

from showergrid.report.figures.style import GREY, PALETTE, new_figure, save, styled
from showergrid.report.tables.values import ValueResults

MARKERS = "os^Dvp*X"
ACROSS = 3  # panels in a row
PIXELS = 40  # bins of a panel along each axis


def values_figure(table: ValueResults, path: Path) -> None:
    """Draw a panel of predicted against true values for each place, of its first seed, and two of all places."""
    places = len(table.rows)
    rows = -(-places // ACROSS)
    with styled():
        figure = new_figure(3.4 * ACROSS, 3.1 * rows + 3.2)
        above, below = figure.subfigures(2, 1, height_ratios=[3.1 * rows, 3.2])
        panels = above.subplots(rows, ACROSS, squeeze=False)
        for axes in panels.flat[places:]:
            axes.set_axis_off()
        for i, axes in enumerate(panels.flat[:places]):
            _plane(table, i, axes)
        bias, resolution = below.subplots(1, 2)
        for name, axes in (("median_bias", bias), ("resolution", resolution)):
            _against_truth(table, table.named[name], axes)
        bias.axhline(0, color=GREY, lw=0.8, ls=":")
        of = "relative " if table.relative else ""
        bias.set_ylabel(f"{of}bias (median){'' if table.relative else _unit(table)}")
        resolution.set_ylabel(f"{of}resolution{'' if table.relative else _unit(table)}")
        resolution.set_ylim(bottom=0)
        below.legend(*bias.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=8)
        save(figure, path)


def _plane(table: ValueResults, i: int, axes: Axes) -> None:
    """The test events of a place by true and predicted value; events outside of the plane stand at its edge."""
    row, labels = table.rows[i], table.settings.labels
    low, high = np.quantile(np.concatenate([of.first.truth for of in table.rows]), [0, 1])
    edges = np.linspace(low, high, PIXELS + 1)
    predicted = np.clip(row.first.value, low, high)
    shown = {"norm": LogNorm(vmin=1), "cmap": "Blues", "rasterized": True}
    axes.hist2d(row.first.truth, predicted, bins=[edges, edges], cmin=1, **shown)  # nothing where there is no event
    axes.plot([low, high], [low, high], color=GREY, lw=0.8, ls=":")
    axes.set_title(labels.sentence(*row.place.key), fontsize=8)
    name = labels.question(table.settings.question.name)
    axes.set(xlabel=f"true {name}{_unit(table)}", ylabel=f"predicted {name}{_unit(table)}", aspect="equal")


def _against_truth(table: ValueResults, what: str, axes: Axes) -> None:
    """One number of each place in the bins of the true value, with its intervals."""
    middle = (table.edges[1:] + table.edges[:-1]) / 2
    width = np.diff(table.edges)
    for i, row in enumerate(table.rows):
        own = [of_bin[what] for of_bin in row.of_bins]
        value, low, high = (np.array([getattr(of, end) for of in own]) for end in ("value", "low", "high"))
        moved = middle + 0.06 * width * (i - (len(table.rows) - 1) / 2)  # else intervals hide each other
        axes.errorbar(
            moved,
            value,
            (value - low, high - value),
            fmt=f"{MARKERS[i % len(MARKERS)]}-",
            ms=4,
            lw=1.2,
            color=PALETTE[i % len(PALETTE)],
            label=table.settings.labels.sentence(*row.place.key),
        )
    axes.set_xlabel(f"true {table.settings.labels.question(table.settings.question.name)}{_unit(table)}")


def _unit(table: ValueResults) -> str:
    unit = table.settings.question.unit
    return f" [{unit}]" if unit else ""
