"""Events as a network got them: the heat maps of their pixels, and the most confident mistakes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import SymLogNorm

from showergrid.core.errors import InputError
from showergrid.evaluation.predictions import answered, columns_of
from showergrid.events.questions import Question
from showergrid.explain.selection import places
from showergrid.inputs.input_file import Images
from showergrid.inputs.window import Window, cut
from showergrid.report.figures.displays import Display, charge_colors, draw, named
from showergrid.report.figures.style import new_figure, save, say, styled

# Each sign has a logarithmic scale, as a few pixels are much hotter than all others
HEAT = ScalarMappable(SymLogNorm(0.03, vmin=-1, vmax=1), matplotlib.colormaps["RdBu_r"])
ACROSS = 4  # panels in a row of mistakes
VALUE = "value of a pixel (scaled charge)"


@dataclass(frozen=True)
class Event:
    """An event as a network got it, and the network's answer.

    label: the place of its class in the question's list; probability (classes,): of each; energy [GeV], NaN where it is
    not known; seen: its pixels in the window; heat (P,): heat of each pixel, empty where it was not computed.
    """

    label: int
    energy: float
    n_hits: int
    probability: np.ndarray
    seen: Display
    heat: np.ndarray

    @property
    def answer(self) -> int:
        """The class that the network answered."""
        return int(self.probability.argmax())


def read_maps(maps: Path, report: Path, question: Question) -> list[Event]:
    """The events of heatmaps.parquet and heatmaps.json.

    Raises:
        InputError: the files are damaged, or of other classes.
    """
    try:
        about = json.loads(report.read_text())
        axes, pixel = tuple(about["axes"]), np.array(about["pixel_cm"])
        return [
            Event(
                label=question.names.index(row[question.name]),
                energy=np.nan if row["energy"] is None else row["energy"],
                n_hits=row["n_hits"],
                probability=np.array([row[name] for name in columns_of(question)]),
                seen=_display(axes, pixel, np.array(row["place"]), np.array(row["value"])),
                heat=np.array(row["heat"]),
            )
            for row in pq.read_table(maps).to_pylist()
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{maps}: no heat maps of this study ({error!r}); delete it to have it made again") from None


def heatmap_figure(events: Sequence[Event], classes: Sequence[str], energy: float, shown: int, path: Path) -> None:
    """Draw the events nearest to `energy` [GeV] and their heat: a row of right and one of wrong answers for each class.

    Heat is drawn relative to the hottest or coldest pixel of its event.
    """
    groups = [(label, right) for label in range(len(classes)) for right in (True, False)]
    chosen = {}
    for label, right in groups:
        group = [event for event in events if event.label == label and (event.answer == label) == right]
        away = np.array([abs(event.energy - energy) for event in group])
        chosen[label, right] = [group[i] for i in np.argsort(away, kind="stable")[:shown]]  # NaN comes last
    drawn = [event for group in chosen.values() for event in group]
    if not drawn:
        raise InputError("heat maps: there is no event to draw; make heatmaps.parquet again")
    colors = charge_colors([event.seen.charge for event in drawn])
    space = _space(drawn[0].seen)
    with styled():
        figure = new_figure(2 * 2.7 * shown + 1, 2.5 * len(groups) + 1.2)
        for row, (label, right) in enumerate(groups):
            for column in range(shown):
                place = 2 * (row * shown + column) + 1
                if column >= len(chosen[label, right]):
                    if column == 0:
                        text = f"no {classes[label]} was answered {'right' if right else 'wrong'}"
                        say(figure.add_subplot(len(groups), 2 * shown, place), text)
                    continue
                event = chosen[label, right][column]
                axes = figure.add_subplot(len(groups), 2 * shown, place, projection=space)
                draw(axes, event.seen, colors)
                axes.set_title(_title(event, classes), fontsize=9)
                axes = figure.add_subplot(len(groups), 2 * shown, place + 1, projection=space)
                _draw_heat(axes, event)
                axes.set_title(f"heat for {classes[event.answer]}", fontsize=9)
        panels = list(figure.axes)
        if drawn[0].seen.values.shape[1] != 3:
            figure.colorbar(colors, ax=panels, label=VALUE, aspect=40, location="bottom", shrink=0.4)
        label = "heat / largest of the event: red speaks for the answer, blue against it"
        figure.colorbar(HEAT, ax=panels, label=label, aspect=40, location="bottom", shrink=0.4, format="{x:g}")
        save(figure, path)


def worst(
    predictions: Path, images: Images, window: Window, pixel: np.ndarray, question: Question, shown: int
) -> list[list[Event]]:
    """The `shown` test events of each class whose wrong answers are the most confident, the worst first.

    `pixel` (D,): size of a pixel [cm].
    """
    table = pq.read_table(predictions)
    table = table.filter(pc.equal(table["split"], "test"))
    test = answered(table, question, predictions)
    energy, n_hits = (table[name].to_numpy() for name in ("energy", "n_hits"))
    groups = []
    for label in range(len(question.classes)):
        rows = np.flatnonzero((test.labels == label) & ~test.right)
        rows = rows[np.argsort(test.probability[rows, label], kind="stable")[:shown]]
        seen = cut(images, test.event[rows], window)
        place = np.split(places(images, seen, window), seen.offsets[1:-1])
        value = np.split(seen.values.T, seen.offsets[1:-1])
        groups.append(
            [
                Event(
                    label=label,
                    energy=float(energy[row]),
                    n_hits=int(n_hits[row]),
                    probability=test.probability[row],
                    seen=_display(images.axes, pixel, place[i], value[i]),
                    heat=np.empty(0),
                )
                for i, row in enumerate(rows)
            ]
        )
    return groups


def mistakes_figure(events: Sequence[Sequence[Event]], classes: Sequence[str], shown: int, path: Path) -> None:
    """Draw the events of each class in rows of ACROSS panels."""
    drawn = [event for group in events for event in group]
    across = min(ACROSS, shown)
    down = -(-shown // across)
    with styled():
        figure = new_figure(3.1 * across + 0.8, 2.4 * down * len(classes))
        colors = charge_colors([event.seen.charge for event in drawn]) if drawn else None
        for label, group in enumerate(events):
            if not group:
                axes = figure.add_subplot(down * len(classes), across, label * down * across + 1)
                say(axes, f"no {classes[label]} was answered wrong")
            for i, event in enumerate(group):
                place = label * down * across + i + 1
                axes = figure.add_subplot(down * len(classes), across, place, projection=_space(event.seen))
                draw(axes, event.seen, colors)
                axes.set_title(_title(event, classes), fontsize=9)
        if drawn and drawn[0].seen.values.shape[1] != 3:
            figure.colorbar(colors, ax=figure.axes, label=VALUE, aspect=40)
        save(figure, path)


def _display(axes: tuple[str, ...], pixel: np.ndarray, place: np.ndarray, value: np.ndarray) -> Display:
    """The part of an event in the window; the charge of a pixel is its value, or the sum of its colours."""
    place = place.reshape(-1, len(axes))
    value = value.reshape(len(place), -1)
    return Display(axes, place, pixel, value, value.sum(axis=1))


def _space(seen: Display) -> str | None:
    return "3d" if len(seen.axes) == 3 else None


def _title(event: Event, classes: Sequence[str]) -> str:
    """The event and the answer of the network, in two lines."""
    name = named(classes[event.label], None if np.isnan(event.energy) else event.energy)
    return f"{name}, {event.n_hits} hits\nanswered {classes[event.answer]}: {event.probability[event.answer]:.3f}"


def _draw_heat(axes: Axes, event: Event) -> None:
    seen = event.seen
    scaled = event.heat / (np.abs(event.heat).max() or 1.0)
    draw(axes, Display(seen.axes, seen.place, seen.pixel, scaled[:, None], scaled), HEAT)
