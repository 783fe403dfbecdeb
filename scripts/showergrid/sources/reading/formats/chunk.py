"""A chunk of a file of hits, the same for every format, and the names that select its columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError

ROWS = 1 << 15  # hits of one chunk, or those of one event if it has more


@dataclass(frozen=True)
class Chunk:
    """Some hits of a file, in its order.

    columns: values by the name that selects them, (N,), or (N, k) where a column holds k per row: numbers, or what the
    file has else, such as text. origin (N,) int64: the row of each hit, from 0; where an entry of the file is an event
    (`entries`), the entry of each hit, and a chunk then holds whole entries, of which those of `empty` (K,) int64 have
    no hits.
    """

    columns: dict[str, np.ndarray]
    origin: np.ndarray
    entries: bool
    empty: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))

    def only(self, chosen: np.ndarray) -> Chunk:
        """The hits for which chosen (N,) bool is true."""
        columns = {name: values[chosen] for name, values in self.columns.items()}
        return Chunk(columns, self.origin[chosen], self.entries)


@dataclass(frozen=True)
class Part:
    """What a column's name selects: of `path`, number `index` of each row, or every `step`-th number from `start` on.

    `position[0]` is the first number of each row of a two-dimensional column; `point[3::8]` is every eighth number,
    from the fourth on, of the list of numbers of each event.
    """

    path: str
    index: int | None = None
    start: int = 0
    step: int = 1

    @classmethod
    def of(cls, name: str) -> Part:
        """The part that a name in a column map stands for."""
        if match := re.fullmatch(r"(.+)\[(\d+)\]", name):
            return cls(match[1], index=int(match[2]))
        if match := re.fullmatch(r"(.+)\[(\d+)::(\d+)\]", name):
            if int(match[3]) <= int(match[2]):
                raise InputError(f"column {name}: the number before :: counts from 0 up to, not with, the one behind")
            return cls(match[1], start=int(match[2]), step=int(match[3]))
        return cls(name)


def parts(names: Sequence[str]) -> dict[str, Part]:
    """The part that each name stands for."""
    return {name: Part.of(name) for name in names}


def column_of(name: str, part: Part, values: np.ndarray, path: Path) -> np.ndarray:
    """The values of a column: (N,), or (N, k) of a two-dimensional one that is selected as a whole.

    Raises:
        InputError: it holds fewer per row than the name needs.
    """
    if part.index is None:
        return values
    if values.ndim != 2 or part.index >= values.shape[1]:
        held = values.shape[1] if values.ndim == 2 else 1
        raise InputError(f"{path}: column {name}: {part.path} holds {held} numbers a row, counted from 0")
    return values[:, part.index]


def strided(
    name: str, part: Part, values: np.ndarray, lengths: np.ndarray, first: int, path: Path
) -> tuple[np.ndarray, np.ndarray]:
    """What `part` selects of the numbers of all lists, joined (M,), and of the lengths of the lists (E,).

    Raises:
        InputError: the length of a list is no multiple of the step; `first` is the number of the first entry.
    """
    if np.any(lengths % part.step):
        entry = int(np.argmax(lengths % part.step != 0))
        raise InputError(
            f"{path}: entry {first + entry}: {part.path} holds {lengths[entry]} numbers, which is no multiple of the "
            f"{part.step} in {name}; correct the name, or the file is damaged"
        )
    return values[part.start :: part.step], lengths // part.step


def flattened(
    lists: Mapping[str, tuple[np.ndarray, np.ndarray]],
    single: Mapping[str, np.ndarray],
    first: int,
    path: Path,
) -> Chunk:
    """A chunk of entries, each of which is an event with lists of its hits' values.

    A column whose lists all hold one number, where those of others hold more, has one value per entry: so labels stand
    in trees whose branches are all vectors.

    Args:
        lists: by column, the values of all entries, joined, (N,) or (N, k), and how many each entry has (E,).
        single: by column, one value per entry, (E,) or (E, k).
        first: number of the first entry.
        path: file, for messages.

    Raises:
        InputError: lists of one entry differ in length.
    """
    if not lists:
        raise InputError(f"{path}: no column has one value a hit; name the columns of the hits in the column map")
    entries = np.arange(first, first + next(iter(lists.values()))[1].size)
    # Of an event without hits, even the list of its label may be empty
    filled = np.any([lengths > 0 for _, lengths in lists.values()], axis=0)
    lists = {name: (values, lengths[filled]) for name, (values, lengths) in lists.items()}
    single = {name: values[filled] for name, values in single.items()}
    if any(np.any(lengths != 1) for _, lengths in lists.values()):
        single |= {name: values for name, (values, lengths) in lists.items() if np.all(lengths == 1)}
        lists = {name: column for name, column in lists.items() if name not in single}
    counted, (_, counts) = next(iter(lists.items()))
    for name, (_, lengths) in lists.items():
        if np.any(lengths != counts):
            entry = int(np.argmax(lengths != counts))
            raise InputError(
                f"{path}: entry {entries[filled][entry]}: {counted} has {counts[entry]} values and {name} has "
                f"{lengths[entry]}; both need one a hit, so correct the column map or the file"
            )
    entry = np.repeat(np.arange(counts.size), counts)
    columns = {name: values for name, (values, _) in lists.items()}
    columns |= {name: values[entry] for name, values in single.items()}
    origin = entries[filled][entry]
    return Chunk(columns, origin, entries=True, empty=np.setdiff1d(entries, origin))


def missing(path: Path, name: str, known: Sequence[str]) -> InputError:
    """The error for a column that is not there."""
    shown = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "")
    return InputError(
        f"{path}: no column {name}; it has {shown or 'none'}; say in a column map which is which (docs/ingest.md)"
    )
