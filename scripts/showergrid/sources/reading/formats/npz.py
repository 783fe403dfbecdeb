"""NumPy's .npz files: an array a column, one row a hit, or flat hits with offsets or counts of the events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.reading.formats.arrays import Arrays, flat, with_offsets
from showergrid.sources.reading.formats.chunk import Chunk, missing, parts
from showergrid.sources.reading.settings import Key


def chunks(path: Path, names: Sequence[str], table: str | None, event: Key, rows: int) -> Iterator[Chunk]:
    """Yield the columns `names`, about `rows` hits at a time. Their arrays are read whole, and never as pickles.

    Args:
        path: file.
        names: arrays, or fields of `table`.
        table: a structured array, whose fields are the columns.
        event: its `offsets` or `counts`, if there are any, tell which of the flat hits are one event.
        rows: hits of one chunk.

    Raises:
        InputError: the file is damaged, an array is missing or holds no numbers, or the arrays do not fit together.
    """
    wanted = parts(names)
    divided = [name for name in (event.offsets, event.counts) if name]
    arrays = _arrays(path, [*dict.fromkeys(part.path for part in wanted.values()), *divided], table)
    values = {}
    for name, part in wanted.items():
        if part.step > 1:
            raise InputError(f"{path}: column {name}: arrays hold no lists of events; name one, such as {part.path}[0]")
        values[name] = arrays[part.path]
    lengths = {name: len(array) if array.ndim else 0 for name, array in values.items()}
    columns = Arrays(lengths, lambda some, first, last: {name: values[name][first:last] for name in some})
    if divided:
        yield from with_offsets(columns, wanted, event, arrays[divided[0]], rows, path)
    else:
        yield from flat(columns, wanted, rows, path)


def _arrays(path: Path, names: Sequence[str], table: str | None) -> dict[str, np.ndarray]:
    """The arrays of these names, or the fields of the structured array `table`."""
    name = table
    try:
        with np.load(path, allow_pickle=False) as file:
            if table is not None and table not in file.files:
                raise InputError(
                    f"{path}: no table {table}; it has {', '.join(file.files)}; correct `table` in the column map"
                )
            source = file if table is None else file[table]
            known = (source.files if table is None else source.dtype.names) or ()
            arrays = {}
            for name in names:
                if name not in known:
                    raise missing(path, name, list(known))
                arrays[name] = source[name]
                if not isinstance(arrays[name], np.ndarray):  # NumPy hands over the bytes of other members
                    raise ValueError(f"{name} is no array")
            return arrays
    except InputError:
        raise
    except Exception as error:  # NumPy and zipfile raise many kinds of errors for damaged bytes
        if "Object arrays cannot be loaded" in str(error):
            raise InputError(
                f"{path}: array {name} holds Python objects, which are not loaded since they could run any program; "
                "join the hits of all events with np.concatenate, and save how many each event has (docs/ingest.md)"
            ) from None
        raise InputError(
            f"{path}: cannot be read as .npz ({type(error).__name__}: {error}); it is cut off or damaged, get it again"
        ) from None
