"""Columns of numbers of any table of the events: of the events themselves, or of a collection such as their objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from showergrid.core.errors import InputError
from showergrid.events.hits import open_table

NUMBERED = pa.schema([pa.field("event", pa.int64(), nullable=False)])  # what all tables of events have


@dataclass(frozen=True)
class Collection:
    """Rows of whole events: event i owns the rows offsets[i] to offsets[i + 1].

    event (E,) int64: all events that have rows, sorted; offsets (E + 1,) int64; values: (N,) float64 by column.
    """

    event: np.ndarray
    offsets: np.ndarray
    values: dict[str, np.ndarray]


def read_collection(path: Path, columns: Sequence[str]) -> Collection:
    """Read some columns of a table with any number of rows an event.

    Raises:
        InputError: the file is missing or damaged, its rows are not sorted by event, or a column is missing or holds
            other than numbers.
    """
    of_row, values = _read(path, columns)
    if np.any(np.diff(of_row) < 0):
        raise InputError(f"{path}: the rows are not sorted by event; delete it to have it made again")
    event, start = np.unique(of_row, return_index=True)
    return Collection(event, np.append(start, of_row.size), values)


def read_variables(events: Path, columns: Sequence[str], gaps: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Read some columns of events.parquet: events (E,) int64, sorted, and their numbers (E, F) float64.

    `gaps`: whether values may be missing, which are NaN then.

    Raises:
        InputError: as `read_collection`, or an event has two rows.
    """
    event, values = _read(events, columns, gaps)
    if np.any(np.diff(event) <= 0):
        raise InputError(f"{events}: the rows are not sorted, one an event; delete it to have it made again")
    return event, np.stack([values[name] for name in columns], axis=1)


def _read(path: Path, columns: Sequence[str], gaps: bool = False) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The event (N,) int64 of each row, and its numbers (N,) float64 by column."""
    file = open_table(path, NUMBERED)
    valid = [field.name for field in file.schema_arrow if field.name != "event" and is_number(field.type)]
    for name in columns:
        if name not in valid:
            raise InputError(f"{path}: no column {name!r} of numbers; valid: {', '.join(valid) or 'none'}")
    table = file.read(["event", *columns], use_threads=False)
    for name in columns:
        if table[name].null_count and not gaps:
            row = table[name].is_null().to_pylist().index(True)
            event = table["event"][row].as_py()
            raise InputError(
                f"{path}: column {name} has no value in row {row + 1}, of event {event}; leave it out, or impute it"
            )
    return table["event"].to_numpy(), {name: table[name].to_numpy().astype(np.float64) for name in columns}


def is_number(kind: pa.DataType) -> bool:
    """Whether a column of this type holds numbers."""
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)
