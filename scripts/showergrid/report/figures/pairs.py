"""The matrix of all pairs of places: how far their test accuracies differ, and which differences stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.colors import ListedColormap

from showergrid.report.figures.style import new_figure, save, styled
from showergrid.report.formats.mathematics import printed
from showergrid.report.formats.numbers import number
from showergrid.report.tables.pairs import Pairs

WRITTEN = 20  # most places with each difference written out
SMALLEST = 5  # inches: least side of the matrix
LETTER = 0.075  # inches: width of a letter


def pairs_figure(pairs: Pairs, path: Path) -> None:
    """Draw row less column of the ranked places, in colour where the difference stands, white where it does not."""
    count = len(pairs.places)
    difference = np.zeros((count, count))
    difference[pairs.found.first, pairs.found.second] = pairs.found.value
    difference -= difference.T
    told = pairs.matrix
    side = max(SMALLEST, 0.24 * count) if count > WRITTEN else max(SMALLEST, 0.5 * count)
    reach = max(0.01, np.abs(difference).max())
    labels = [f"{pairs.settings.labels.sentence(*place.key)}  {i + 1}" for i, place in enumerate(pairs.places)]
    with styled():
        figure = new_figure(side + 1.6 + LETTER * max(len(printed(label)) for label in labels), side + 1.2)
        axes = figure.subplots()
        shown = axes.imshow(np.ma.masked_where(told == 0, difference), cmap="RdBu", vmin=-reach, vmax=reach)
        itself = np.ma.masked_where(~np.eye(count, dtype=bool), np.ones((count, count)))
        axes.imshow(itself, cmap=ListedColormap(["#bbbbbb"]))
        if count <= WRITTEN:
            for i, j in np.argwhere(~np.eye(count, dtype=bool)):
                ink = "white" if told[i, j] and abs(difference[i, j]) > 0.6 * reach else "black"
                text = number(difference[i, j]) if told[i, j] else f"({number(difference[i, j])})"
                axes.text(j, i, text, ha="center", va="center", fontsize=7, color=ink)
        size = 8 if count <= WRITTEN else 6
        axes.set_yticks(range(count), labels, fontsize=size)
        axes.set_xticks(range(count), range(1, count + 1), fontsize=size, rotation=90 if count > WRITTEN else 0)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        axes.set_xticks(np.arange(count + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(count + 1) - 0.5, minor=True)
        axes.grid(which="minor", color="#dddddd", lw=0.5)
        axes.tick_params(which="minor", length=0)
        axes.set_xlabel("rank by test accuracy")
        brackets = ", in brackets" if count <= WRITTEN else ""
        axes.set_title(
            f"test accuracy, row less column; white{brackets}: the difference does not stand\n"
            f"(Holm, {pairs.stands.size} pairs, family-wise error rate {pairs.settings.comparison.alpha:g})",
            fontsize=9,
        )
        figure.colorbar(shown, ax=axes, label="difference of test accuracy", shrink=0.7, fraction=0.04, pad=0.02)
        save(figure, path)
