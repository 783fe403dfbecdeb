"""Sets of entries, such as hits, and rows of a table, as a network takes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showergrid.inputs.input_file import SetInput, TableInput, blocks_of, ranges_of, rows_of
from showergrid.inputs.kinds import Input, Inputs, Share


@dataclass(frozen=True)
class FirstEntries:
    """The first entries of n events: event i owns the entries offsets[i] to offsets[i + 1] of values (p, F) float32.

    event (n,) int64; length: entries of an event at most.
    """

    name: str
    event: np.ndarray
    offsets: np.ndarray
    values: np.ndarray
    length: int
    share: Share | None

    @property
    def inputs(self) -> Inputs:
        """One set (length, F)."""
        return {self.name: Input("set", (self.length, self.values.shape[1]))}

    def __len__(self) -> int:
        """Number of events."""
        return self.event.size

    def batch(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Entries (N, length, F) float32, 0 where there is none, and which are there (N, length) bool."""
        rows = np.asarray(rows, dtype=np.int64)
        entry, event = ranges_of(self.offsets[rows], self.offsets[rows + 1])
        place = entry - self.offsets[rows][event]
        dense = np.zeros((rows.size, self.length, self.values.shape[1]), dtype=np.float32)
        there = np.zeros(dense.shape[:2], dtype=bool)
        dense[event, place] = self.values[entry]
        there[event, place] = True
        return {self.name: dense, f"{self.name}.mask": there}


def first_entries(lists: SetInput, events: np.ndarray, length: int, name: str) -> FirstEntries:
    """The first `length` entries of each of the `events` (n,) int64.

    Raises:
        InputError: the file lacks an event.
    """
    events = np.asarray(events, dtype=np.int64)
    rows = rows_of(lists, events)
    first, end = lists.offsets[rows], lists.offsets[rows + 1]
    last = np.minimum(end, first + length)
    entry, _ = ranges_of(first, last)
    share = None
    if lists.charge is not None:
        share = Share(*(_share(weight, first, last, end) for weight in (lists.charge, lists.hits)))
    return FirstEntries(name, events, np.append(0, np.cumsum(last - first)), lists.values[entry], length, share)


def _share(weight: np.ndarray, first: np.ndarray, last: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(n,) float64: the share of the `weight` of the entries first[i] to end[i] that those before last[i] have."""
    share = np.zeros(first.size)
    for low, high in blocks_of(end - first):
        inside, total = (
            np.bincount(event, weight[entry], high - low)
            for entry, event in (ranges_of(first[low:high], until[low:high]) for until in (last, end))
        )
        np.divide(inside, total, out=share[low:high], where=total > 0)
    return share


@dataclass(frozen=True)
class SeenRows:
    """TableInput (n, F) float32 of n events (n,) int64."""

    name: str
    event: np.ndarray
    values: np.ndarray
    share = None

    @property
    def inputs(self) -> Inputs:
        """One table (F,)."""
        return {self.name: Input("table", self.values.shape[1:])}

    def __len__(self) -> int:
        """Number of events."""
        return self.event.size

    def batch(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """(N, F) float32: the rows of the events at `rows` (N,)."""
        return {self.name: self.values[rows]}

    def of(self, events: np.ndarray) -> SeenRows:
        """The rows of `events` (m,) int64, all of which must be present."""
        return SeenRows(self.name, events, self.values[np.searchsorted(self.event, events)])


def table_rows(table: TableInput, events: np.ndarray, name: str) -> SeenRows:
    """The rows of the `events` (n,) int64.

    Raises:
        InputError: the file lacks an event.
    """
    events = np.asarray(events, dtype=np.int64)
    return SeenRows(name, events, np.asarray(table.values[rows_of(table, events)]))
