"""The prongs of events: the classes of those that a model sees, and of hits, by the questions that are of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from showergrid.core.errors import InputError
from showergrid.events.hits import open_table
from showergrid.events.questions import Question

NUMBERED = pa.schema(
    [pa.field("event", pa.int64(), nullable=False), pa.field("prong", pa.int32(), nullable=False)]
)  # what all tables of prongs have: the number of a prong is that in its event


def read_prongs(path: Path, questions: Sequence[Question]) -> pa.Table:
    """Read which prongs there are, sorted by event and number, and what is asked of them.

    Raises:
        InputError: as for `prong_table`; or a prong belongs to no class of a question.
    """
    prongs = prong_table(path, questions)
    for question in questions:
        if (strange := np.flatnonzero(question.truth(prongs) < 0)).size:
            row = prongs.slice(int(strange[0]), 1).to_pylist()[0]
            raise InputError(
                f"{path}: prong {row['prong']} of event {row['event']}: {question.column} {row[question.column]!r} "
                f"belongs to no class of question {question.name}; add it to one"
            )
    return prongs


def prong_table(path: Path, questions: Sequence[Question]) -> pa.Table:
    """The same, where prongs may belong to no class.

    Raises:
        InputError: the file is missing or damaged, or a column is missing or of another type.
    """
    columns = dict.fromkeys([*NUMBERED.names, *(question.column for question in questions)])
    file = open_table(path, pa.schema([NUMBERED.field("event")]))
    if lacking := [name for name in columns if name not in file.schema_arrow.names]:
        raise InputError(f"{path}: has no column {lacking[0]}; ask of another one, or have the file made again")
    if not pa.types.is_integer(file.schema_arrow.field("prong").type):
        raise InputError(f"{path}: column prong is no whole number, that of a prong in its event; give type: whole")
    return file.read(list(columns), use_threads=False).sort_by([(name, "ascending") for name in NUMBERED.names])


def prong_labels(prongs: pa.Table, questions: Sequence[Question], event: np.ndarray, number: np.ndarray) -> np.ndarray:
    """(P, Q) int64: for each question the class of the prongs that are named by event and number (P,) int64.

    Raises:
        InputError: the table lacks one of them.
    """
    width = max(int(column.max(initial=0)) for column in (number, prongs["prong"].to_numpy())) + 1
    key = prongs["event"].to_numpy() * width + prongs["prong"].to_numpy()  # ascending
    asked = event * width + number
    row = np.searchsorted(key, asked)
    if not np.isin(asked, key).all():
        raise InputError("prongs: those of the hits are not those of prongs.parquet; have both made again")
    return np.stack([question.truth(prongs)[row] for question in questions], axis=1)


def hit_labels(prongs: pa.Table, questions: Sequence[Question], event: np.ndarray, prong: np.ndarray) -> np.ndarray:
    """(H, Q) int64: for each question the class of hits (H,), that of the prong of their event that they are of.

    It is -1 for hits of no prong (-1), and of prongs of no class.

    Raises:
        InputError: as for `prong_labels`.
    """
    label = np.full((event.size, len(questions)), -1)
    own = np.flatnonzero(prong >= 0)
    label[own] = prong_labels(prongs, questions, event[own], prong[own])
    return label
