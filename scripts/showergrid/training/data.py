"""Events with their labels, as training and evaluation take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa

from showergrid.core.errors import InputError
from showergrid.core.seeds import generator
from showergrid.events.hits import read_events
from showergrid.events.questions import Question, labels
from showergrid.events.split import SETS, read_split
from showergrid.inputs.kinds import Seen

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Labelled:
    """What is seen of some events, and their labels: label (E, Q) int64, for each question the index in its classes.

    A model that is fitted as a whole gets the labels (E,) of one question.
    """

    seen: Seen
    label: np.ndarray


class Task(Protocol):
    """What the training of a network needs to know of a question; its `outputs` are a part of the network's."""

    question: Question
    outputs: int

    def loss(self, part: Tensor, truth: Tensor) -> Tensor:
        """Mean loss of outputs (N, outputs) for the truth (N,)."""
        ...

    def answer(self, part: Tensor) -> Tensor:
        """The answers that outputs (N, outputs) stand for."""
        ...

    def loss_of_answer(self, answer: Tensor, truth: Tensor) -> Tensor:
        """Mean loss of answers for the truth (N,)."""
        ...


def questions_of(job: Mapping[str, Any]) -> list[Question]:
    """The questions of a cell, as its job or its model.safetensors describes it."""
    return [Question(**entry) for entry in job["questions"]]


def labelled(seen: Seen, events: pa.Table, questions: Sequence[Question]) -> Labelled:
    """Give what is `seen` of some of the `events`, which are sorted, their labels."""
    return Labelled(seen, all_labels(events, questions)[np.searchsorted(events["event"].to_numpy(), seen.event)])


def all_labels(events: pa.Table, questions: Sequence[Question]) -> np.ndarray:
    """(E, Q) int64: the class of each of the `events` for each question, -1 where it belongs to none."""
    return np.stack([labels(events, question.column, question.values) for question in questions], axis=1)


def training_events(
    train: np.ndarray, events: pa.Table, questions: Sequence[Question], model: Mapping[str, Any], seed: int
) -> np.ndarray:
    """The events (n,) int64, sorted, from which a cell's `model` learns: all of `train`, or as many as it asks for.

    Of every class of the first question the same share is taken, in an order that is drawn by the cell's seed. So a
    draw holds those of smaller numbers by the same seed.

    Raises:
        InputError: there are fewer events, or a class would have none.
    """
    wanted = model["training"].get("train_events")
    if wanted is None:
        return train
    if wanted > train.size:
        raise InputError(f"train_events = {wanted}: there are {train.size} training events; choose fewer, or null")
    label = all_labels(events, questions[:1])[np.searchsorted(events["event"].to_numpy(), train), 0]
    place = np.empty(train.size)  # of each event in the order of its class, between 0 and 1
    for k in np.unique(label):
        order = generator(seed, "train_events", int(k)).permutation(np.flatnonzero(label == k))
        place[order] = (np.arange(order.size) + 0.5) / order.size
    chosen = np.sort(np.lexsort((label, place))[:wanted])
    if np.unique(label[chosen]).size < np.unique(label).size:
        raise InputError(f"train_events = {wanted}: a class would have none; choose more")
    return train[chosen]


def answerable(events: Path, questions: Sequence[Question]) -> pa.Table:
    """The events that have an answer to every question, sorted."""
    table = read_events(events).sort_by("event")
    return table.filter(pa.array((all_labels(table, questions) >= 0).all(axis=1)))


def events_and_split(
    events: Path, split: Path, questions: Sequence[Question], name: str | None = None
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
