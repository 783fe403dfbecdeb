"""Events with their labels, as training and evaluation take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
import pyarrow as pa
from pydantic import TypeAdapter

from showergrid.core.errors import InputError
from showergrid.core.seeds import generator
from showergrid.events.hits import read_events
from showergrid.events.prongs import prong_labels
from showergrid.events.questions import AnyQuestion, Question, ValueQuestion, has_answer, of_classes
from showergrid.events.split import SETS, read_split
from showergrid.inputs.kinds import Seen

if TYPE_CHECKING:
    from torch import Tensor

    from showergrid.training.fitted import Fitted, Told


@dataclass(frozen=True)
class Labelled:
    """What is seen of some events, and their labels: label (E, Q) int64, for each question the index in its classes.

    With questions of a value it is float64, which holds such an index exactly. A model that is fitted as a whole gets
    the labels (E,) of one question. part_label (P, Q') int64: of all parts of the events that are seen, prongs or
    occupied pixels, for each question of these, -1 for pixels that have no answer; None where none is asked.
    """

    seen: Seen
    label: np.ndarray
    part_label: np.ndarray | None = None

    def truth(self, rows: np.ndarray) -> list[np.ndarray]:
        """The labels of the events at `rows` (N,), question by question: (N,), behind them (P,) of those of parts."""
        of_events = list(self.label[rows].T)
        if self.part_label is None:
            return of_events
        return [*of_events, *self.part_label[self.seen.parts(rows)].T]


class Task(Protocol):
    """What the training of a model needs to know of a question; its `outputs` are a part of a network's."""

    question: Question | ValueQuestion
    outputs: int

    def scaled(self, truth: np.ndarray) -> Self:
        """The same with the scale of the training events' truth (E,), if it has one."""
        ...

    def loss(self, part: Tensor, truth: Tensor) -> Tensor:
        """Mean loss of outputs (N, outputs) for the truth (N,)."""
        ...

    def answer(self, part: Tensor) -> Tensor:
        """The answers (N, outputs) float64 that outputs (N, outputs) stand for."""
        ...

    def loss_of_answer(self, answer: Tensor, truth: Tensor) -> Tensor:
        """Mean loss of answers for the truth (N,)."""
        ...

    def right(self, answer: Tensor, truth: Tensor) -> Tensor:
        """(N,): which answers, or outputs, are right for the truth (N,); NaN where none is right or wrong."""
        ...

    def collapsed(self, answer: Tensor) -> bool:
        """Whether answers (N, outputs) are so much alike that nothing has been learnt yet."""
        ...

    def fit(
        self,
        module: ModuleType,
        parameters: Any,
        seed: int,
        training: Labelled,
        validation: Labelled,
        threads: int,
        told: Told,
    ) -> Fitted:
        """Fit a model without gradients to events with the truth (E,)."""
        ...

    def predict(self, module: ModuleType, tensors: Mapping[str, Tensor], seen: Seen) -> np.ndarray:
        """The answers (E, outputs) float64 of a model that was fitted so."""
        ...


QUESTIONS = TypeAdapter(list[AnyQuestion])


def questions_of(job: Mapping[str, Any]) -> list[Question | ValueQuestion]:
    """The questions of a cell, as its job or its model.safetensors describes it."""
    return QUESTIONS.validate_python(job["questions"])


def prong_questions_of(job: Mapping[str, Any]) -> list[Question]:
    """The questions of prongs of a cell, likewise; none where its model sees no prongs."""
    return QUESTIONS.validate_python(job.get("prong_questions", []))


def hit_questions_of(job: Mapping[str, Any]) -> list[Question]:
    """The questions of hits of a cell, likewise; none where its model answers nothing of pixels."""
    return QUESTIONS.validate_python(job.get("hit_questions", []))


def labelled(seen: Seen, events: pa.Table, questions: Sequence[Question | ValueQuestion]) -> Labelled:
    """Give what is `seen` of some of the `events`, which are sorted, their labels."""
    return Labelled(seen, all_labels(events, questions)[np.searchsorted(events["event"].to_numpy(), seen.event)])


def with_prongs(data: Labelled, prongs: pa.Table, questions: Sequence[Question]) -> Labelled:
    """The same with the labels of the prongs that are seen, by the table of the `prongs`; raises as `prong_labels`."""
    label = prong_labels(prongs, questions, data.seen.of_prongs.event, data.seen.number)
    return replace(data, part_label=label)


def scaled(tasks: Sequence[Task], training: Labelled) -> list[Task]:
    """The `tasks` with the scales of the training events."""
    truths = training.truth(np.arange(len(training.label)))
    return [task.scaled(truth) for task, truth in zip(tasks, truths, strict=True)]


def all_labels(events: pa.Table, questions: Sequence[Question | ValueQuestion]) -> np.ndarray:
    """(E, Q) int64: the class of each of the `events` for each question, -1 where it belongs to none.

    With questions of a value it is float64, and NaN where an event has none.
    """
    return np.stack([question.truth(events) for question in questions], axis=1)


def training_events(
    train: np.ndarray,
    events: pa.Table,
    questions: Sequence[Question | ValueQuestion],
    model: Mapping[str, Any],
    seed: int,
) -> np.ndarray:
    """The events (n,) int64, sorted, from which a cell's `model` learns: all of `train`, or as many as it asks for.

    Of every class of the first question that has any the same share is taken, in an order that is drawn by the cell's
    seed. So a draw holds those of smaller numbers by the same seed.

    Raises:
        InputError: there are fewer events, or a class would have none.
    """
    wanted = model["training"].get("train_events")
    if wanted is None:
        return train
    if wanted > train.size:
        raise InputError(f"train_events = {wanted}: there are {train.size} training events; choose fewer, or null")
    of_event = [question.truth(events) for question in of_classes(questions)[:1]] or [np.zeros(len(events), np.int64)]
    label = of_event[0][np.searchsorted(events["event"].to_numpy(), train)]
    place = np.empty(train.size)  # of each event in the order of its class, between 0 and 1
    for k in np.unique(label):
        order = generator(seed, "train_events", int(k)).permutation(np.flatnonzero(label == k))
        place[order] = (np.arange(order.size) + 0.5) / order.size
    chosen = np.sort(np.lexsort((label, place))[:wanted])
    if np.unique(label[chosen]).size < np.unique(label).size:
        raise InputError(f"train_events = {wanted}: a class would have none; choose more")
    return train[chosen]


def answerable(events: Path, questions: Sequence[Question | ValueQuestion]) -> pa.Table:
    """The events that have an answer to every question, sorted."""
    table = read_events(events).sort_by("event")
    return table.filter(pa.array(np.all([has_answer(question.truth(table)) for question in questions], axis=0)))


def events_and_split(
    events: Path, split: Path, questions: Sequence[Question | ValueQuestion], name: str | None = None
) -> tuple[pa.Table, dict[str, np.ndarray]]:
    """The events that have an answer to every question, sorted, and the events (n,) int64 of each set.

    `name` is that of the division; None: the first.

    Raises:
        InputError: the split holds other events, or has no division of that name.
    """
    table = answerable(events, questions)
    event, sets = read_split(split, name)
    if not np.array_equal(event, table["event"].to_numpy()):
        raise InputError(f"{split}: divides other events than those of {events}; make it again with split")
    return table, {name: event[sets == name] for name in SETS}
