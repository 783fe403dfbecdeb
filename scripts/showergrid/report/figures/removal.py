"""Figure of the accuracy, efficiency and purity against the share of hits that is kept."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from showergrid.core.errors import InputError
from showergrid.report.figures.style import PALETTE, new_figure, save, styled
from showergrid.report.settings.labels import HumanLabels

OF_CLASS = ("efficiency", "purity")
MARKERS = "osv^<"


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of removal.csv.

    Raises:
        InputError: the file is no such table.
    """
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"way", "kept", "accuracy"} <= set(rows[0]) or not _classes(rows[0]):
        raise InputError(f"{path}: is no table of removed hits; delete it to have it made again")
    return rows


def removal_figure(rows: Sequence[Mapping[str, str]], labels: HumanLabels, path: Path) -> None:
    """Draw a panel for each quantity, with a line for each way of choosing the hits kept; bands are the intervals.

    Efficiency and purity are those of the positive class, or of each class, one row each.
    """
    classes = _classes(rows[0])
    with styled():
        figure = new_figure(11, 3.4 * len(classes))
        panels = figure.subplots(len(classes), 1 + len(OF_CLASS), sharey=True, squeeze=False)
        for row, kind in zip(panels, classes, strict=True):
            for axes, name in zip(row[1:], OF_CLASS, strict=True):
                _draw(axes, rows, f"{kind}{name}", f"{labels.kind(kind.removesuffix('_'))} {name}".lstrip())
        _draw(panels[0, 0], rows, "accuracy", "accuracy")
        for empty, axes in panels[1:, :2]:
            empty.set_axis_off()
            axes.tick_params(labelleft=True)
        figure.legend(*panels[0, 0].get_legend_handles_labels(), title="hits kept", loc="outside center right")
        save(figure, path)


def _classes(columns: Iterable[str]) -> list[str]:
    """What stands before the efficiency of each class in the names of columns: nothing for a positive class."""
    return [name.removesuffix("efficiency") for name in columns if name.endswith("efficiency")]


def _draw(axes: Axes, rows: Sequence[Mapping[str, str]], name: str, title: str) -> None:
    ways = list(dict.fromkeys(row["way"] for row in rows))
    for way, color, marker in zip(ways, PALETTE, MARKERS, strict=False):
        line = sorted((row for row in rows if row["way"] == way), key=lambda row: float(row["kept"]))
        share, value, low, high = (
            np.array([float(row[key] or "nan") for row in line])
            for key in ("kept", name, f"{name}_low", f"{name}_high")
        )
        axes.fill_between(100 * share, low, high, color=color, alpha=0.15, lw=0)
        axes.plot(100 * share, value, f"{marker}-", ms=4, color=color, label=way)
    axes.set(xscale="log", xlabel="hits kept [%]", title=title)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.invert_xaxis()
    axes.grid(axis="y", color="0.9", lw=0.6)
