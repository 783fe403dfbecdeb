"""The answers of a cell that are explained: one of each event, and one of each of its prongs if they are asked of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from showergrid.events.questions import Question
from showergrid.inputs.prongs import EVENT
from showergrid.training.data import Labelled, Task


@dataclass(frozen=True)
class Explained:
    """A answers, that of an event before those of its prongs; questions: the first of events, and of prongs if any.

    event (A,) int64; row (A,): the event's place among those that are seen; token (A,): 0, the event, or 1 + i, prong i
    of what is seen of it; number (A,): that of the prong, or EVENT; truth (A,) and answer (A,): classes;
    probability (A,) float64 of the answer.
    """

    questions: Mapping[str, Question]
    event: np.ndarray
    row: np.ndarray
    token: np.ndarray
    number: np.ndarray
    truth: np.ndarray
    answer: np.ndarray
    probability: np.ndarray

    @classmethod
    def of(cls, data: Labelled, tasks: Sequence[Task], given: Sequence[np.ndarray]) -> Explained:
        """The likeliest classes of all `data`, by the probabilities (N or P, classes) `given` for each task."""
        seen, asked = data.seen, [task.question.of for task in tasks]
        of = {"event": (tasks[0].question, data.label[:, 0], given[0])}
        if "prong" in asked:
            first = asked.index("prong")
            of["prong"] = (tasks[first].question, data.part_label[:, 0], given[first])
        prongs = np.diff(seen.offsets) if "prong" in of else np.zeros(len(seen), np.int64)
        row = np.repeat(np.arange(len(seen)), 1 + prongs)
        token = np.arange(row.size) - np.searchsorted(row, row)
        truth, answer, number = np.full((3, row.size), EVENT)
        probability = np.empty(row.size)
        for (_, label, of_each), own in zip(of.values(), (token == 0, token > 0), strict=False):
            truth[own], answer[own], probability[own] = label, of_each.argmax(axis=1), of_each.max(axis=1)
        if "prong" in of:
            number[token > 0] = seen.number
        questions = {name: question for name, (question, *_) in of.items()}
        return cls(questions, seen.event[row], row, token, number, truth, answer, probability)

    def collections(self) -> Iterator[tuple[str, np.ndarray]]:
        """Yield `event` and `prong`, if any is asked of, and which answers (A,) bool are theirs."""
        yield from zip(self.questions, (self.token == 0, self.token > 0), strict=False)

    def table(self, measured: Mapping[str, np.ndarray]) -> pa.Table:
        """A row for each: event, `answering` (its number), truth, answer, its probability, and what is `measured`."""
        truth, answer = np.full((2, self.token.size), "", dtype=object)
        for of, own in self.collections():
            names = np.array(self.questions[of].names, dtype=object)
            truth[own], answer[own] = names[self.truth[own]], names[self.answer[own]]
        return pa.table(
            {
                "event": pa.array(self.event),
                "answering": pa.array(self.number.astype(np.int32)),
                "truth": pa.array(truth.tolist(), pa.string()),
                "answer": pa.array(answer.tolist(), pa.string()),
                "probability": pa.array(self.probability),
                **{name: pa.array(values) for name, values in measured.items()},
            }
        )
