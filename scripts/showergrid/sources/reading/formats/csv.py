"""CSV files, plain or compressed, with a line of column names, or without one where the names are given."""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.csv

from showergrid.core.errors import InputError
from showergrid.sources.reading.formats.chunk import Chunk, missing

BYTES_A_ROW = 48  # of a typical file
BLOCK = 1 << 18  # bytes: pyarrow reads some dozens of blocks ahead, so large ones would take much memory
NUMBER = re.compile(rb"\s*[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|nan|inf(inity)?)\s*", re.IGNORECASE)
WHOLE = re.compile(rb"\s*-?\d+\s*")


def chunks(
    path: Path,
    types: Mapping[str, pa.DataType],
    separator: str,
    rows: int,
    given: Sequence[str] | None = None,
    empty: Sequence[str] = (),
) -> Iterator[Chunk]:
    """Yield columns of the `types` float64, int64 or string, about `rows` rows at a time.

    `given`: the names of all columns, where no line of the file has them; `empty`: texts in place of numbers, which
    become NaN.

    Raises:
        InputError: the file is damaged, no text in UTF-8 or ragged, or a column is missing, doubled or of another type.
    """
    names = list(types)
    before, first_line = _first_line(path, separator)
    header = first_line if given is None else list(given)
    for name in names:
        if header.count(name) != 1:
            raise _unknown(path, before + 1, name, header)
    # Columns that are not read may have any name, even the same one
    known = [name if name in names else f"{i}" for i, name in enumerate(header)]
    known = [name if name in names else f"column {name}" for name in known]
    reading = pa.csv.ReadOptions(
        use_threads=False,
        block_size=min(BLOCK, max(rows * BYTES_A_ROW, 1 << 10)),
        skip_rows=before + (given is None),
        column_names=known,
    )
    converting = pa.csv.ConvertOptions(column_types=dict(types), include_columns=names, null_values=list(empty))
    first = 0
    try:
        with pa.csv.open_csv(path, reading, pa.csv.ParseOptions(delimiter=separator), converting) as reader:
            for table in _gathered(reader, rows):
                columns = {name: table.column(name).to_numpy() for name in names}
                yield Chunk(columns, np.arange(first, first + table.num_rows), entries=False)
                first += table.num_rows
    except pa.ArrowInvalid as error:
        if "Empty CSV file" in str(error):
            return
        try:
            fault = _explained(path, header, types, separator, given is not None, empty, str(error))
        except (OSError, EOFError, zlib.error) as damage:
            fault = _damaged(path, damage)
        raise fault from None
    except OSError as error:
        raise _damaged(path, error) from None


def _gathered(reader: pa.csv.CSVStreamingReader, rows: int) -> Iterator[pa.Table]:
    """Batches put together until they have `rows` rows."""
    batches: list[pa.RecordBatch] = []
    for batch in reader:
        batches.append(batch)
        if sum(part.num_rows for part in batches) >= rows:
            yield pa.Table.from_batches(batches)
            batches = []
    if batches:
        yield pa.Table.from_batches(batches)


def line_of(path: Path, row: int, headed: bool = True) -> int:
    """The number of the line, from 1, that holds the data row `row`, from 0; empty lines hold no row.

    `headed`: whether the first line holds the names of columns.
    """
    with _opened(path) as file:
        filled = (number for number, line in enumerate(file, 1) if line.strip(b"\r\n"))
        return next(number for i, number in enumerate(filled) if i == row + headed)


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else open(path, "rb")


def _first_line(path: Path, separator: str) -> tuple[int, list[str]]:
    """How many empty lines come first, and the values in the line that follows: as a rule the names of columns."""
    try:
        with _opened(path) as file:
            for before, line in enumerate(file):
                if line.strip(b"\r\n\xef\xbb\xbf"):
                    if b"\r" in line.strip(b"\r\n"):
                        raise InputError(f"{path}: its lines end in carriage returns alone; save it with line feeds")
                    return before, [name.strip() for name in _values(path, before + 1, line, separator)]
    except UnicodeDecodeError:
        raise InputError(f"{path}: line {before + 1} is not text in UTF-8; save the file as CSV in UTF-8") from None
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, error) from None
    raise InputError(f"{path}: is empty; give a file that holds something")


def _values(path: Path, number: int, line: bytes, separator: str) -> list[str]:
    """The values in the line of this number; the text must be UTF-8."""
    try:
        return next(csv.reader([line.decode("utf-8-sig")], delimiter=separator))
    except csv.Error as error:
        raise InputError(f"{path}: line {number} is no line of CSV ({error}); correct it") from None


def _unknown(path: Path, line: int, name: str, header: list[str]) -> InputError:
    if name in header:
        places = [str(i) for i, column in enumerate(header, 1) if column == name]
        return InputError(
            f"{path}: line {line}: column {name} stands {len(places)} times, at {', '.join(places)}; keep one"
        )
    if header[0].startswith("#"):
        return InputError(f"{path}: line {line} starts with #; take it out, so that the names of columns come first")
    if any(NUMBER.fullmatch(value.encode()) for value in header):
        return InputError(
            f"{path}: line {line} holds numbers, not the names of columns; add a line of names, such as {name}"
        )
    other = [sign for sign in ";\t| ," if len(header) == 1 and sign in header[0]]
    if other:
        return InputError(
            f"{path}: line {line} has one column, {header[0]!r}; if another character separates the values, say so in "
            f"the column map (separator: {json.dumps(other[0])})"
        )
    return missing(path, name, header)


def _explained(
    path: Path,
    header: list[str],
    types: Mapping[str, pa.DataType],
    separator: str,
    given: bool,
    empty: Sequence[str],
    text: str,
) -> InputError:
    """The error for the first line that cannot be read, which a slow search finds."""
    wanted = [(header.index(name), name, kind) for name, kind in types.items() if kind != pa.string()]
    is_first = not given
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            filled = line.strip(b"\r\n")
            if not filled:
                continue
            try:
                values = _values(path, number, filled, separator)
            except UnicodeDecodeError:
                return InputError(f"{path}: line {number} is not text in UTF-8; save the file as CSV in UTF-8")
            if len(values) != len(header):
                names = "columns; correct the line" if not given else "names; correct these, or the line"
                return InputError(
                    f"{path}: line {number} has {len(values)} values for {len(header)} {names} (it may be cut off, or "
                    "a decimal comma taken for a separator)"
                )
            if is_first:
                is_first = False
                continue
            if [value.strip() for value in values] == header:
                return InputError(f"{path}: line {number} holds the names of columns again; take it out")
            for column, name, kind in wanted:
                if not (_is_of(kind, values[column]) or (kind == pa.float64() and values[column] in empty)):
                    called = "whole number of 64 bits" if kind == pa.int64() else "number"
                    fault = f"{values[column]!r} is no {called}" if values[column].strip() else "there is no value"
                    return InputError(
                        f"{path}: line {number}, column {name}: {fault}; correct the line, or leave it out"
                    )
    return InputError(f"{path}: cannot be read as CSV ({text})")


def _is_of(kind: pa.DataType, value: str) -> bool:
    """Whether a value can be read as float64 or int64."""
    if kind == pa.int64():
        return bool(WHOLE.fullmatch(value.encode())) and -(2**63) <= int(value) < 2**63
    return bool(NUMBER.fullmatch(value.encode()))


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(f"{path}: is cut off or damaged ({error}); get the file again")
