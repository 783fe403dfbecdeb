"""The figure of ROC curves of several places: a panel for each class that a study names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from showergrid.report.figures.style import GREY, PALETTE, new_figure, save, say, styled
from showergrid.report.formats.numbers import number
from showergrid.report.settings.labels import HumanLabels
from showergrid.report.tables.roc import MISTAKEN, RocCurve, RocResults


def roc_of_cells(table: RocResults, path: Path) -> None:
    """Draw a line and the band of its interval for each place, the classes beside each other."""
    settings, labels = table.settings, table.settings.answered.labels
    with styled():
        figure = new_figure(5 * len(settings.classes), 4.4)
        for axes, kind in zip(
            figure.subplots(1, len(settings.classes), squeeze=False)[0], settings.classes, strict=True
        ):
            if curves := table.of(kind):
                _curves(axes, curves, labels)
                axes.set(
                    xlabel=f"share of all other {settings.answered.question.of}s taken for it", ylabel="efficiency"
                )
            else:
                say(axes, f"all test {settings.answered.question.of}s are of it, or none")
            axes.set_title(labels.kind(kind))
        save(figure, path)


def _curves(axes: Axes, curves: list[RocCurve], labels: HumanLabels) -> None:
    """The curves of one class, with the area under each beside its name."""
    axes.plot(MISTAKEN, MISTAKEN, color=GREY, lw=0.8, ls=":")  # of answers by chance
    for i, curve in enumerate(curves):
        value, low, high = np.array([(own.value, own.low, own.high) for own in curve.efficiency]).T
        color, area = PALETTE[i % len(PALETTE)], curve.area
        label = (
            f"{labels.sentence(*curve.place.key)}\nAUC {number(area.value)} [{number(area.low)}, {number(area.high)}]"
        )
        axes.plot(MISTAKEN, value, color=color, lw=1.3, label=label)
        axes.fill_between(MISTAKEN, low, high, color=color, alpha=0.2, lw=0)
    axes.set(xscale="log", xlim=(MISTAKEN[0], 1), ylim=(0, 1.02))
    axes.legend(fontsize=7, loc="lower right")
