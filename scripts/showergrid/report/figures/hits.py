"""Events whose hits are coloured by what they are, and by what a cell answers that they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from showergrid.evaluation.hits import read_hit_predictions, truth_and_answer
from showergrid.events.hits import read_hits
from showergrid.events.questions import Question
from showergrid.inputs.calibration import hits_of_events
from showergrid.report.figures.prongs import NONE, ColouredHits

FEWEST = 100  # hits of each of two classes in an event that is drawn


def hits_by_answer(predictions: Path, hits: Path, question: Question, count: int) -> list[ColouredHits]:
    """The first `count` test events with FEWEST hits or more of two classes; hits outside the window have no answer."""
    table = read_hit_predictions(predictions, question)
    event, number = table["event"].to_numpy(), table["hit"].to_numpy()
    truth, answer = truth_and_answer(table, question)
    events, first, row = np.unique(event, return_index=True, return_inverse=True)
    classes = len(question.classes)
    told = truth >= 0
    of_class = np.bincount(row[told] * classes + truth[told], minlength=events.size * classes).reshape(-1, classes)
    chosen = np.flatnonzero((of_class >= FEWEST).sum(axis=1) >= 2)[:count]
    end = np.append(first, event.size)
    drawn = []
    for chunk in hits_of_events(read_hits(hits), events[chosen]):
        for own, start, stop in zip(chunk.event, chunk.offsets, chunk.offsets[1:], strict=False):
            k = int(np.searchsorted(events, own))
            rows = slice(end[k], end[k + 1])
            of_hit = np.full((2, stop - start), NONE)
            of_hit[:, number[rows]] = truth[rows], answer[rows]
            drawn.append(ColouredHits(int(own), chunk.position[start:stop], *of_hit))
    return drawn
