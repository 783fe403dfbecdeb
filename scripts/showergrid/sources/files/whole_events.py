"""Whole events from the consecutive rows of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.files.chunks import place
from showergrid.sources.files.conversion import Rows
from showergrid.sources.files.settings import ColumnMap


@dataclass(frozen=True)
class WholeEvents:
    """Whole events: event i owns the rows start[i] to start[i + 1] of `rows`, and the last the rest; start (E,)."""

    rows: Rows
    start: np.ndarray

    @property
    def n_hits(self) -> np.ndarray:
        """(E,) int64."""
        return np.diff(self.start, append=self.rows.origin.size)


def whole_events(parts: Iterable[Rows], min_hits: int, columns: ColumnMap, path: Path) -> Iterator[WholeEvents]:
    """Yield the events of a file in its order.

    Rows belong to one event as long as its numbers stay the same; a change of both pdg and energy also begins another
    event, since the numbers may repeat between the classes.

    Args:
        parts: the rows of the file.
        min_hits: fewest hits of an event.
        columns: the map, for messages.
        path: file, for messages.

    Raises:
        InputError: label or energy differ inside an event, its rows are scattered through the file, or it is too small.
    """
    seen = KnownEvents()
    small = None  # raised only at the end of the file, since scattered rows look like small events
    for events in _divided(parts, columns, path):
        seen.note(events)
        few = np.flatnonzero(events.n_hits < min_hits)
        if few.size and small is None:
            row, count = int(events.start[few[0]]), int(events.n_hits[few[0]])
            small = InputError(
                f"{path}: {_place(events.rows, row, columns, path)}: {_named(events.rows, row)} has {count} "
                f"hit{'s' if count > 1 else ''}, fewer than min_hits = {min_hits}; leave such events out of the file, "
                "or lower min_hits"
            )
        yield events
    if twice := seen.twice():
        key, first, second = twice
        first, second = (place(path, columns, origin, False) for origin in (first, second))
        raise InputError(
            f"{path}: event {shown(key)} starts at {first} and again at {second}; sort the file so that the rows of an "
            "event follow each other, or number its events differently"
        )
    if small is not None:
        raise small


def shown(key: np.ndarray | Sequence[int]) -> str:
    """The number of an event, or several such as run, subrun and event, for messages."""
    return ", ".join(str(int(part)) for part in key)


def _divided(parts: Iterable[Rows], columns: ColumnMap, path: Path) -> Iterator[WholeEvents]:
    kept: Rows | None = None
    for part in parts:
        rows = part if kept is None else kept.followed_by(part)
        start = np.append(0, 1 + np.flatnonzero(_begins(rows, columns, path)))
        if start.size > 1:
            yield WholeEvents(rows[: start[-1]], start[:-1])
        kept = rows[start[-1] :]
    if kept is None:
        raise InputError(f"{path}: has no hits; give a file with hits")
    yield WholeEvents(kept, np.zeros(1, np.int64))


def _begins(rows: Rows, columns: ColumnMap, path: Path) -> np.ndarray:
    """(N - 1,) bool: whether a row belongs to another event than the row before."""
    key = rows.origin[:, None] if rows.entries else rows.key
    begins = np.any(key[1:] != key[:-1], axis=1)
    differs = {
        name: np.zeros(begins.size, bool) if values is None else values[1:] != values[:-1]
        for name, values in (("pdg", rows.pdg), ("energy", rows.energy))
    }
    another = differs["pdg"] & differs["energy"] & (not rows.entries)
    for name, unit in (("pdg", ""), ("energy", " GeV")):
        wrong = np.flatnonzero(~begins & ~another & differs[name])
        if wrong.size:
            row = int(wrong[0]) + 1
            before, after = getattr(rows, name)[row - 1 : row + 1]
            raise InputError(
                f"{path}: {_place(rows, row, columns, path)}: {name} changes from {before:.9g}{unit} to "
                f"{after:.9g}{unit} inside {_named(rows, row)}; give every hit of an event the same {name}, "
                "and each event its own number"
            )
    return begins | another


def _place(rows: Rows, row: int, columns: ColumnMap, path: Path) -> str:
    return place(path, columns, int(rows.origin[row]), rows.entries)


def _named(rows: Rows, row: int) -> str:
    return "the event" if rows.key is None else f"event {shown(rows.key[row])}"


class KnownEvents:
    """A few numbers of each event of a file, by which to find events that come twice."""

    def __init__(self) -> None:
        self.width = 0
        self.keys: list[np.ndarray] = []
        self.origins: list[np.ndarray] = []

    def note(self, events: WholeEvents) -> None:
        """Remember the events, unless each is an entry of the file and so cannot come twice."""
        rows, start = events.rows, events.start
        if rows.entries:
            return
        self.width = rows.key.shape[1]
        self.keys.append(np.column_stack([rows.key[start], *([] if rows.pdg is None else [rows.pdg[start]])]))
        self.origins.append(rows.origin[start])

    def twice(self) -> tuple[np.ndarray, int, int] | None:
        """The first event that comes twice, by number and class: its number (k,) and the rows where it starts."""
        if not self.keys:
            return None
        keys, origins = np.concatenate(self.keys), np.concatenate(self.origins)
        order = np.lexsort(keys.T)
        again = np.flatnonzero(np.all(keys[order[1:]] == keys[order[:-1]], axis=1))
        if not again.size:
            return None
        earliest = int(again[np.argmin(origins[order[again + 1]])])
        first, second = order[earliest], order[earliest + 1]
        return keys[first][: self.width], int(origins[first]), int(origins[second])
