"""The most confident wrong answers of a cell by the reason for them, with what the truth tells of their starts."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable

from showergrid.evaluation.predictions import read_predictions
from showergrid.events.hits import AXES, Hits
from showergrid.report.figures.displays import Display, charge_colors, draw, hits_of
from showergrid.report.figures.style import ORANGE, new_figure, save, say, styled
from showergrid.report.settings.reasons import ReasonFigure
from showergrid.report.tables.reasons import REASONS, Reason, ReasonSettings, codes, read_starts, reasons
from showergrid.sources.lartpc.starts import PAIR

PLANE = ("x", "z")  # drawn: the drift upwards, the beam to the right
ASIDE = 1 / 3  # part of the reach that is drawn before the start and to either side
TOLD = 0.001  # GeV: electrons that are knocked out with less are not told


@dataclass(frozen=True)
class WrongEvent:
    """A wrong answer: its event, the energy of the shower [GeV], the class that was answered, and its probability.

    start: what the truth tells of its start, a value for each column of STARTS.
    """

    event: int
    energy: float
    answer: int
    probability: float
    start: Mapping[str, Any]

    def words(self, settings: ReasonSettings) -> str:
        """The title of its panel: energy and answer, then what the truth tells, no line of which ends within a fact."""
        answer = settings.labels.kind(settings.question.names[self.answer])
        facts = "; ".join(fact.replace(" ", "\N{NO-BREAK SPACE}") for fact in self._told(settings.reasons.off))
        return f"{self.energy:.2f} GeV: {answer} by {self.probability:.3f}\n{textwrap.fill(facts, 48)}"

    def _told(self, off: float) -> list[str]:
        start = self.start
        told = {
            f"first hit {start['off']:.3g} cm off": start["off"] > off,
            f"radiates {_energy(start['radiated'])}, absorbed {start['flight']:.1f} cm on": start["radiated"] > 0,
            f"knocks out {_energy(start['knocked'])}": start["knocked"] >= TOLD,
            f"Compton electron of {_energy(start['compton'])}": start["compton"] > 0,
            f"pair of {_energy(start['pair'])}, {100 * start['share']:.2g} % in one": start["process"] == PAIR,
            f"{start['depth']:.1f} cm from its vertex": start["depth"] > 0,
            f"{start['dedx']:.1f} MeV/cm": start["dedx"] >= 0,
        }  # no comparison holds of NaN
        return [words for words, holds in told.items() if holds]


@dataclass(frozen=True)
class Gallery:
    """The most confident wrong answers by reason, the worst first; counts: how many events err and have the reason."""

    wrong: Mapping[Reason, list[WrongEvent]]
    counts: Mapping[Reason, tuple[int, int]]


def gallery(predictions: Path, starts: Path, settings: ReasonSettings, shown: int) -> Gallery:
    """Choose `shown` events of each reason among the test events of a cell.

    Raises:
        InputError: a file is missing or bad.
    """
    test = read_predictions(predictions, settings.question, "test")
    table = pq.ParquetFile(predictions).read(["event", "energy"])
    number, energies = (table[name].to_numpy() for name in ("event", "energy"))
    order = np.argsort(number)
    energy = energies[order[np.searchsorted(number, test.event, sorter=order)]]
    told = read_starts(starts, test.event)
    reason = reasons(told, np.array(codes(settings.question))[test.labels], settings.reasons)
    confident = np.argsort(test.probability[np.arange(test.labels.size), test.labels], kind="stable")
    wrong, counts = {}, {}
    for k, entry in enumerate(REASONS):
        rows = confident[(reason == k)[confident] & ~test.right[confident]]
        counts[entry] = rows.size, np.count_nonzero(reason == k)
        wrong[entry] = [
            WrongEvent(
                int(test.event[row]),
                float(energy[row]),
                int(test.probability[row].argmax()),
                float(test.probability[row].max()),
                {name: values[row] for name, values in told.items()},
            )
            for row in rows[:shown]
        ]
    return Gallery(wrong, counts)


def reasons_figure(drawn: Gallery, hits: Path, settings: ReasonSettings, figure: ReasonFigure, path: Path) -> None:
    """Draw the hits of these events around their starts, a row for each reason.

    Raises:
        InputError: an event has no hits.
    """
    of_event = hits_of(hits, [wrong.event for group in drawn.wrong.values() for wrong in group])
    shown = {
        wrong.event: around_start(wrong.start, of_event[wrong.event], figure.reach, settings.reasons.pixel)
        for group in drawn.wrong.values()
        for wrong in group
    }
    colors = charge_colors([near.image.charge for near in shown.values()] or [np.ones(1)])
    with styled():
        sheet = new_figure(3.1 * figure.shown + 2.6, 2.4 * len(REASONS) + 1)
        panels = sheet.subplots(len(REASONS), 1 + figure.shown, width_ratios=[0.6, *[1] * figure.shown])
        for (reason, group), row in zip(drawn.wrong.items(), panels, strict=True):
            for axes in row[1 + len(group) :]:
                axes.set_axis_off()
            say(row[0], _heading(reason, drawn.counts[reason], settings))
            for wrong, axes in zip(group, row[1:], strict=False):
                _draw(axes, shown[wrong.event], colors, figure.reach)
                axes.set_title(wrong.words(settings), fontsize=8)
        sheet.colorbar(
            colors,
            ax=panels,
            label="charge in a pixel [tick ADC]",
            location="bottom",
            fraction=0.02,
            shrink=0.5,
            aspect=60,
        )
        place = settings.labels.sentence(figure.representation, figure.resolution, figure.model)
        sheet.suptitle(
            f"The most confident wrong answers of {place}\n{PLANE[1]} to the right, {PLANE[0]} upwards [cm]; "
            "plus: true start; cross: first hit, the origin where no hit is near the true start"
        )
        save(sheet, path)


@dataclass(frozen=True)
class Near:
    """The hits of one event near where it starts; start, first (3,): true start and first hit from the origin [cm]."""

    image: Display
    start: np.ndarray
    first: np.ndarray


def around_start(start: Mapping[str, Any], hits: Hits, reach: float, pixel: float) -> Near:
    """The hits of one event near its true start, projected along y into squares of `pixel` cm.

    Near its first hit, if none is near its true start, or if it has none.
    """
    first, true = hits.position[0], np.array([start[axis] for axis in AXES], np.float64)
    image = around(hits, true, reach, pixel)
    if image.charge.size:
        return Near(image, np.zeros(3), first - true)
    return Near(around(hits, first, reach, pixel), true - first, np.zeros(3))


def around(hits: Hits, centre: np.ndarray, reach: float, pixel: float) -> Display:
    """The hits of one event near `centre` (3,) [cm], projected along y into squares of `pixel` cm."""
    low, high = _box(reach)
    offset = hits.position - centre
    near = np.all((offset >= low) & (offset <= high), axis=1)
    kept = [AXES.index(axis) for axis in PLANE]
    place, index = np.unique(np.round(offset[near][:, kept] / pixel), axis=0, return_inverse=True)
    charge = np.bincount(index.ravel(), hits.charge[near], minlength=len(place))
    return Display(PLANE, place, np.full(2, pixel), charge[:, None], charge)


def _box(reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Low and high corner (3,) of what is drawn [cm from the start]."""
    aside = ASIDE * reach
    return np.full(3, -aside), np.array([aside, aside, reach])


def _draw(axes: Axes, near: Near, colors: ScalarMappable, reach: float) -> None:
    """Draw the hits, the true start and the first hit, nothing farther than the reach."""
    low, high = _box(reach)
    up, right = (AXES.index(axis) for axis in PLANE)
    draw(axes, near.image, colors)
    axes.plot(near.start[right], near.start[up], "+", color=ORANGE, ms=10, mew=1.5)
    axes.plot(near.first[right], near.first[up], "x", color=ORANGE, ms=6, mew=1.2)
    axes.set(xlim=(low[right], high[right]), ylim=(low[up], high[up]), xlabel="", ylabel="")
    axes.tick_params(labelsize=7)


def _heading(reason: Reason, counts: tuple[int, int], settings: ReasonSettings) -> str:
    kind = settings.labels.kind(settings.question.names[codes(settings.question).index(reason.pdg)])
    wrong, events = counts
    return f"{kind}:\n{textwrap.fill(reason.label(settings.reasons), 18)}\n{wrong} of {events} wrong"


def _energy(energy: float) -> str:
    return f"{energy:.2f} GeV" if energy >= 1 else f"{1e3 * energy:.3g} MeV"
