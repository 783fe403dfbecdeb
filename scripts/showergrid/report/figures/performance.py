"""Figures of the performance of one place, or of several overlaid."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.lines import Line2D

from showergrid.report.figures.style import GREY, PALETTE, new_figure, save, styled
from showergrid.report.settings.performance import CellPerformance
from showergrid.report.tables.performance import Series, rest
from showergrid.report.tables.performance_table import ratio_text

MARKERS = "os^Dv"
BEYOND = 1e9  # a rejection that no panel reaches
APART = 0.003  # distance in efficiency between the intervals of places
STEP = 0.05  # distance between places in a bin, as a share of its width
QUANTITIES = {"accuracy": "accuracy", "efficiency": "efficiency for {positives}", "purity": "purity"}
VARIABLES = {"energy": "energy [GeV]", "angle": "angle to the beam [degree]", "hits": "hits"}


def efficiency_figure(series: Sequence[Series], settings: CellPerformance, note: str, path: Path) -> None:
    """Accuracy, efficiency, purity and re-weighted purity against what is known of the events: energy, angle, hits."""
    known = {point.against for curve in series for point in curve.points}
    of_hits = VARIABLES if known & VARIABLES.keys() else {}
    shown = of_hits | settings.performance.called
    variables = [name for name in shown if name in known]
    missing = [f"{shown[name] if name not in VARIABLES else name} is not known" for name in shown if name not in known]
    said = "; ".join(filter(None, [note, *missing]))
    with styled():
        figure = new_figure(1 + 3 * len(variables), 8.5 * len(settings.question.against_rest))
        for part, kind, _ in _by_class(figure, settings):
            positives = settings.labels.several(kind)
            labels = {name: text.format(positives=positives) for name, text in QUANTITIES.items()}
            labels["purity_reweighted"] = f"purity at {ratio_text(settings.performance)}"
            axes = part.subplots(len(labels), len(variables), sharex="col", sharey="row", squeeze=False)
            for column, variable in enumerate(variables):
                for row, quantity in enumerate(labels):
                    _bins(axes[row, column], series, kind, variable, quantity, STEP)
                axes[-1, column].set_xlabel(shown[variable])
            for row, label in zip(axes, labels.values(), strict=True):
                row[0].set_ylabel(label)
            _legend(part, axes[0, 0], series, said)
        save(figure, path)


def rejection_figure(series: Sequence[Series], settings: CellPerformance, note: str, path: Path) -> None:
    """Rejection of the other classes against the efficiency, with intervals at those that are asked for.

    Where no event is mistaken the rejection is infinite and not drawn; an interval without an upper end leaves the
    panel.
    """
    with styled():
        figure = new_figure(5.5, 4.2 * len(settings.question.against_rest))
        for part, positive, other in _by_class(figure, settings):
            largest = 1.0
            axes = part.subplots()
            for i, curve in enumerate(series):
                rejections = curve.of(positive, "efficiency", f"{other}_rejection")
                points = [p for p in rejections if math.isfinite(p.estimate.value)]
                marked = [p for p in points if p.at in settings.performance.efficiencies]
                axes.plot(
                    [p.at for p in points], [p.estimate.value for p in points], color=PALETTE[i], label=curve.label
                )
                for p in marked:
                    at = p.at + APART * (i - (len(series) - 1) / 2)
                    axes.plot(at, p.estimate.value, MARKERS[i], ms=4, color=PALETTE[i])
                    axes.plot([at, at], [p.estimate.low, min(p.estimate.high, BEYOND)], color=PALETTE[i], lw=1.2)
                ends = [p.estimate.high for p in marked if math.isfinite(p.estimate.high)]
                largest = max([largest, *ends, *(p.estimate.value for p in points)])
            labels, k = settings.labels, settings.question.names.index(positive)
            named, several = labels.rest(settings.question, k)
            axes.set(
                xlabel=f"efficiency for {labels.several(positive)}",
                ylabel=f"{named} rejection: {several} to one\ntaken for {labels.kind(positive)}",
                yscale="log",
                ylim=(0.8, 2 * largest),
            )
            _legend(part, axes, series, note)
        save(figure, path)


def calibration_figure(series: Sequence[Series], settings: CellPerformance, note: str, path: Path) -> None:
    """Share of a class's events against its score: on the diagonal a score is a probability."""
    with styled():
        figure = new_figure(4.6, 4.4 * len(settings.question.against_rest))
        for part, positive, _ in _by_class(figure, settings):
            axes = part.subplots()
            axes.plot([0, 1], [0, 1], ls=":", lw=1, color=GREY)
            _bins(axes, series, positive, "score", "positive_share", 0)
            axes.set(
                xlabel=f"score (probability of {settings.labels.kind(positive)})",
                ylabel=f"share of {settings.labels.several(positive)}",
                xlim=(-0.02, 1.02),
                ylim=(-0.02, 1.02),
                aspect="equal",
            )
            _legend(part, axes, series, note)
        save(figure, path)


def threshold_figure(series: Sequence[Series], settings: CellPerformance, note: str, path: Path) -> None:
    """Efficiency, purity and their product against the threshold, marked where validation found the product largest."""
    ratio = ratio_text(settings.performance)
    with styled():
        figure = new_figure(9.5, 5.6 * len(settings.question.against_rest))
        for part, positive, _ in _by_class(figure, settings):
            panels = (
                ("efficiency", f"efficiency for {settings.labels.several(positive)}"),
                ("purity", "purity"),
                ("efficiency_purity", "efficiency x purity"),
                ("purity_reweighted", f"purity at {ratio}"),
                ("efficiency_purity_reweighted", f"efficiency x purity at {ratio}"),
            )
            axes = part.subplots(2, 3, sharex=True)
            places = [axes[0, 0], axes[0, 1], axes[0, 2], axes[1, 1], axes[1, 2]]
            for panel, (quantity, label) in zip(places, panels, strict=True):
                for i, curve in enumerate(series):
                    _scan(panel, curve, positive, quantity, i, band=len(series) == 1)
                panel.set(ylabel=label, xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
                panel.tick_params(labelbottom=True)
                panel.set_xlabel("threshold of the score")
            axes[1, 0].set_axis_off()
            handles, labels = places[0].get_legend_handles_labels()
            handles.append(Line2D([], [], ls="none", marker="o", mfc="none", mew=1.5, color=GREY))
            labels.append("largest on the validation events,\nread on the test events")
            legend = axes[1, 0].legend(handles, labels, loc="center left", fontsize=8, title=note, title_fontsize=8)
            legend.set_in_layout(False)  # it may reach beyond its empty panel
        save(figure, path)


FIGURES: dict[str, Callable[[Sequence[Series], CellPerformance, str, Path], None]] = {
    "efficiency": efficiency_figure,
    "rejection": rejection_figure,
    "calibration": calibration_figure,
    "threshold": threshold_figure,
}


def _by_class(figure: Figure, settings: CellPerformance) -> Iterator[tuple[FigureBase, str, str]]:
    """Part of the figure, name, and name of the rest, of each class that is looked at, one above the other."""
    question, classes = settings.question, settings.question.against_rest
    parts = [figure] if len(classes) == 1 else figure.subfigures(len(classes), 1)
    for part, k in zip(parts, classes, strict=True):
        yield part, question.names[k], rest(question, k)


def _bins(axes: Axes, series: Sequence[Series], kind: str, against: str, quantity: str, step: float) -> None:
    """Draw binned numbers with their intervals; several places stand `step` of a bin's width apart."""
    for i, curve in enumerate(series):
        points = curve.of(kind, against, quantity)
        if not points:
            continue
        value, low, high = np.array([[p.estimate.value, p.estimate.low, p.estimate.high] for p in points]).T
        at = [p.at + step * (p.end - p.start) * (i - (len(series) - 1) / 2) for p in points]
        error = np.maximum(0, [value - low, high - value])  # few resamples may all lie on one side of the value
        axes.errorbar(at, value, error, fmt=MARKERS[i], ms=3.5, lw=1.1, color=PALETTE[i], label=curve.label)
        axes.plot(at, value, color=PALETTE[i], lw=0.6)


def _scan(axes: Axes, curve: Series, kind: str, quantity: str, i: int, band: bool) -> None:
    """Draw one quantity against the threshold, and mark where its product with the efficiency is largest."""
    points = curve.of(kind, "threshold", quantity)
    at = [point.at for point in points]
    axes.plot(at, [point.estimate.value for point in points], color=PALETTE[i], label=curve.label or None, lw=1.3)
    if band:
        low, high = ([getattr(point.estimate, end) for point in points] for end in ("low", "high"))
        axes.fill_between(at, low, high, color=PALETTE[i], alpha=0.25, lw=0)
    for best in curve.of(kind, f"best_{quantity}", quantity):
        axes.plot(best.at, best.estimate.value, "o", ms=6, mfc="none", mew=1.5, color=PALETTE[i])


def _legend(figure: FigureBase, axes: Axes, series: Sequence[Series], note: str) -> None:
    """Write the names of several places and a note below the panels."""
    if len(series) > 1:
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=8, title=note, title_fontsize=8)
    elif note:
        figure.supxlabel(note, fontsize=8)
