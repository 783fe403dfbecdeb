"""Figures of the data analysis: all events of a study beside the published numbers of the reference's events.

A figure is always written: where the data lack its numbers, it says so in words.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from showergrid.events.hits import AXES
from showergrid.report.data.sample import CHARGE_EDGES, PLACE_EDGES, EventSample, quantile
from showergrid.report.figures.style import GREEN, PALETTE, blank_figure, new_figure, save, say, styled

Classes = list[str]
Found = dict[str, Any]

NO_ENERGIES = "no energies in these data"
NO_TIMES = "no times in these data"
CHARGE = "charge of a hit [tick ADC]"
PUBLISHED = {"color": GREEN, "marker": "X", "markeredgecolor": "white", "markersize": 9, "linestyle": "", "zorder": 5}
COUNTS = "cividis"  # colours of two-dimensional histograms
DASHES = ("-", (0, (4, 1.5)), ":")
BINS = 32
FEWEST = 5  # events or hits needed for quartiles


def validation_figure(sample: EventSample, summary: Found, classes: Classes, path: Path) -> None:
    """Four panels of what `summary` found: hits, extents, charges, accuracies, published values beside ours."""
    with styled():
        figure = new_figure(10, 7.5)
        (hits, extents), (charges, accuracies) = figure.subplots(2, 2)
        _hits_and_published(hits, sample, summary, classes)
        _extents_and_published(extents, summary)
        _logarithmic_charges(charges, sample, classes)
        _accuracies(accuracies, summary["accuracy"], len(classes))
        beside = " beside published ones" if summary["published"] else ""
        figure.suptitle(f"{summary['events']} showers{beside}")
        save(figure, path)


def energies_figure(sample: EventSample, summary: Found, classes: Classes, path: Path) -> None:
    """Histogram of the events' energies, class by class."""
    if summary["energy"] is None:
        blank_figure(NO_ENERGIES, path)
        return
    with styled():
        figure = new_figure(5, 3.4)
        axes = figure.subplots()
        edges = _edges(sample.energy[np.isfinite(sample.energy)], BINS)
        for k, style in _styles(classes):
            energy = sample.energy[sample.of(k)]
            axes.stairs(np.histogram(energy, edges)[0], edges, linewidth=1.6, **style)
        axes.set(xlabel="energy [GeV]", ylabel=f"events in {1000 * (edges[1] - edges[0]):.3g} MeV", ylim=(0, None))
        axes.legend(loc="lower center", ncols=len(classes))
        save(figure, path)


def hits_energy_figure(sample: EventSample, summary: Found, classes: Classes, path: Path) -> None:
    """Hits of an event against its energy: a two-dimensional histogram, medians and quartiles of each class."""
    if summary["energy"] is None:
        blank_figure(NO_ENERGIES, path)
        return
    with styled():
        figure = new_figure(6, 4.2)
        axes = figure.subplots()
        known = np.isfinite(sample.energy)
        edges = _edges(sample.energy[known], BINS // 2), _edges(sample.n_hits[known], 2 * BINS)
        counts = np.histogram2d(sample.energy[known], sample.n_hits[known], edges)[0]
        shown = axes.pcolormesh(
            *edges,
            np.ma.masked_equal(counts, 0).T,
            norm=LogNorm(0.3, max(2, counts.max())),  # so that a single event is already grey
            cmap="Greys",
            alpha=0.7,
            rasterized=True,
        )
        figure.colorbar(shown, ax=axes, label="events in a bin").ax.set_ylim(1, None)
        centre = (edges[0][:-1] + edges[0][1:]) / 2
        for k, style in _styles(classes):
            of = known & sample.of(k)
            quartiles = _quartiles(sample.energy[of], sample.n_hits[of], edges[0])
            axes.plot(centre, quartiles[:, 1], **{**style, "label": f"{style['label']}: median, thin: quartiles"})
            axes.plot(centre, quartiles[:, [0, 2]], color=style["color"], linestyle=style["linestyle"], linewidth=0.7)
        if summary["hits"]:
            points = [(point["energy"], point["published"]) for point in summary["hits"]]
            axes.plot(*zip(*points, strict=True), **PUBLISHED, label="median, published")
        axes.set(xlabel="energy [GeV]", ylabel="hits of an event", xlim=(0, None), ylim=(0, None))
        axes.legend(loc="upper left")
        save(figure, path)


def extents_figure(sample: EventSample, summary: Found, classes: Classes, path: Path) -> None:
    """Extent of the events along each axis: histograms of the classes; above them quartiles, ours and published."""
    with styled():
        figure = new_figure(9, 3.8)
        panels = figure.subplots(2, len(AXES), height_ratios=[1, 3], sharex="col")
        for i, axis in enumerate(AXES):
            above, below = panels[:, i]
            edges = np.linspace(0, max(sample.extent[:, i].max(), 1e-3), BINS + 1)
            for k, style in _styles(classes):
                extent = sample.extent[sample.of(k), i]
                share = np.histogram(extent, edges)[0] / max(1, extent.size)
                below.stairs(share, edges, linewidth=1.6, **style)
                if extent.size:
                    quartiles = np.quantile(extent, [0.25, 0.5, 0.75])
                    _quartile_bar(above, -k, quartiles, extent.max(), {"color": style["color"], "marker": "o"})
            theirs = [point["published"] for point in summary["extent"][axis]["quartiles"]]
            if summary["published"]:
                _quartile_bar(above, 1, theirs, summary["extent"][axis]["largest"]["published"], PUBLISHED)
            above.set(ylim=(0.6 - len(classes), 1.6))
            rows = {1: "published"} if summary["published"] else {}
            rows |= {-k: name for k, name in enumerate(classes)}
            above.set_yticks(list(rows), rows.values() if i == 0 else [""] * len(rows))
            above.tick_params(length=0, labelbottom=False)
            above.spines[["left", "bottom"]].set_visible(False)
            below.set(xlabel=f"extent in {axis} [cm]", ylim=(0, None), xlim=(0, None))
        panels[1, 0].set_ylabel("share of events")
        for label, color in zip(
            panels[0, 0].get_yticklabels()[-len(classes) :], itertools.cycle(PALETTE), strict=False
        ):
            label.set_color(color)
        figure.suptitle("dot or cross: median, bar: quartiles, triangle: largest", fontsize=9)
        save(figure, path)


def charge_figure(sample: EventSample, summary: Found, classes: Classes, path: Path) -> None:
    """Charge of the hits, class by class: plain, and its logarithm."""
    with styled():
        figure = new_figure(9, 3.5)
        plain, logarithmic = figure.subplots(1, 2)
        for counts, total, (_, style) in zip(sample.plain, sample.charges.sum(axis=1), _styles(classes), strict=True):
            plain.stairs(counts / max(1, total), sample.plain_edges, linewidth=1.6, **style)
        inside = sample.plain.sum() / max(1, sample.charges.sum())
        plain.set(xlabel=f"{CHARGE}; {inside:.1%} of the hits shown", ylabel="share of hits in a bin", yscale="log")
        plain.set_title("plain charge, logarithmic counts")
        _logarithmic_charges(logarithmic, sample, classes)
        logarithmic.set_title("logarithm of the charge, plain counts")
        save(figure, path)


def charge_time_figure(sample: EventSample, summary: Found, classes: Classes, path: Path) -> None:
    """Charge of the hits against their time, the simulation's truth, and against their place in the study's order."""
    with styled():
        figure = new_figure(9.6, 3.8)
        time, place = figure.subplots(1, 2)
        if len(sample.by_time):
            inside = sample.by_time.sum() / sample.charges.sum()
            _charges_along(figure, time, sample.by_time, sample.time_edges)
            time.set(xlabel=f"true time of the hit [ns]; {inside:.1%} of the hits shown", ylabel=CHARGE)
            time.set_title("time: truth that no detector observes")
        else:
            say(time, f"{NO_TIMES}:\nsee the place of the hit in its event")
        _charges_along(figure, place, sample.by_place, PLACE_EDGES)
        place.set(xlabel="place of the hit in its event (0: first, 1: last)", ylabel=CHARGE)
        place.set_title(f"order of the hits: {summary['order'].replace('_', ' ')}")
        place.legend(loc="upper right")
        save(figure, path)


FIGURES: dict[str, Callable[[EventSample, Found, Classes, Path], None]] = {
    "validation": validation_figure,
    "energies": energies_figure,
    "hits_energy": hits_energy_figure,
    "extents": extents_figure,
    "charge": charge_figure,
    "charge_time": charge_time_figure,
}


def _styles(classes: Classes) -> list[tuple[int, dict[str, Any]]]:
    """Each class, counted from 0, with its colour and its dashes, which keep coinciding lines apart."""
    return [
        (k, {"color": PALETTE[k % len(PALETTE)], "linestyle": DASHES[k % len(DASHES)], "label": name})
        for k, name in enumerate(classes)
    ]


def _edges(values: np.ndarray, bins: int) -> np.ndarray:
    """Edges (bins + 1,) from the smallest to the largest of values (n,)."""
    low, high = float(values.min()), float(values.max())
    return np.linspace(low, high if high > low else low + 1, bins + 1)


def _quartiles(along: np.ndarray, values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Quartiles (B, 3) of the values (n,) whose `along` (n,) lies in each bin; NaN where fewer than FEWEST do."""
    quartiles = np.full((edges.size - 1, 3), np.nan)
    number = np.searchsorted(edges[1:-1], along, side="right")
    for i in range(edges.size - 1):
        inside = values[number == i]
        if inside.size >= FEWEST:
            quartiles[i] = np.quantile(inside, [0.25, 0.5, 0.75])
    return quartiles


def _occupied(counts: np.ndarray) -> slice:
    """The bins of a histogram (B,) from the first to the last that has hits."""
    filled = np.flatnonzero(counts)
    return slice(filled[0], filled[-1] + 1)


def _logarithmic_charges(axes: Axes, sample: EventSample, classes: Classes) -> None:
    shown = _occupied(sample.charges.sum(axis=0))
    edges = 10 ** CHARGE_EDGES[shown.start : shown.stop + 1]
    for counts, (_, style) in zip(sample.charges, _styles(classes), strict=True):
        axes.stairs(counts[shown] / max(1, counts.sum()), edges, linewidth=1.6, **style)
    axes.set(xlabel=CHARGE, ylabel="share of hits in a bin", xscale="log", ylim=(0, None))
    axes.legend()


def _charges_along(figure: Figure, axes: Axes, counts: np.ndarray, edges: np.ndarray) -> None:
    """Draw hits (n, B) between edges (n + 1,) and CHARGE_EDGES, with the quartiles of each column."""
    shown = _occupied(counts.sum(axis=0))
    charge = 10 ** CHARGE_EDGES[shown.start : shown.stop + 1]
    drawn = axes.pcolormesh(
        edges,
        charge,
        np.ma.masked_equal(counts[:, shown], 0).T,
        norm=LogNorm(1, max(2, counts.max())),
        cmap=matplotlib.colormaps[COUNTS],
        rasterized=True,
    )
    figure.colorbar(drawn, ax=axes, label="hits in a bin")
    centre = (edges[:-1] + edges[1:]) / 2
    full = counts.sum(axis=1) >= FEWEST
    for share, style, label in ((0.25, "--", "quartiles"), (0.5, "-", "median"), (0.75, "--", None)):
        values = [10 ** quantile(column, CHARGE_EDGES, share) for column in counts[full]]
        axes.plot(centre[full], values, color="black", linestyle=style, linewidth=1.3, label=label)
    axes.set(yscale="log", xlim=(edges[0], edges[-1]), ylim=(charge[0], charge[-1]))


def _quartile_bar(axes: Axes, place: float, quartiles: Any, largest: float, style: dict[str, Any]) -> None:
    axes.plot(quartiles[::2], [place] * 2, color=style["color"], linewidth=7, alpha=0.35, solid_capstyle="butt")
    axes.plot(quartiles[1], place, **{**style, "markersize": 6})
    axes.plot(largest, place, marker="^", color=style["color"], markersize=5)


def _hits_and_published(axes: Axes, sample: EventSample, summary: Found, classes: Classes) -> None:
    if summary["energy"] is None:
        say(axes, NO_ENERGIES)
        return
    dots = {"linestyle": "", "marker": "o", "markersize": 2, "alpha": 0.35, "markeredgewidth": 0, "rasterized": True}
    for k, style in _styles(classes):
        of = sample.of(k)
        axes.plot(sample.energy[of], sample.n_hits[of], **{**style, **dots})
    points = [point for point in summary["hits"] or [] if point["ours"] is not None]
    if points:
        energy = [point["energy"] for point in points]
        axes.plot(energy, [point["ours"] for point in points], "o", color="black", label="median, ours")
    if summary["hits"]:
        theirs = [(point["energy"], point["published"]) for point in summary["hits"]]
        axes.plot(*zip(*theirs, strict=True), **PUBLISHED, label="median, published")
    axes.set(xlabel="energy [GeV]", ylabel="hits of an event", xlim=(0, None), ylim=(0, None))
    for handle in axes.legend().legend_handles[: len(classes)]:
        handle.set(markersize=8, alpha=1)


def _extents_and_published(axes: Axes, summary: Found) -> None:
    sources = [("ours", -0.12, "black", "o"), ("published", 0.12, GREEN, "X")]
    for who, shift, color, marker in sources if summary["published"] else sources[:1]:
        for i, axis in enumerate(AXES):
            quartiles = [quartile[who] for quartile in summary["extent"][axis]["quartiles"]]
            axes.plot([i + shift] * 2, quartiles[::2], color=color, linewidth=8, alpha=0.35, solid_capstyle="butt")
            axes.plot(i + shift, quartiles[1], marker, color=color, label=who if i == 0 else None)
            axes.plot(i + shift, summary["extent"][axis]["largest"][who], "^", color=color)
    axes.set(ylabel="extent of an event [cm]", ylim=(0, None), xlim=(-0.5, 2.5))
    axes.set_xticks(range(3), AXES)
    axes.legend(title="bar: quartiles, triangle: largest", title_fontsize=8)


def _accuracies(axes: Axes, accuracies: dict[str, Any], classes: int) -> None:
    names = [name for name in accuracies if name != "test_events"]
    for place, name in enumerate(names):
        if accuracies[name]["ours"] is not None:
            axes.errorbar(
                accuracies[name]["ours"], place, xerr=accuracies[name]["standard_error"], fmt="o", color="black"
            )
        if accuracies[name]["published"] is not None:
            axes.plot(accuracies[name]["published"], place, **PUBLISHED)
    beside = " (dot: ours, cross: published)" if any(accuracies[name]["published"] for name in names) else ""
    axes.set(xlabel=f"accuracy on test events{beside}", xlim=(1 / classes, 1), ylim=(-0.5, len(names) - 0.5))
    axes.set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
