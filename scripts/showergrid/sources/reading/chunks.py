"""Files, read in chunks that are the same for every format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from showergrid.core.errors import InputError
from showergrid.sources.reading.formats import csv, hdf5, npz, parquet, root
from showergrid.sources.reading.formats.chunk import ROWS, Chunk
from showergrid.sources.reading.settings import ColumnMap, FileFormat, Key

SUFFIXES = {
    ".csv": "csv",
    ".csv.gz": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".npz": "npz",
    ".root": "root",
}
NAMES = {"csv": "CSV", "parquet": "Parquet", "hdf5": "HDF5", "npz": ".npz", "root": "ROOT"}
ZIP = "a ZIP archive, as .npz files and Excel sheets are"
OPENINGS = {  # first bytes of files that are often taken for others
    b"PAR1": "parquet",
    b"\x89HDF\r\n\x1a\n": "hdf5",
    b"root": "root",
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": ZIP,
    b"\x89PNG": "a PNG image",
    b"%PDF": "a PDF",
    b"\x93NUMPY": "a NumPy file",
    b"\xff\xfe": "text in UTF-16, which must be saved in UTF-8",
    b"\x80": "a pickle",
}


def read(
    path: Path, columns: ColumnMap, names: Sequence[str], table: str | None, event: Key, rows: int = ROWS
) -> Iterator[Chunk]:
    """Yield the columns `names` of a file of hits, which hold numbers, about `rows` hits at a time.

    Args:
        path: file.
        columns: its format and separator.
        names: columns of `table`.
        table: tree, group, compound dataset or structured array, if the file has one.
        event: offsets or counts of the events, if the file has them.
        rows: hits per chunk.

    Raises:
        InputError: the file is damaged or of another format, or a column cannot be read.
    """
    for chunk in read_any(path, columns, dict.fromkeys(names, pa.float64()), table, event, rows):
        for name, values in chunk.columns.items():
            if not is_number(values):
                raise InputError(f"{path}: column {name} holds no numbers; name another, or convert it to numbers")
        yield chunk


def is_number(values: np.ndarray) -> bool:
    """Whether values as a file holds them are numbers, not text or something else."""
    return values.dtype.kind in "iufb"


def read_any(
    path: Path,
    columns: FileFormat,
    types: Mapping[str, pa.DataType],
    table: str | None,
    event: Key,
    rows: int = ROWS,
) -> Iterator[Chunk]:
    """Yield the columns of a file as `read` does, but whatever they hold; a CSV file has them in the `types` given.

    Raises:
        InputError: as `read`.
    """
    file_format = format_of(path, columns)
    _check_opening(path, file_format)
    if file_format not in ("hdf5", "npz") and (event.offsets is not None or event.counts is not None):
        raise InputError(
            f"{path}: event: offsets and counts are read from HDF5 and .npz only; name the column of the events"
        )
    names = list(types)
    match file_format:
        case "csv":
            return csv.chunks(path, types, columns.separator, rows, columns.header, columns.empty)
        case "parquet":
            return parquet.chunks(path, names, rows)
        case "hdf5":
            return hdf5.chunks(path, names, table, event, rows)
        case "npz":
            return npz.chunks(path, names, table, event, rows)
        case _:
            return root.chunks(path, names, table, rows)


def format_of(path: Path, columns: FileFormat) -> str:
    """The format that the map names or the file's suffix stands for.

    Raises:
        InputError: neither gives one.
    """
    if columns.format is not None:
        return columns.format
    for suffix, file_format in SUFFIXES.items():
        if path.name.lower().endswith(suffix):
            return file_format
    raise InputError(
        f"{path}: the suffix tells no format ({', '.join(SUFFIXES)} do); rename the file, or give `format` in a column "
        "map"
    )


def place(path: Path, columns: FileFormat, origin: int, entries: bool) -> str:
    """The name of a row (from 0) or an entry of a file in messages."""
    if entries:
        return f"entry {origin}"
    if format_of(path, columns) == "csv":
        return f"line {csv.line_of(path, origin, columns.header is None)}"
    return f"row {origin + 1}"


def _check_opening(path: Path, expected: str) -> None:
    """Refuse a file whose first bytes are not those of the format `expected`."""
    with open(path, "rb") as file:
        start = file.read(1 << 10)
    if not start:
        raise InputError(f"{path}: is empty; give a file that holds something")
    actual = next((kind for opening, kind in OPENINGS.items() if start.startswith(opening)), None)
    if expected != "csv":
        fits = actual == (ZIP if expected == "npz" else expected)
    elif path.suffix == ".gz":
        fits = actual == "gzip"
    else:
        fits = actual is None and b"\0" not in start
    if fits:
        return
    looks = f"it looks like {NAMES.get(actual, actual)}" if actual else "it starts with other bytes"
    raise InputError(f"{path}: is no {NAMES[expected]} file; {looks}; correct its suffix, or `format` in a column map")
