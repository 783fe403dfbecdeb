"""Words in the place of a figure whose numbers are not there, so that every figure always exists."""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes

from showergrid.report.figures.cell import new_figure, save, styled


def say(axes: Axes, text: str) -> None:
    """Show `text` instead of a diagram."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes, size=11)


def blank_figure(text: str, path: Path) -> None:
    """Write a figure that shows `text` alone."""
    with styled():
        figure = new_figure(5, 2)
        say(figure.subplots(), text)
        save(figure, path)
