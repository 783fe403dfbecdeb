"""predictions.parquet: the true class of every event of a study, and the probabilities that a trained cell gives it.

Of a question of a value it holds the true one and the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.events.questions import REPEATED, Question, ValueQuestion
from showergrid.events.split import GROUP

ABOUT = ("event", *REPEATED)  # columns that predictions repeat, of those that the events have


@dataclass(frozen=True)
class Answered:
    """Answers to one question: events (n,) int64, labels (n,) int64 and probabilities (n, classes) float64.

    group (n,) int64: that of each event; None if each stands by itself.
    """

    event: np.ndarray
    labels: np.ndarray
    probability: np.ndarray
    group: np.ndarray | None = None

    @property
    def right(self) -> np.ndarray:
        """(n,) bool: whether the likeliest class, the first of equal ones, is the true one."""
        return self.probability.argmax(axis=-1) == self.labels


@dataclass(frozen=True)
class Valued:
    """Answers to one question of a value: events (n,) int64, true values (n,) and predicted ones (n,), both float64.

    group (n,) int64: that of each event; None if each stands by itself.
    """

    event: np.ndarray
    truth: np.ndarray
    value: np.ndarray
    group: np.ndarray | None = None


def about(columns: Sequence[str]) -> list[str]:
    """The columns that predictions repeat, of the `columns` of some events."""
    return [name for name in ABOUT if name in columns]


def columns_of(question: Question | ValueQuestion) -> list[str]:
    """The columns of the answers to a question: of the probability of each class, or of the value."""
    return [f"{question.name}.{name}" for name in question.answers]


def with_answers(
    table: pa.Table,
    questions: Sequence[Question | ValueQuestion],
    labels: Mapping[str, np.ndarray],
    answers: Mapping[str, np.ndarray],
) -> pa.Table:
    """The `table` of events with the truth and the answers of each question appended."""
    for question in questions:
        if question.name not in table.column_names:  # else it is asked for a column that the table repeats
            table = table.append_column(question.name, question.shown(labels[question.name]))
        for name, values in zip(columns_of(question), answers[question.name].T, strict=True):
            table = table.append_column(name, pa.array(np.ascontiguousarray(values)))
    return table


def write_predictions(
    path: Path,
    events: pa.Table,
    sets: np.ndarray,
    questions: Sequence[Question | ValueQuestion],
    labels: Mapping[str, np.ndarray],
    answers: Mapping[str, np.ndarray],
    group: np.ndarray | None = None,
) -> None:
    """Write predictions.parquet, sorted by event; all else is in the order of `events`.

    Args:
        path: file to write.
        events: table of the events.
        sets: (E,) str, the set of each.
        questions: what is asked.
        labels: (E,) int64 of each question, of a value float64.
        answers: (E, classes) float64 of each question, of a value (E, 1).
        group: (E,) int64, the group of each; None if each stands by itself.
    """
    table = events.select(about(events.column_names)).append_column("split", pa.array(sets.tolist(), pa.string()))
    if group is not None:
        table = table.append_column(GROUP, pa.array(group))
    with replacing(path) as partial:
        pq.write_table(with_answers(table, questions, labels, answers), partial)


def read_predictions(path: Path, question: Question, split: str) -> Answered:
    """Read the answers to a question for the events of one split, sorted by event, or for their prongs.

    Raises:
        InputError: the file is missing, does not answer the question, or has no event of the split.
    """
    return answered(_read(path, question, split), question, path)


def read_values(path: Path, question: ValueQuestion, split: str) -> Valued:
    """Read the answers to a question of a value likewise; raises the same."""
    table = _read(path, question, split)
    truth, value = (table[name].to_numpy().astype(np.float64) for name in (question.name, *columns_of(question)))
    return Valued(table["event"].to_numpy(), truth, value, _groups(table))


def _read(path: Path, question: Question | ValueQuestion, split: str) -> pa.Table:
    if not path.is_file():
        raise InputError(f"{path}: is missing; make it with snakemake, or give the cell another status")
    numbered = ["event"] if question.of == "event" else ["event", "prong"]
    columns = [*numbered, "split", question.name, *columns_of(question)]
    file = pq.ParquetFile(path)  # read_table would import pandas: 0.4 s
    names = file.schema_arrow.names
    if lacking := [name for name in columns if name not in names]:
        raise InputError(f"{path}: has no column {lacking[0]}; evaluate the cell again")
    table = file.read([*columns, *[name for name in (GROUP.name,) if name in names]])
    table = table.filter(pc.equal(table["split"], split)).sort_by([(name, "ascending") for name in numbered])
    if table.num_rows == 0:
        raise InputError(f"{path}: holds no {split} {question.of}s; evaluate the cell again")
    return table


def _groups(table: pa.Table) -> np.ndarray | None:
    """What is drawn together: groups of events if there are any, else the prongs of an event."""
    if GROUP.name in table.column_names:
        return table[GROUP.name].to_numpy()
    return table["event"].to_numpy() if "prong" in table.column_names else None


def answered(table: pa.Table, question: Question, path: Path) -> Answered:
    """The answers to a question in the `table` that was read from `path`.

    Raises:
        InputError: a true class is none of the question's.
    """
    index = pc.index_in(table[question.name], pa.array(question.names)).combine_chunks()
    if index.null_count:
        stranger = table[question.name].to_pylist()[index.is_null().index(True).as_py()]
        raise InputError(f"{path}: {question.name} {stranger!r} is none of {', '.join(question.names)}")
    probability = np.stack([table[name].to_numpy() for name in columns_of(question)], axis=1)
    return Answered(table["event"].to_numpy(), index.to_numpy().astype(np.int64), probability, _groups(table))
