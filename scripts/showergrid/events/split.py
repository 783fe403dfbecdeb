"""Training, validation and test events: one division for the whole study, the same for every cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.core.seeds import generator
from showergrid.events.hits import open_table
from showergrid.events.questions import Value, labels
from showergrid.events.settings import Split

SETS = ("train", "validation", "test")
SPLIT = pa.schema(
    [pa.field("event", pa.int64(), nullable=False), pa.field("split", pa.string(), nullable=False)]
)  # one row per event, sorted by event


def divide(label: np.ndarray, values: Sequence[Sequence[Value]], split: Split) -> np.ndarray:
    """(E,) str: the set of each event, given the label (E,) of events in their order and the values of each class.

    Of each class's n events, round(n * test fraction) are drawn for the test set and round(fraction of the rest) for
    validation (half to even). A class draws from a stream of its own, named after its values, so the others do not
    change its division.

    Raises:
        InputError: a set would lack a class.
    """
    sets = np.full(label.size, "train", dtype="<U10")
    for k, own in enumerate(values):
        members = np.flatnonzero(label == k)
        shuffled = generator(split.seed, "split", *own).permutation(members)
        n_test = round(members.size * split.test_fraction)
        n_validation = round((members.size - n_test) * split.validation_fraction)
        if min(n_test, n_validation, members.size - n_test - n_validation) < 1:
            raise InputError(
                f"split: the class of {', '.join(map(str, own))} has {members.size} events, too few to put one "
                f"into each of {', '.join(SETS)}; make more events or change the fractions"
            )
        sets[shuffled[:n_test]] = "test"
        sets[shuffled[n_test : n_test + n_validation]] = "validation"
    return sets


def asked(events: pa.Table, questions: Sequence[Mapping[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """Labels (E,) int64 of the first of the `questions`, and which events (E,) bool have an answer to every one.

    A question is told by its column, the values of its classes, and what happens to other values (refuse or drop).

    Raises:
        InputError: an event belongs to no class, and such events are not to be dropped.
    """
    answers = []
    for question in questions:
        column = question["column"]
        label = labels(events, column, question["values"])
        if question["other"] == "refuse" and (label < 0).any():
            stranger = events[column].to_pylist()[int(np.argmax(label < 0))]
            raise InputError(
                f"events: {column} {stranger} belongs to no class of the study; add it to one, leave such events out, "
                "or write other: drop"
            )
        answers.append(label)
    return answers[0], np.all([label >= 0 for label in answers], axis=0)


def check_classes(events: pa.Table, sets: np.ndarray, questions: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a division (E,) of the `events` that leaves a set without a class of one of the `questions`.

    Raises:
        InputError: one line with the column, the values of the class and the set.
    """
    for question in questions:
        label = labels(events, question["column"], question["values"])
        for k, values in enumerate(question["values"]):
            for name in SETS:
                if not np.any(label[sets == name] == k):
                    raise InputError(
                        f"split: no event with {question['column']} {' or '.join(map(str, values))} is in the {name} "
                        "set; correct the values of the class, make more events, or leave the class out"
                    )


def write_split(path: Path, event: np.ndarray, sets: np.ndarray) -> None:
    """Write the set of each event; event (E,) int64, sets (E,) str."""
    with replacing(path) as beside:
        pq.write_table(pa.table({"event": event, "split": sets.astype(str).tolist()}, schema=SPLIT), beside)


def read_split(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(E,) int64 events, sorted, and (E,) str: the set of each.

    Raises:
        InputError: the file is missing, damaged, or no division of events.
    """
    table = open_table(path, SPLIT).read(use_threads=False)
    event, index = table["event"].to_numpy(), pc.index_in(table["split"], pa.array(SETS))
    if np.any(np.diff(event) <= 0) or index.null_count:
        raise InputError(f"{path}: events are not sorted or a set is unknown; make the file again with split")
    return event, np.array(SETS)[index.to_numpy()]


def events_of(path: Path, name: str) -> np.ndarray:
    """(n,) int64: the events of one set (train, validation or test), sorted."""
    event, sets = read_split(path)
    return event[sets == name]
