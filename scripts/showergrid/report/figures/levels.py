"""The figure of an ablation by rows: the accuracy of each combination of values with its interval and its seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from showergrid.report.figures.style import BLUE, GREY, new_figure, save, say, styled
from showergrid.report.formats.numbers import number
from showergrid.report.tables.levels import LevelRow

ABOVE = 0.22  # of a row: so far above its mean the seeds stand
LETTER = 0.075  # inches of a letter of a label


def levels_figure(rows: Sequence[LevelRow], path: Path) -> None:
    """Draw the rows from top to bottom, with a dotted line at the accuracy of the first."""
    with styled():
        longest = max(len(row.label) for row in rows)
        figure = new_figure(5 + LETTER * longest, 0.9 + 0.34 * len(rows))
        axes = figure.subplots()
        axes.locator_params(axis="x", nbins=5)
        shown = [(y, row) for y, row in enumerate(rows) if row.estimate]
        if shown:
            y = np.array([y for y, _ in shown])
            own = [row.estimate for _, row in shown]
            value, low, high = np.array([(estimate.value, estimate.low, estimate.high) for estimate in own]).T
            axes.errorbar(value, y, xerr=(value - low, high - value), fmt="o", ms=4, lw=1.2, capsize=2, color=BLUE)
            for y, row in shown:
                axes.plot(row.seeds, [y - ABOVE] * len(row.seeds), ".", ms=3, color=GREY)
                if row.status == "collapsed":
                    axes.plot(row.estimate.value, y, "x", ms=9, color="black")
            if rows[0].estimate:
                axes.axvline(rows[0].estimate.value, color=GREY, lw=0.8, ls=":")
            axes.set(xlabel="test accuracy", ylim=(len(rows) - 0.5, -0.5))
            axes.set_yticks(range(len(rows)), [row.label for row in rows])
            numbers = axes.secondary_yaxis("right")
            numbers.set_yticks(range(len(rows)), [_number(row) for row in rows])
            for sides in (axes, numbers):
                sides.tick_params(axis="y", length=0, labelsize=9)
            numbers.spines["right"].set_visible(False)
        else:
            say(axes, "no cell has numbers")
        save(figure, path)


def _number(row: LevelRow) -> str:
    """The accuracy and its interval, or why there is none."""
    if row.estimate is None:
        return row.status
    return f"{number(row.estimate.value)} [{number(row.estimate.low)}, {number(row.estimate.high)}]"
