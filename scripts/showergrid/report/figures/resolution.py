"""The figure of the resolution study: accuracy and field of view against pixels, for both kinds of window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from showergrid.report.figures.style import GREY, PALETTE, new_figure, save, styled
from showergrid.report.tables.resolution import CENTIMETRES, PIXELS, ResolutionResults, ResolutionSeries
from showergrid.report.tables.results import HAS_NUMBERS, Result

MARKERS = "os^Dvp*X"
STEP = 0.008  # distance between networks at the same resolution, as a share of the width


def resolution_figure(study: ResolutionResults, path: Path) -> None:
    """Draw, for each representation, rows of test accuracies and of charge shares in the window, by kind of window."""
    labels = study.settings.labels
    representations = list(dict.fromkeys(network.representation for network in study.series))
    with styled():
        figure = new_figure(9, 5.5 * len(representations))
        axes = figure.subplots(
            2 * len(representations),
            2,
            sharex=True,
            sharey="row",
            squeeze=False,
            gridspec_kw={"height_ratios": [2.2, 1] * len(representations)},
        )
        for (above, below), representation in zip(
            zip(axes[::2], axes[1::2], strict=True), representations, strict=True
        ):
            for column, kind in enumerate((PIXELS, CENTIMETRES)):
                series = [
                    network
                    for network in study.series
                    if (network.representation, network.kind) == (representation, kind)
                ]
                _draw(study, series, above[column], below[column])
                above[column].set_title(f"{labels.representation(representation)}, window fixed in {kind}")
            above[0].set_ylabel("test accuracy")
            below[0].set(ylabel="median share of\ncharge in window", ylim=(-0.03, 1.03))
        for bottom in axes[-1]:
            bottom.set_xlabel("c (pixels across the detector in x)")
        save(figure, path)


def _draw(study: ResolutionResults, series: Sequence[ResolutionSeries], accuracy: Axes, share: Axes) -> None:
    """Draw the accuracies and charge shares of the networks of one panel."""
    every = [c for network in study.series for c in (*network.results, *network.published)]
    shift = STEP * (max(every) - min(every))
    for i, network in enumerate(series):
        color, marker = PALETTE[i % len(PALETTE)], MARKERS[i % len(MARKERS)]
        label = study.settings.labels.model(network.model)
        moved = shift * (i - (len(series) - 1) / 2)
        shown = [(c, result) for c, result in sorted(network.results.items()) if result.status in HAS_NUMBERS]
        if shown:
            c = np.array([c for c, _ in shown]) + moved
            value, low, high = np.array([_interval(result) for _, result in shown]).T
            accuracy.errorbar(
                c, value, (value - low, high - value), fmt=f"{marker}-", ms=4, lw=1.2, color=color, label=label
            )
            lost = [result.status == "collapsed" for _, result in shown]
            accuracy.plot(c[lost], value[lost], "x", ms=9, color="black")
            share.plot(
                c, [result.shares["charge"].median for _, result in shown], f"{marker}-", ms=4, lw=1.2, color=color
            )
        if network.published:
            accuracy.plot(
                list(network.published),
                list(network.published.values()),
                f"{marker}:",
                ms=5,
                lw=0.8,
                mfc="none",
                color=color,
            )
    accuracy.axhline(1 / len(study.settings.question.classes), color=GREY, lw=0.8, ls=":")
    handles, _ = accuracy.get_legend_handles_labels()
    handles += [
        Line2D([], [], ls="none", marker=mark, color=color, mfc="none", label=label)
        for mark, color, label in _signs(series)
    ]
    if handles:
        share.legend(handles=handles, fontsize=7, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.4))
    else:
        accuracy.text(0.5, 0.6, "no network", transform=accuracy.transAxes, ha="center", color=GREY)


def _interval(result: Result) -> tuple[float, float, float]:
    estimate = result.estimates["test_accuracy"]
    return estimate.value, estimate.low, estimate.high


def _signs(series: Sequence[ResolutionSeries]) -> list[tuple[str, str, str]]:
    """Marker, colour and meaning of the legend's signs that are no networks."""
    signs = []
    if any(network.published for network in series):
        signs.append(("o", GREY, "published (other data, one seed, best val.)"))
    if any(result.status == "collapsed" for network in series for result in network.results.values()):
        signs.append(("x", "black", "a seed answers one class"))
    return signs
