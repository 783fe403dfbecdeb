"""Events whose hits are coloured by what their prongs are, and by what a cell answers that they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from matplotlib.lines import Line2D

from showergrid.evaluation.predictions import answered
from showergrid.events.hits import AXES, read_hits
from showergrid.events.questions import Question
from showergrid.inputs.calibration import hits_of_events
from showergrid.report.figures.style import PALETTE, blank_figure, new_figure, save, styled

FEWEST = 3  # prongs of an event that is drawn
NONE = -1  # in place of a class: hits of prongs that were not asked of, or of none
LIGHT = "#DDDDDD"
SEEN = 99  # percent of the hits that lie within the axes, on either side: blips far away would leave the rest small
ACROSS, UP = AXES.index("z"), AXES.index("x")


@dataclass(frozen=True)
class ColouredHits:
    """Hits of an event: position (N, 3) [cm], and the class (N,) int64 of each, true and answered, or NONE."""

    event: int
    position: np.ndarray
    truth: np.ndarray
    answer: np.ndarray


def hits_of_prongs(predictions: Path, hits: Path, question: Question, count: int) -> list[ColouredHits]:
    """The first `count` test events with FEWEST prongs or more."""
    table = pq.ParquetFile(predictions).read()
    table = table.filter(pc.equal(table["split"], "test"))
    event, first, prongs = np.unique(table["event"].to_numpy(), return_index=True, return_counts=True)
    chosen = {event[i]: slice(first[i], first[i] + prongs[i]) for i in np.flatnonzero(prongs >= FEWEST)[:count]}
    asked, number = answered(table, question, predictions), table["prong"].to_numpy()
    drawn = []
    for chunk in hits_of_events(read_hits(hits), np.array(list(chosen), dtype=np.int64)):
        for own, start, end in zip(chunk.event, chunk.offsets, chunk.offsets[1:], strict=False):
            rows = chosen[own]
            of_prong = np.full((2, max(number[rows].max(), chunk.prong[start:end].max()) + 2), NONE)  # last: of none
            of_prong[:, number[rows]] = asked.labels[rows], asked.probability[rows].argmax(axis=1)
            drawn.append(ColouredHits(int(own), chunk.position[start:end], *of_prong[:, chunk.prong[start:end]]))
    return drawn


def coloured_hits(events: Sequence[ColouredHits], kinds: Sequence[str], needed: str, path: Path) -> None:
    """Draw a row for each event: z to the right and x upwards, by truth and by answer.

    `kinds` names the classes; `needed` says what a test event lacks where none is drawn.
    """
    if not events:
        blank_figure(f"no test event has {needed}", path)
        return
    with styled():
        figure = new_figure(8.4, 3.4 * len(events) + 0.8)
        axes = figure.subplots(len(events), 2, sharex="row", sharey="row", squeeze=False)
        for row, shown in zip(axes, events, strict=True):
            for part, of, words in zip(row, (shown.truth, shown.answer), ("truth", "answer"), strict=True):
                for k in range(NONE, len(kinds)):
                    own = shown.position[of == k]
                    color = LIGHT if k == NONE else PALETTE[k % len(PALETTE)]
                    part.scatter(own[:, ACROSS], own[:, UP], s=1.5, color=color, linewidths=0, rasterized=True)
                part.set_title(f"event {shown.event}: {words}")
                part.set_xlabel("z [cm]")
            low, high = np.percentile(shown.position, (100 - SEEN, SEEN), axis=0) + np.array([[-5.0], [5.0]])
            row[0].set(ylabel="x [cm]", xlim=(low[ACROSS], high[ACROSS]), ylim=(low[UP], high[UP]))
        colors = [*PALETTE[: len(kinds)], LIGHT]
        marks = [Line2D([], [], marker="o", linestyle="", color=color) for color in colors]
        figure.legend(marks, [*kinds, "not asked"], loc="outside lower center", ncols=4)
        save(figure, path)
