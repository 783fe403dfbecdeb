"""Whole events from the consecutive rows of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.reading.chunks import place
from showergrid.sources.reading.conversion import Rows
from showergrid.sources.reading.settings import ColumnMap, Limits


@dataclass(frozen=True)
class WholeEvents:
    """Whole events: event i owns the rows start[i] to start[i + 1] of `rows`, and the last the rest.

    start (E,) int64; place (E,) int64: how many events come before it in the file, with those that are left out.
    """

    rows: Rows
    start: np.ndarray
    place: np.ndarray

    @property
    def n_hits(self) -> np.ndarray:
        """(E,) int64."""
        return np.diff(self.start, append=self.rows.origin.size)

    def n_kept(self) -> np.ndarray:
        """(E,) int64: the hits of each event that are not left out."""
        return np.add.reduceat(self.rows.kept.astype(np.int64), self.start)

    def only(self, chosen: np.ndarray) -> WholeEvents:
        """The kept hits of the events for which chosen (E,) bool is true."""
        kept = self.rows.kept & np.repeat(chosen, self.n_hits)
        if kept.all():
            return self
        size = self.n_kept()[chosen]
        return WholeEvents(self.rows[kept], np.cumsum(size) - size, self.place[chosen])


def whole_events(
    parts: Iterable[Rows], limits: Limits, columns: ColumnMap, path: Path, left_out: Counter[str]
) -> Iterator[WholeEvents]:
    """Yield the events of a file in its order.

    Rows belong to one event as long as its numbers stay the same; a change of both pdg and energy also begins another
    event, since the numbers may repeat between the classes. Hits that are left out count up to here.

    Args:
        parts: the rows of the file.
        limits: fewest hits of an event, and whether events with fewer are left out.
        columns: the map, for messages.
        path: file, for messages.
        left_out: to which the events that are left out are added.

    Raises:
        InputError: label or energy differ inside an event, its rows are scattered through the file, or it is too small.
    """
    seen = KnownEvents()
    fault = None  # raised only at the end of the file, since scattered rows look like small events
    for events in _divided(parts, columns, path):
        seen.note(events)
        size = events.n_kept()
        for kind, wrong in (("empty_events", size == 0), ("small_events", (size > 0) & (size < limits.min_hits))):
            if kind in limits.skip:
                left_out[kind] += int(wrong.sum())
            elif wrong.any() and fault is None:
                first = int(np.argmax(wrong))
                fault = _too_few(events, first, int(size[first]), kind, limits, columns, path)
        events = events.only(size >= limits.min_hits)
        if events.start.size:
            yield events
    if twice := seen.twice():
        key, first, second = twice
        first, second = (place(path, columns, origin, False) for origin in (first, second))
        raise InputError(
            f"{path}: event {shown(key)} starts at {first} and again at {second}; sort the file so that the rows of an "
            "event follow each other, or number its events differently"
        )
    if fault is not None:
        raise fault


def shown(key: np.ndarray | Sequence[int]) -> str:
    """The number of an event, or several such as run, subrun and event, for messages."""
    return ", ".join(str(int(part)) for part in key)


def _divided(parts: Iterable[Rows], columns: ColumnMap, path: Path) -> Iterator[WholeEvents]:
    rest: Rows | None = None  # of the last event, which may go on in the next part
    count = 0
    for part in parts:
        rows = part if rest is None else rest.followed_by(part)
        start = np.append(0, 1 + np.flatnonzero(_begins(rows, columns, path)))
        if start.size > 1:
            yield _events(rows[: start[-1]], start[:-1], count)
        count += start.size - 1
        rest = rows[start[-1] :]
    if rest is None:
        raise InputError(f"{path}: has no hits; give a file with hits")
    if rest.origin.size:
        yield _events(rest, np.zeros(1, np.int64), count)


def _events(rows: Rows, start: np.ndarray, before: int) -> WholeEvents:
    """Events that begin at the rows start (E,); `before` of them come earlier in the file, if they are no entries."""
    return WholeEvents(rows, start, rows.origin[start] if rows.entries else before + np.arange(start.size))


def _too_few(
    events: WholeEvents, event: int, count: int, kind: str, limits: Limits, columns: ColumnMap, path: Path
) -> InputError:
    row = int(events.start[event])
    hits = {0: "no hit left", 1: "1 hit"}.get(count, f"{count} hits")
    return InputError(
        f"{path}: {_place(events.rows, row, columns, path)}: {_named(events.rows, row)} has {hits}, fewer than "
        f"min_hits = {limits.min_hits}; lower min_hits, or let such events be left out (skip: [{kind}])"
    )


def _begins(rows: Rows, columns: ColumnMap, path: Path) -> np.ndarray:
    """(N - 1,) bool: whether a row belongs to another event than the row before."""
    key = rows.origin[:, None] if rows.entries else rows.key
    begins = np.zeros(max(len(key) - 1, 0), bool)
    for numbers in key.T:
        begins |= numbers[1:] != numbers[:-1]
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
