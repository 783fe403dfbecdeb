"""The rows of a table's files: their columns as numbers, whole numbers or text, each value checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from showergrid.core.errors import InputError
from showergrid.core.progress import progress
from showergrid.sources.reading.checks import Checks
from showergrid.sources.reading.chunks import is_number, place, read_any
from showergrid.sources.reading.conversion import keys
from showergrid.sources.reading.formats.chunk import ROWS
from showergrid.sources.reading.settings import Key, scaled
from showergrid.sources.reading.table_settings import UNITS, WRITTEN_AS, TableColumn, TableFiles


@dataclass(frozen=True)
class TableRows:
    """Rows of a table, in the order of its files.

    file (N,) int64: the index of the file of each; origin (N,) int64: its row there, or its entry where entries (N,)
    bool; key (N, k) int64: the numbers of its event, or its file and row where no column numbers the events; columns:
    (N,) by name.
    """

    settings: TableFiles
    file: np.ndarray
    origin: np.ndarray
    entries: np.ndarray
    key: np.ndarray
    columns: dict[str, pa.ChunkedArray]

    def __len__(self) -> int:
        """How many rows there are."""
        return self.origin.size

    @property
    def inside(self) -> np.ndarray:
        """(N,) bool: the rows that lie within the bounds that are set."""
        inside = np.ones(len(self), bool)
        for name, (low, high) in self.settings.within.items():
            values = self.columns[name].to_numpy()
            inside &= (values >= (-np.inf if low is None else low)) & (values <= (np.inf if high is None else high))
        return inside

    def place(self, row: int) -> str:
        """The name of a row, for messages."""
        path = Path(self.settings.files[self.file[row]])
        return f"{path}: {place(path, self.settings, int(self.origin[row]), bool(self.entries[row]))}"

    def event(self, row: int) -> str:
        """The numbers of the event of a row, for messages."""
        return ", ".join(map(str, self.key[row]))


def read_rows(settings: TableFiles) -> TableRows:
    """Read all files of a table.

    Where columns are lists of k columns, each row of a file is k rows of the table.

    Raises:
        InputError: a file is damaged, or a value is missing or not of its column's type.
    """
    each = settings.rows_each
    file, origin, entries = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, bool)]
    key = [np.empty((0, len(settings.event) or 2), np.int64)]
    columns: dict[str, list[pa.Array]] = {name: [] for name in settings.columns}
    for number, path in enumerate(map(Path, settings.files)):
        chunks = read_any(path, settings, settings.read_as, settings.table, Key(), ROWS)
        for chunk in progress(chunks, path.name, f" x {ROWS} rows"):
            check = Checks(chunk, settings, path)
            file.append(np.full(each * chunk.origin.size, number))
            origin.append(np.repeat(chunk.origin, each))
            entries.append(np.full(each * chunk.origin.size, chunk.entries))
            if settings.event:
                key.append(np.repeat(_keys(settings.event, check), each, axis=0))
            else:
                key.append(np.column_stack([file[-1], origin[-1]]))
            for name, column in settings.columns.items():
                columns[name].append(_written(column, check, each * chunk.origin.size))
    written = {name: WRITTEN_AS[column.type] for name, column in settings.columns.items()}
    return TableRows(
        settings,
        *(np.concatenate(parts) for parts in (file, origin, entries, key)),
        {name: pa.chunked_array(parts, written[name]) for name, parts in columns.items()},
    )


def _keys(names: Sequence[str], check: Checks) -> np.ndarray:
    """(N, k) int64: the numbers of the event of each row."""
    for name in names:
        _check_number(name, check)
    return keys(names, check)


def _written(column: TableColumn, check: Checks, rows: int) -> pa.Array:
    """(rows,): the values of a column of the table, as they are written."""
    if column.constant is not None:
        value = column.constant if column.type != "number" else scaled(float(column.constant), column.unit, UNITS)
        return pa.repeat(pa.scalar(value, WRITTEN_AS[column.type]), rows)
    return _interleaved([_values(part, column, check) for part in column.column])


def _interleaved(parts: Sequence[pa.Array]) -> pa.Array:
    """(N * k,): the first of all k parts (N,), then the second of all, and so on."""
    if len(parts) == 1:
        return parts[0]
    return pa.concat_arrays(parts).take(
        pa.array(np.arange(len(parts) * len(parts[0])).reshape(len(parts), -1).T.ravel())
    )


def _values(name: str, column: TableColumn, check: Checks) -> pa.Array:
    """(N,): the values of a column of the file as they are written."""
    if column.type == "text":
        return _texts(name, check)
    _check_number(name, check)
    values = check.single(name)
    if column.type == "whole":
        return pa.array(check.whole(name))
    values = values.astype(np.float64)
    gaps = _missing(values, check.columns.missing)
    numbers = check.finite(name, scaled(values, column.unit, UNITS), ~gaps)
    return pa.array(numbers.astype(np.float32), mask=gaps)


def _missing(values: np.ndarray, missing: Sequence[float | str]) -> np.ndarray:
    """(N,) bool: whether each of the values (N,) float64 is one that stands for a missing one."""
    numbers = [value for value in missing if not isinstance(value, str)]
    return (np.isnan(values) | np.isin(values, numbers)) if missing else np.zeros(len(values), dtype=bool)


def _texts(name: str, check: Checks) -> pa.Array:
    """(N,): a column of text, without blanks around it."""
    values = check.single(name)
    if is_number(values):
        raise InputError(f"{check.path}: column {name} holds numbers; say type: whole or number, or name another")
    try:
        texts = pc.utf8_trim_whitespace(pa.array(values).cast(pa.string()))
    except pa.ArrowException as error:
        fault = " ".join(str(error).split())  # Arrow's own may have line breaks
        raise InputError(f"{check.path}: column {name} holds no text in UTF-8 ({fault}); convert it") from None
    lacking = pc.equal(texts, "").fill_null(True).to_numpy(zero_copy_only=False)
    if lacking.any():
        text = f"there is no value; fill it, or leave the {check.columns.thing} out"
        raise check.fault(int(np.argmax(lacking)), f", column {name}", text)
    return texts


def _check_number(name: str, check: Checks) -> None:
    if not is_number(check.chunk.columns[name]):
        raise InputError(f"{check.path}: column {name} holds no numbers; say type: text, or name another")
