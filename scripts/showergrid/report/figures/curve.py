"""The figure of an accuracy against a factor of an ablation, such as the learning curve against training events."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from showergrid.report.figures.style import GREY, PALETTE, new_figure, save, say, styled
from showergrid.report.tables.curve import Curves

WIDE = 10  # from this ratio of its values on, the axis is logarithmic


def curve_figure(made: Curves, path: Path) -> None:
    """Draw a line and the band of its interval for each curve."""
    settings = made.settings
    with styled():
        figure = new_figure(6, 3.8)
        axes = figure.subplots()
        for i, curve in enumerate(made.curves):
            x = np.array([at for at, _ in curve.points])
            value, low, high = np.array([(own.value, own.low, own.high) for _, own in curve.points]).T
            color = PALETTE[i % len(PALETTE)]
            axes.plot(x, value, "o-", ms=4, lw=1.2, color=color, label=curve.label)
            axes.fill_between(x, low, high, color=color, alpha=0.2, lw=0)
        heights = axes.get_ylim()
        axes.axhline(1 / len(settings.question.classes), color=GREY, lw=0.8, ls=":")
        axes.set_ylim(heights)  # the line of chance is seen where curves come near it
        every = [at for curve in made.curves for at, _ in curve.points]
        if not every:
            say(axes, "no cell has numbers")
        elif min(every) > 0 and max(every) >= WIDE * min(every):
            axes.set_xscale("log")
        axes.set(xlabel=settings.against.replace("_", " "), ylabel="test accuracy")
        if every:
            axes.legend(fontsize=8)
        save(figure, path)
