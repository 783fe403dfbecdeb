"""Files whose columns are arrays: one row a hit, and perhaps offsets or counts that tell the hits of each event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.reading.formats.chunk import Chunk, Part, column_of, flattened
from showergrid.sources.reading.settings import Key


@dataclass(frozen=True)
class Arrays:
    """Arrays by column: how many rows each has, and what reads the rows `first` to `last` of some of them."""

    lengths: Mapping[str, int]
    read: Callable[[Sequence[str], int, int], dict[str, np.ndarray]]


def flat(columns: Arrays, wanted: Mapping[str, Part], rows: int, path: Path) -> Iterator[Chunk]:
    """Yield columns with one row a hit, `rows` at a time.

    Raises:
        InputError: they differ in length, or hold other than the numbers that are `wanted`.
    """
    length = one_length(columns.lengths, path)
    for first in range(0, length, rows):
        last = min(first + rows, length)
        values = columns.read(list(wanted), first, last)
        values = {name: column_of(name, part, values[name], path) for name, part in wanted.items()}
        yield Chunk(values, np.arange(first, last), entries=False)


def with_offsets(
    columns: Arrays, wanted: Mapping[str, Part], event: Key, given: np.ndarray, rows: int, path: Path
) -> Iterator[Chunk]:
    """Yield columns with one row a hit, or one an event, about `rows` hits at a time.

    `given` holds the offsets or the counts that `event` names.

    Raises:
        InputError: these do not divide all the hits, or a column has another number of rows.
    """
    name = event.offsets or event.counts
    many = max(columns.lengths.values(), default=0)
    offsets = _offsets(event, given, many, path)
    count = offsets.size - 1
    for column, length in columns.lengths.items():
        if length not in (many, count):
            raise InputError(
                f"{path}: column {column} has {length} rows; with {name} it needs one for each of the "
                f"{count} events or of the {many} hits"
            )
    hits = [column for column, length in columns.lengths.items() if length == many]
    single = [column for column in columns.lengths if column not in hits]
    first = 0
    while first < count:
        last = max(first + 1, int(np.searchsorted(offsets, offsets[first] + rows, "right")) - 1)
        lengths = np.diff(offsets[first : last + 1])
        values = columns.read(hits, int(offsets[first]), int(offsets[last])) | columns.read(single, first, last)
        values = {column: column_of(column, wanted[column], numbers, path) for column, numbers in values.items()}
        lists = {column: (values[column], lengths) for column in hits}
        yield flattened(lists, {column: values[column] for column in single}, first, path)
        first = last


def one_length(lengths: Mapping[str, int], path: Path) -> int:
    """The number of rows, which is the same for all columns.

    Raises:
        InputError: it is not.
    """
    first = next(iter(lengths))
    for name, length in lengths.items():
        if length != lengths[first]:
            raise InputError(
                f"{path}: column {first} has {lengths[first]} rows and {name} has {length}; columns need the same "
                "number of rows, or offsets that tell which belong together"
            )
    return lengths[first]


def _offsets(event: Key, given: np.ndarray, many: int, path: Path) -> np.ndarray:
    """(E + 1,) int64: the first hit of each event, and the number of hits, `many`."""
    name = event.offsets or event.counts
    if given.dtype.kind not in "iu" or given.ndim != 1:
        raise InputError(f"{path}: {name} holds no whole numbers, one an event; name the offsets or counts of events")
    given = given.astype(np.int64)
    if event.counts is not None:
        if np.any(given < 0):
            raise InputError(f"{path}: {name}: a count is below 0, that of event {np.argmin(given)} (from 0)")
        offsets = np.append(0, np.cumsum(given))
    else:
        offsets = given if given.size and given[-1] == many else np.append(given, many)
    if offsets[0] != 0 or offsets[-1] != many or np.any(np.diff(offsets) < 0):
        wrong = int(np.argmax(np.diff(offsets) < 0))
        raise InputError(
            f"{path}: {name}: the events do not follow each other from the first of the {many} hits to the last "
            f"(see event {wrong}, from 0); offsets ascend from 0, counts add up to all hits"
        )
    return offsets
