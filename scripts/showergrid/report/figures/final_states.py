"""The figure of final states: purity against efficiency of every threshold, and both against the energy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes

from showergrid.report.figures.style import PALETTE, new_figure, save, styled
from showergrid.report.settings.labels import HumanLabels
from showergrid.report.tables.final_states import ChosenState, FinalStateResults

MARKERS = "os^Dvp*X"
APART = 0.06  # distance between places in a bin, as a share of its width


def final_states_figure(table: FinalStateResults, path: Path) -> None:
    """Draw a row of panels for each state: its curve, of the first seed of each place, efficiency and purity."""
    states, labels = table.settings.final_states, table.settings.labels
    with styled():
        figure = new_figure(10.5, 3.2 * len(states) + 0.5)
        panels = figure.subplots(len(states), 3, squeeze=False)
        for state, (plane, *against_energy) in zip(states, panels, strict=True):
            rows = table.of(state)
            _curves(plane, rows, labels)
            plane.set_title(state.label or state.name, fontsize=9)
            for axes, what in zip(against_energy, ("efficiency", "purity"), strict=True):
                _bins(axes, rows, what)
        handles, texts = panels[0, 0].get_legend_handles_labels()
        figure.legend(handles, texts, loc="outside lower center", ncols=2, fontsize=8)
        save(figure, path)


def _curves(axes: Axes, rows: Sequence[ChosenState], labels: HumanLabels) -> None:
    """Purity against efficiency of each place, and where its thresholds lie, with intervals."""
    for i, row in enumerate(rows):
        color, marker = PALETTE[i % len(PALETTE)], MARKERS[i % len(MARKERS)]
        axes.plot(*row.curve, color=color, lw=1.1)
        if row.efficiency is None or row.purity is None:
            continue
        pair = (row.efficiency, row.purity)
        error = [([of.value - of.low], [of.high - of.value]) for of in pair]
        axes.errorbar(
            row.efficiency.value,
            row.purity.value,
            xerr=error[0],
            yerr=error[1],
            fmt=marker,
            ms=4,
            lw=1.1,
            color=color,
            label=labels.sentence(*row.place.key),
        )
    axes.set(xlabel="efficiency", ylabel="purity", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))


def _bins(axes: Axes, rows: Sequence[ChosenState], what: str) -> None:
    """One of both in bins of the energy; a panel stays empty where energies are not known."""
    for i, row in enumerate(rows):
        bins = [(of, getattr(of, what)) for of in row.bins if getattr(of, what) is not None]
        at = [
            (of.low + of.high) / 2 + APART * (of.high - of.low) * (i - (len(rows) - 1) / 2) for of, _ in bins
        ]  # else intervals hide each other
        value = [measured.value for _, measured in bins]
        error = [
            [max(0.0, measured.value - measured.low) for _, measured in bins],
            [max(0.0, measured.high - measured.value) for _, measured in bins],
        ]
        color = PALETTE[i % len(PALETTE)]
        axes.errorbar(at, value, error, fmt=f"{MARKERS[i % len(MARKERS)]}-", ms=4, lw=1.1, color=color)
    axes.set(xlabel="energy [GeV]", ylabel=what, ylim=(-0.02, 1.02))
