"""Events and their prongs with the heat of the answers to each: a row an answer, all views side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import SubFigure

from showergrid.core.errors import InputError
from showergrid.events.questions import Question
from showergrid.inputs.prongs import EVENT
from showergrid.report.figures.displays import GROUND, Display, charge_colors, draw
from showergrid.report.figures.galleries import HEAT, VALUE
from showergrid.report.figures.style import PALETTE, blank_figure, new_figure, save, styled
from showergrid.report.settings.labels import HumanLabels

FEWEST = 2  # prongs of an event that is drawn
MOST = 3  # prongs whose answers are drawn: those with most charge
WIDTH, HEIGHT = 2.0, 1.9  # of a panel [inches]


@dataclass(frozen=True)
class SeenMap:
    """A map that an answer may rest on.

    number: that of the prong, or EVENT; attention: to the map; place (p, 2): pixels from the event's origin; value and
    heat (p, V): of each view.
    """

    number: int
    attention: float
    place: np.ndarray
    value: np.ndarray
    heat: np.ndarray


@dataclass(frozen=True)
class AnsweredToken:
    """An answer to an event, or to one of its prongs, by their number; maps: that of the event comes first."""

    event: int
    number: int
    truth: str
    answer: str
    probability: float
    maps: list[SeenMap]


@dataclass(frozen=True)
class PixelSize:
    """How maps are drawn: the axes of the images, and the size (2,) of a pixel [cm]."""

    axes: tuple[str, ...]
    size: np.ndarray

    def display(self, place: np.ndarray, shown: np.ndarray) -> Display:
        """What is `shown` (p,) of some pixels; of those that stand there twice, the sum."""
        pixel, row = np.unique(place, axis=0, return_inverse=True)
        summed = np.bincount(row.ravel(), shown, len(pixel))
        return Display(self.axes, pixel, self.size, summed[:, None], summed)


def read_prong_maps(maps: Path, report: Path, asked: Sequence[Question]) -> tuple[list[list[AnsweredToken]], PixelSize]:
    """The answers to the first event of each class that has FEWEST prongs or more, and to MOST of its prongs.

    Raises:
        InputError: the files are damaged, or of other questions.
    """
    try:
        about = json.loads(report.read_text())
        pixels = PixelSize(tuple(about["axes"]), np.array(about["pixel_cm"]))
        names = pq.read_table(maps, columns=["event", "answering", "map", "truth"])
        own = names.filter(pc.equal(names["answering"], EVENT))
        many = own.filter(pc.equal(own["map"], FEWEST - 1))
        events = [many.filter(pc.equal(many["truth"], name))["event"].to_pylist()[:1] for name in asked[0].names]
        chosen = [event for of_class in events for event in of_class]
        rows = pq.read_table(maps, filters=[("event", "in", chosen), ("answering", "<", MOST)]) if chosen else own[:0]
        return [list(_answered([row for row in rows.to_pylist() if row["event"] == event])) for event in chosen], pixels
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{maps}: no heat maps of this study ({error!r}); delete it to have it made again") from None


def _answered(rows: Sequence[dict]) -> Iterator[AnsweredToken]:
    """Yield the answers to one event and its prongs, of the rows of all their maps."""
    for number in sorted({row["answering"] for row in rows}):
        own = [row for row in rows if row["answering"] == number]
        maps = [
            SeenMap(
                row["map"],
                row["attention"],
                np.array(row["place"], np.int64).reshape(-1, 2),
                np.array(row["value"], np.float64).reshape(len(row["place"]), -1),
                np.array(row["heat"], np.float64).reshape(len(row["place"]), -1),
            )
            for row in own
        ]
        told = {name: own[0][name] for name in ("event", "truth", "answer", "probability")}
        yield AnsweredToken(number=number, maps=maps, **told)


def prong_heatmap_figure(
    events: Sequence[Sequence[AnsweredToken]], pixels: PixelSize, labels: Sequence[HumanLabels], path: Path
) -> None:
    """Draw for each event a row of its charge and of its prongs, and a row of heat for each answer.

    On the left stand the views of the event's map, on the right those of the maps of all prongs, one over the other.
    Heat is drawn relative to the largest of the answer. labels: of the question of events, and of that of prongs.
    """
    if not events:
        blank_figure(f"no event has {FEWEST} prongs", path)
        return
    views = events[0][0].maps[0].value.shape[1]
    rows = [1 + len(answers) for answers in events]
    with styled():
        figure = new_figure(2 * views * WIDTH + 2, sum(rows) * HEIGHT + len(events) * 0.4 + 1.4)
        parts = figure.subfigures(len(events) + 1, 1, height_ratios=[*(HEIGHT * row + 0.4 for row in rows), 1.4])
        colors = charge_colors([answers[0].maps[0].value[answers[0].maps[0].value > 0] for answers in events])
        for part, answers in zip(parts, events, strict=False):
            _draw_event(part, answers, pixels, labels, colors)
        _draw_scales(parts[-1], colors)
        save(figure, path)


def _draw_event(
    part: SubFigure,
    answers: Sequence[AnsweredToken],
    pixels: PixelSize,
    labels: Sequence[HumanLabels],
    colors: ScalarMappable,
) -> None:
    whole, *prongs = answers[0].maps
    views = whole.value.shape[1]
    axes = part.subplots(1 + len(answers), 2 * views, squeeze=False)
    part.suptitle(f"event {answers[0].event}: {labels[0].kind(answers[0].truth)}", fontsize=11)
    for view in range(views):
        seen = whole.value[:, view] > 0
        draw(axes[0, view], pixels.display(whole.place[seen], whole.value[seen, view]), colors)
        limits = axes[0, view].get_xlim(), axes[0, view].get_ylim()
        axes[0, view].set_title(f"event, view {view + 1}", fontsize=9)
        of_prongs = axes[0, views + view]
        for prong in prongs:
            own = prong.place[prong.value[:, view] > 0][:, ::-1] * pixels.size[::-1]
            color = PALETTE[prong.number % len(PALETTE)]
            of_prongs.scatter(*own.T, s=2, marker="s", color=color, linewidths=0)
        of_prongs.set_facecolor(GROUND)
        of_prongs.set_title(f"its prongs, view {view + 1}", fontsize=9)
        for row, answer in enumerate(answers, 1):
            largest = max(np.abs(own.heat).max(initial=0) for own in answer.maps) or 1.0
            for place, shown in ((view, answer.maps[:1]), (views + view, answer.maps[1:])):
                _draw_heat(axes[row, place], shown, view, pixels, largest)
                _name(axes[row, place], [own for own in shown if own.number == answer.number != EVENT], view, pixels)
        _name(of_prongs, prongs[:MOST], view, pixels)
        for row in axes[:, [view, views + view]]:
            for panel in row:
                panel.set(xlim=limits[0], ylim=limits[1], aspect="equal", xlabel="", ylabel="")
                panel.tick_params(labelsize=6)
    axes[0, 0].set_ylabel("value", **_BESIDE)
    for row, answer in zip(axes[1:], answers, strict=True):
        row[0].set_ylabel(_words(answer, labels), **_BESIDE)
        row[0].set_title(f"attention {answer.maps[0].attention:.2f}", fontsize=8)
        row[views].set_title(_attention(answer), fontsize=8)
    for panel in axes[-1]:
        panel.set_xlabel("[cm]", fontsize=7)


_BESIDE = {"rotation": 0, "ha": "right", "va": "center", "fontsize": 8}


def _draw_heat(axes: Axes, maps: Sequence[SeenMap], view: int, pixels: PixelSize, largest: float) -> None:
    place = [own.place[own.value[:, view] > 0] for own in maps]
    if not sum(map(len, place)):
        axes.set_facecolor(GROUND)
        return
    shown = np.concatenate([own.heat[own.value[:, view] > 0, view] for own in maps])
    draw(axes, pixels.display(np.concatenate(place), shown / largest), HEAT)


def _name(axes: Axes, maps: Sequence[SeenMap], view: int, pixels: PixelSize) -> None:
    """Write the number of each prong beside the end of it that lies farthest from the origin."""
    for own in maps:
        centre = (own.place[own.value[:, view] > 0] * pixels.size)[:, ::-1]
        if len(centre):
            far = centre[np.argmax((centre**2).sum(1))]
            axes.annotate(str(own.number), far, (2, 2), textcoords="offset points", fontsize=8, annotation_clip=True)


def _words(answer: AnsweredToken, labels: Sequence[HumanLabels]) -> str:
    of_event = answer.number == EVENT
    own = labels[0 if of_event else 1]
    return (
        f"{'event' if of_event else f'prong {answer.number}'}\n"
        f"answered {own.kind(answer.answer)}: {answer.probability:.2f}\nis {own.kind(answer.truth)}"
    )


def _attention(answer: AnsweredToken) -> str:
    """How much attention prongs get: all together for an answer to the event, itself and the others for a prong's."""
    own = [seen.attention for seen in answer.maps[1:] if seen.number == answer.number]
    others = sum(seen.attention for seen in answer.maps[1:] if seen.number != answer.number)
    return f"attention {own[0]:.2f}, to other prongs {others:.2f}" if own else f"attention {others:.2f}"


def _draw_scales(part: SubFigure, colors: ScalarMappable) -> None:
    left, right = part.subplots(1, 2)
    part.colorbar(colors, cax=left, label=VALUE, orientation="horizontal")
    label = "heat / largest of the answer: red speaks for the class that is answered, blue against it"
    part.colorbar(HEAT, cax=right, label=label, orientation="horizontal", format="{x:g}")
