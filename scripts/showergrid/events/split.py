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
from showergrid.events.questions import Value, has_answer, labels, numbers, type_of
from showergrid.events.settings import Split

SETS = ("train", "validation", "test")
SPLIT = pa.schema(
    [pa.field("event", pa.int64(), nullable=False), pa.field("split", pa.string(), nullable=False)]
)  # one row per event, sorted by event
GROUP = pa.field("group", pa.int64(), nullable=False)  # a further column where a column divides the events


def divide(label: np.ndarray, values: Sequence[Sequence[Value]], split: Split) -> np.ndarray:
    """(E,) str: the set of each event, given the label (E,) of events in their order and the values of each class.

    The events of each class that belong into a set, `sizes`, are drawn. A class draws from a stream of its own, named
    after its values, so the others do not change its division.

    Raises:
        InputError: a set would lack a class.
    """
    sets = np.full(label.size, "train", dtype="<U10")
    for k, own in enumerate(values):
        members = np.flatnonzero(label == k)
        shuffled = generator(split.seed, "split", *own).permutation(members)
        _, n_validation, n_test = sizes(members.size, own, split)
        sets[shuffled[:n_test]] = "test"
        sets[shuffled[n_test : n_test + n_validation]] = "validation"
    return sets


def sizes(count: int, own: Sequence[Value], split: Split) -> tuple[int, int, int]:
    """How many of the `count` events of a class with the values `own` belong into each of SETS.

    round(count * test fraction) are for the test set, and round(fraction of the rest) for validation (half to even).

    Raises:
        InputError: a set would have none.
    """
    n_test = round(count * split.test_fraction)
    n_validation = round((count - n_test) * split.validation_fraction)
    n_train = count - n_test - n_validation
    if min(n_test, n_validation, n_train) < 1:
        raise InputError(
            f"split: {_class(own)} has {count} events, too few to put one "
            f"into each of {', '.join(SETS)}; make more events or change the fractions"
        )
    return n_train, n_validation, n_test


def _class(own: Sequence[Value]) -> str:
    """What a message calls the events of a class with the values `own`."""
    return f"the class of {', '.join(map(str, own))}" if own else "the study"


def check_by(events: pa.Schema, by: str) -> None:
    """Refuse a column `by` that cannot tell groups of events apart.

    Decimal numbers are refused: where they are rounded, things that differ may have the same one.

    Raises:
        InputError: the events have no such column of whole numbers or text.
    """
    valid = [field.name for field in events if field.name != "event" and type_of(field.type)]
    if by not in valid:
        raise InputError(
            f"split: by: the events have no column {by!r} of whole numbers or text; valid: {', '.join(valid)}"
        )


def groups(events: pa.Table, by: str) -> np.ndarray:
    """(E,) int64: the group of each of the `events`, numbered in the order of their values in the column `by`.

    Raises:
        InputError: as `check_by`, or an event has no value in it.
    """
    check_by(events.schema, by)
    column = events[by]
    if column.null_count:
        event = events["event"][column.is_null().to_pylist().index(True)]
        raise InputError(f"split: by: event {event} has no {by}; leave such events out, or choose another column")
    return pc.rank(column, tiebreaker="dense").to_numpy().astype(np.int64) - 1


def divide_groups(label: np.ndarray, values: Sequence[Sequence[Value]], split: Split, group: np.ndarray) -> np.ndarray:
    """(E,) str: as `divide`, but events of one group (E,), 0 to G - 1, stand in one set.

    The groups come in an order that is drawn. Each goes whole into the set that lacks the largest share of its `sizes`,
    the first of equal ones, however many events the group has, so that no set prefers large groups. A group may hold
    events of several classes: then the shares that are lacking are weighted by how much of each class it holds.

    Raises:
        InputError: a set would lack a class.
    """
    count = np.zeros((int(group.max(initial=-1)) + 1, len(values)))  # (G, K): events of each class
    np.add.at(count, (group, label), 1)
    total = count.sum(axis=0)
    target = np.array([sizes(int(n), own, split) for n, own in zip(total, values, strict=True)]).T  # (3, K)
    lacking = np.ones(target.shape)  # (3, K): share of the events of a class that a set has too few
    chosen = np.empty(len(count), np.int64)
    for number in generator(split.seed, "split", "by", str(split.by)).permutation(len(count)):
        own = count[number]
        chosen[number] = np.argmax((lacking * (own / total)).sum(axis=1))
        lacking[chosen[number]] -= own / target[chosen[number]]
    for name, short in zip(SETS, lacking == 1, strict=True):
        if short.any():
            own = values[int(np.argmax(short))]
            raise InputError(
                f"split: by {split.by}: no event of {_class(own)} is left for the {name} set: "
                "its groups are too few or too large; make more events, or change the fractions"
            )
    return np.array(SETS)[chosen[group]]


def asked(events: pa.Table, questions: Sequence[Mapping[str, Any]]) -> tuple[np.ndarray, list[list[Value]], np.ndarray]:
    """Labels (E,) int64 of the first question of classes, their values, and which events (E,) bool have every answer.

    A question is told by its column, the values of its classes or none, and what happens to other events (refuse or
    drop). Where none is of classes, all events are of one, which has no values.

    Raises:
        InputError: an event has no answer, and such events are not to be dropped.
    """
    truths = [_truth(events, question) for question in questions]
    stratum = [(truth, told["values"]) for truth, told in zip(truths, questions, strict=True) if "values" in told]
    label, values = stratum[0] if stratum else (np.zeros(events.num_rows, np.int64), [[]])
    return label, values, np.all([has_answer(truth) for truth in truths], axis=0)


def _truth(events: pa.Table, question: Mapping[str, Any]) -> np.ndarray:
    """(E,): the class of each event, or its value."""
    column = question["column"]
    truth = labels(events, column, question["values"]) if "values" in question else numbers(events, column)
    if question["other"] == "refuse" and not has_answer(truth).all():
        row = int(np.argmin(has_answer(truth)))
        stranger = events[column][row].as_py()
        if "values" in question:
            raise InputError(
                f"events: {column} {stranger} belongs to no class of the study; add it to one, leave such events out, "
                "or write other: drop"
            )
        raise InputError(
            f"events: {column} is {stranger} in row {row + 1}, of event {events['event'][row].as_py()}; give it a "
            "number, leave such events out, or write other: drop"
        )
    return truth


def to_test(events: pa.Table, questions: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """(E,) bool: whether each of the `events` is of a class of one of the `questions` that is left out of training."""
    of_class = [
        np.isin(labels(events, told["column"], told["values"]), told["left_out"])
        for told in questions
        if "left_out" in told
    ]
    return np.any([np.zeros(events.num_rows, dtype=bool), *of_class], axis=0)


def check_classes(events: pa.Table, sets: np.ndarray, questions: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a division (E,) of the `events` that leaves a set without a class of one of the `questions`.

    A class that is left out of training is asked of the test set alone.

    Raises:
        InputError: one line with the column, the values of the class and the set.
    """
    for question in (told for told in questions if "values" in told):
        label = labels(events, question["column"], question["values"])
        for k, values in enumerate(question["values"]):
            for name in SETS if k not in question.get("left_out", []) else ["test"]:
                if not np.any(label[sets == name] == k):
                    raise InputError(
                        f"split: no event with {question['column']} {' or '.join(map(str, values))} is in the {name} "
                        "set; correct the values of the class, make more events, or leave the class out"
                    )


def write_split(
    path: Path,
    event: np.ndarray,
    sets: np.ndarray,
    group: np.ndarray | None = None,
    further: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Write the set (E,) str of each event (E,) int64, and its group (E,) int64 where groups stay together.

    `further` has the set (E,) str of each event in other divisions by their names.
    """
    table = pa.table({"event": event, "split": sets.astype(str).tolist()}, schema=SPLIT)
    if group is not None:
        table = table.append_column(GROUP, pa.array(group))
    for name, others in (further or {}).items():
        table = table.append_column(column_of(name), pa.array(others.astype(str).tolist()))
    with replacing(path) as beside:
        pq.write_table(table, beside)


def column_of(name: str | None) -> str:
    """The column of split.parquet with the sets of the division `name`; None: the first."""
    return "split" if name is None else f"split.{name}"


def read_split(path: Path, name: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(E,) int64 events, sorted, and (E,) str: the set of each, in the division `name` if it is not the first.

    Raises:
        InputError: the file is missing, damaged, or no division of events, or has none of that name.
    """
    file = open_table(path, SPLIT)
    if column_of(name) not in file.schema_arrow.names:
        raise InputError(f"{path}: has no division {name}; make the file again with split")
    table = file.read(["event", column_of(name)], use_threads=False)
    event, index = table["event"].to_numpy(), pc.index_in(table[column_of(name)], pa.array(SETS))
    if np.any(np.diff(event) <= 0) or index.null_count:
        raise InputError(f"{path}: events are not sorted or a set is unknown; make the file again with split")
    return event, np.array(SETS)[index.to_numpy()]


def groups_of(path: Path, event: np.ndarray) -> np.ndarray | None:
    """(n,) int64: the groups of some of the divided events (n,), None where each event stands by itself.

    Raises:
        InputError: the file is missing or damaged.
    """
    file = open_table(path, SPLIT)
    if GROUP.name not in file.schema_arrow.names:
        return None
    table = file.read(["event", GROUP.name])
    return table[GROUP.name].to_numpy()[np.searchsorted(table["event"].to_numpy(), event)]


def events_of(path: Path, name: str) -> np.ndarray:
    """(n,) int64: the events of one set (train, validation or test), sorted."""
    event, sets = read_split(path)
    return event[sets == name]
