"""Figure of the accuracy, efficiency and purity against the share of hits that is kept."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.report.figures.style import PALETTE, new_figure, save, styled

SHOWN = ("accuracy", "efficiency", "purity")
MARKERS = "osv^<"


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of removal.csv.

    Raises:
        InputError: the file is no such table.
    """
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"way", "kept", *SHOWN} <= set(rows[0]):
        raise InputError(f"{path}: is no table of removed hits; delete it to have it made again")
    return rows


def removal_figure(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    """Draw a panel for each quantity, with a line for each way of choosing the hits kept; bands are the intervals."""
    ways = list(dict.fromkeys(row["way"] for row in rows))
    with styled():
        figure = new_figure(11, 3.4)
        panels = figure.subplots(1, len(SHOWN), sharey=True)
        for axes, name in zip(panels, SHOWN, strict=True):
            for way, color, marker in zip(ways, PALETTE, MARKERS, strict=False):
                line = sorted((row for row in rows if row["way"] == way), key=lambda row: float(row["kept"]))
                share, value, low, high = (
                    np.array([float(row[key] or "nan") for row in line])
                    for key in ("kept", name, f"{name}_low", f"{name}_high")
                )
                axes.fill_between(100 * share, low, high, color=color, alpha=0.15, lw=0)
                axes.plot(100 * share, value, f"{marker}-", ms=4, color=color, label=way)
            axes.set(xscale="log", xlabel="hits kept [%]", title=name)
            axes.xaxis.set_major_formatter("{x:g}")
            axes.invert_xaxis()
            axes.grid(axis="y", color="0.9", lw=0.6)
        figure.legend(*panels[0].get_legend_handles_labels(), title="hits kept", loc="outside center right")
        save(figure, path)
