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
from matplotlib.colors import ListedColormap

from showergrid.core.errors import InputError
from showergrid.events.questions import Question
from showergrid.inputs.prongs import EVENT
from showergrid.report.figures.displays import GROUND, Display, charge_colors, draw
from showergrid.report.figures.galleries import HEAT, VALUE
from showergrid.report.figures.style import PALETTE, blank_figure, new_figure, save, styled
from showergrid.report.settings.labels import HumanLabels

FEWEST = 2  # prongs of an event that is drawn
MOST = 3  # prongs whose answers are drawn: those with most charge
SIDE, GAP, LEFT, TITLE, SCALES = 1.9, 0.42, 1.7, 0.6, 0.9  # of and around panels [inches]


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
        if not chosen:
            return [], pixels
        table = pq.read_table(maps, filters=[("event", "in", chosen), ("answering", "<", MOST)])
        views, rows = table.schema.field("value").type.value_type.list_size, table.to_pylist()
        return [list(_answered([row for row in rows if row["event"] == event], views)) for event in chosen], pixels
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{maps}: no heat maps of this study ({error!r}); delete it to have it made again") from None


def _answered(rows: Sequence[dict], views: int) -> Iterator[AnsweredToken]:
    """Yield the answers to one event and its prongs, of the rows of all their maps."""
    for number in sorted({row["answering"] for row in rows}):
        own = [row for row in rows if row["answering"] == number]
        maps = [
            SeenMap(
                row["map"],
                row["attention"],
                np.array(row["place"], np.int64).reshape(-1, 2),
                np.array(row["value"], np.float64).reshape(-1, views),
                np.array(row["heat"], np.float64).reshape(-1, views),
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
    columns, rows = 2 * events[0][0].maps[0].value.shape[1], [1 + len(answers) for answers in events]
    width = LEFT + columns * (SIDE + GAP)
    height = sum(rows) * (SIDE + GAP) + len(rows) * TITLE + SCALES
    with styled():
        figure = new_figure(width, height)
        figure.set_layout_engine("none")  # which at so many panels is slow, and not the same twice

        def placed(left: float, down: float, wide: float, high: float) -> Axes:
            """Axes at a place, measured from the upper left corner [inches]."""
            return figure.add_axes((left / width, 1 - (down + high) / height, wide / width, high / height))

        colors = charge_colors([answers[0].maps[0].value for answers in events])
        down = 0.0
        for answers, count in zip(events, rows, strict=True):
            title = f"event {answers[0].event}: {labels[0].kind(answers[0].truth)}"
            figure.text(0.02, 1 - (down + 0.3) / height, title, size=12)
            panels = [
                [
                    placed(LEFT + column * (SIDE + GAP), down + TITLE + row * (SIDE + GAP), SIDE, SIDE)
                    for column in range(columns)
                ]
                for row in range(count)
            ]
            _draw_event(np.array(panels), answers, pixels, labels, colors)
            down += TITLE + count * (SIDE + GAP)
        figure.colorbar(colors, placed(LEFT, down + 0.3, width / 3, 0.15), label=VALUE, orientation="horizontal")
        words = "heat / largest of the answer: red speaks for what is answered, blue against it"
        scale = placed(LEFT + width / 2.2, down + 0.3, width / 3, 0.15)
        figure.colorbar(HEAT, scale, label=words, orientation="horizontal", format="{x:g}")
        save(figure, path)


def _draw_event(
    panels: np.ndarray,
    answers: Sequence[AnsweredToken],
    pixels: PixelSize,
    labels: Sequence[HumanLabels],
    colors: ScalarMappable,
) -> None:
    """Draw an event and its `answers` (A,) into axes (1 + A, 2 V)."""
    whole, *prongs = answers[0].maps
    views = whole.value.shape[1]
    for view in range(views):
        of_event, of_prongs = panels[:, view], panels[:, views + view]
        _draw_charge(of_event[0], whole, view, pixels, colors)
        of_event[0].set_title(f"event, view {view + 1}", fontsize=9)
        _draw_prongs(of_prongs[0], prongs, view, pixels)
        of_prongs[0].set_title(f"prongs, view {view + 1}", fontsize=9)
        for row, answer in enumerate(answers, 1):
            largest = max(np.abs(own.heat).max(initial=0) for own in answer.maps) or 1.0
            _draw_heat(of_event[row], answer.maps[:1], view, pixels, largest)
            _draw_heat(of_prongs[row], answer.maps[1:], view, pixels, largest)
            _name(of_prongs[row], [own for own in prongs if own.number == answer.number], view, pixels)
        ends = np.array([of_event[0].get_xlim(), of_event[0].get_ylim()])
        half = np.ptp(ends, axis=1).max() / 2
        limits = {
            name: (middle - half, middle + half) for name, middle in zip(("xlim", "ylim"), ends.mean(1), strict=True)
        }
        for axes in (*of_event, *of_prongs):
            axes.set(**limits, xlabel="", ylabel="", aspect="equal", facecolor=GROUND)
            axes.tick_params(labelsize=6, pad=1.5)
            axes.locator_params(nbins=4)
    beside = {"rotation": 0, "ha": "right", "va": "center", "fontsize": 9}
    panels[0, 0].set_ylabel(f"{pixels.axes[0]} and {pixels.axes[1]}\nor wire [cm]", **beside)
    for row, answer in zip(panels[1:], answers, strict=True):
        row[0].set_ylabel(_words(answer, labels), **beside)
        row[0].set_title(f"attention {answer.maps[0].attention:.2f}", fontsize=8)
        row[views].set_title(_attention(answer), fontsize=8)


def _draw_charge(axes: Axes, whole: SeenMap, view: int, pixels: PixelSize, colors: ScalarMappable) -> None:
    seen = whole.value[:, view] > 0
    if seen.any():
        draw(axes, pixels.display(whole.place[seen], whole.value[seen, view]), colors)


def _draw_prongs(axes: Axes, prongs: Sequence[SeenMap], view: int, pixels: PixelSize) -> None:
    """Draw the pixels of each prong in a colour of its own."""
    for prong in prongs:
        seen = prong.value[:, view] > 0
        if seen.any():
            color = ListedColormap([PALETTE[prong.number % len(PALETTE)]])
            draw(axes, pixels.display(prong.place[seen], prong.value[seen, view]), ScalarMappable(cmap=color))
    _name(axes, prongs[:MOST], view, pixels)


def _draw_heat(axes: Axes, maps: Sequence[SeenMap], view: int, pixels: PixelSize, largest: float) -> None:
    """Draw the heat of some maps, one over the other; where several see a pixel it is summed."""
    seen = [own.value[:, view] > 0 for own in maps]
    if any(own.any() for own in seen):
        place = np.concatenate([own.place[there] for own, there in zip(maps, seen, strict=True)])
        shown = np.concatenate([own.heat[there, view] for own, there in zip(maps, seen, strict=True)])
        draw(axes, pixels.display(place, shown / largest), HEAT)


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
    asked = "event" if of_event else f"prong {answer.number}"
    return f"{asked}\nanswered\n{own.kind(answer.answer)}: {answer.probability:.2f}\nis {own.kind(answer.truth)}"


def _attention(answer: AnsweredToken) -> str:
    """How much attention prongs get: all together for an answer to the event, itself and the others for a prong's."""
    own = [seen.attention for seen in answer.maps[1:] if seen.number == answer.number]
    others = sum(seen.attention for seen in answer.maps[1:] if seen.number != answer.number)
    return f"attention {own[0]:.2f}, to other prongs {others:.2f}" if own else f"attention {others:.2f}"
