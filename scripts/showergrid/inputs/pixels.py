"""From hits to pixels: the grid that a resolution lays over the detector, and the pooling of hits that share a pixel.

Everything here works on whole chunks of events at once. Sums run over the hits in their stored order, so a result
does not depend on how the events were cut into chunks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from showergrid.events.hits import AXES, Hits


@dataclass(frozen=True)
class Grid:
    """The pixels of one resolution: `count[a]` of them between `minimum[a]` and `maximum[a]` on axis a.

    minimum (3,), maximum (3,) float64 [cm]; resolution: pixels across the detector in x (c of the reference);
    stretch (3,): pixels on each axis per pixel in x, so that a pixel has the same length [cm] on each.
    """

    resolution: int
    minimum: np.ndarray
    maximum: np.ndarray
    stretch: np.ndarray

    @classmethod
    def of(cls, axes: dict[str, dict[str, float]], resolution: int) -> Grid:
        """The grid over the `axes` of a calibration: {"x": {"min": ..., "max": ..., "stretch": ...}, ...} [cm, 1]."""
        fields = (np.array([axes[axis][key] for axis in AXES], dtype=np.float64) for key in ("min", "max", "stretch"))
        return cls(resolution, *fields)

    @property
    def count(self) -> np.ndarray:
        """(3,) int64: pixels along x, y, z, rounded half to even: (c, c, 1.25 c) in a detector of 4 x 4 x 5 m."""
        return np.rint(self.stretch * self.resolution).astype(np.int64)

    @property
    def size(self) -> np.ndarray:
        """(3,) float64: edges of a pixel [cm]."""
        return (self.maximum - self.minimum) / self.count

    def pixel(self, position: np.ndarray) -> np.ndarray:
        """(N, 3) int64: round((r - t_min) / (t_max - t_min) * c), half to even, of position (N, 3) [cm].

        Positions outside the calibrated range fall on pixels below 0 or above c.
        """
        share = position - self.minimum
        share /= self.maximum - self.minimum
        share *= self.count
        return np.rint(share, out=share).astype(np.int64)

    def origin(self, hits: Hits) -> np.ndarray:
        """(E, 3) int64: the pixel of each event's origin, its first hit."""
        return self.pixel(hits.position[hits.offsets[:-1]])

    def relative(self, hits: Hits) -> np.ndarray:
        """(N, 3) int64: the pixel of each hit, counted from the origin of its event."""
        pixel = self.pixel(hits.position)
        pixel -= hits.of_event(pixel[hits.offsets[:-1]])
        return pixel


@dataclass(frozen=True)
class Pixels:
    """Occupied pixels of a chunk's events, sorted by event and then lexicographically by place.

    row (P,) int64: index of the event in the chunk; place (P, D) int64: pixels from the event's origin;
    values (P, C) float64; charge (P,) float64: summed [tick ADC]; hits (P,) int64: how many lie in the pixel.
    """

    row: np.ndarray
    place: np.ndarray
    values: np.ndarray
    charge: np.ndarray
    hits: np.ndarray


@dataclass(frozen=True)
class Entries:
    """Entries of a chunk's events, made of its hits: those of an event together, in the order in which they are listed.

    row (P,) int64: index of the event in the chunk; values (P, F) float64; charge (P,) float64: summed [tick ADC];
    hits (P,) int64: how many are in the entry.
    """

    row: np.ndarray
    values: np.ndarray
    charge: np.ndarray
    hits: np.ndarray


@dataclass(frozen=True)
class Bins:
    """N entries grouped by event and place into B bins, which are sorted by event, then lexicographically by place.

    row (B,) and place (B, D) int64 name the bins; order (N,) sorts the entries by bin, those of one bin in their
    stored order (a slice of all where they are sorted); index (N,) is the bin of each sorted entry, start (B,) the
    first sorted entry of each bin.
    """

    row: np.ndarray
    place: np.ndarray
    order: np.ndarray | slice
    index: np.ndarray
    start: np.ndarray

    @classmethod
    def of(cls, row: np.ndarray, place: np.ndarray) -> Bins:
        """Group entries by row (N,) and place (N, D), both int64."""
        key = _packed([row, *place.T])
        order = _sorting(key)
        key = key[order]
        start, index = _runs(key[1:] != key[:-1], key.size)
        first = order[start]
        return cls(row[first], _rows(place, first), order, index, start)

    def of_first(self, axes: int) -> Bins:
        """These bins, grouped by event and the first `axes` columns of their places, by which they are sorted."""
        columns = [self.row, *self.place.T[:axes]]
        start, index = _runs(np.logical_or.reduce([c[1:] != c[:-1] for c in columns]), self.row.size)
        return Bins(self.row[start], _rows(self.place[:, :axes], start), slice(None), index, start)

    def sum(self, values: np.ndarray) -> np.ndarray:
        """(B,) float64 from (N,): the sum of each bin, added one by one in stored order (exact for whole numbers)."""
        return np.bincount(self.index, weights=values[self.order], minlength=self.start.size)

    def count(self) -> np.ndarray:
        """(B,) int64: entries in each bin."""
        return np.diff(self.start, append=self.index.size)

    def pool(self, values: np.ndarray, how: str) -> np.ndarray:
        """(B,) float64 from (N,): the largest value of each bin (`max`) or their mean (`mean`)."""
        if how == "max":
            return np.maximum.reduceat(values[self.order], self.start)
        return self.sum(values) / self.count()


def _runs(differs: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """First (B,) of each run of equal entries, and the run (N,) of each; `differs` (N - 1,): from the one before."""
    new = np.append(True, differs)[:size]
    return np.flatnonzero(new), np.cumsum(new) - 1


def _rows(place: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(B, D) of place (N, D), each column contiguous."""
    return np.array([column[rows] for column in place.T]).T


def _sorting(key: np.ndarray) -> np.ndarray:
    """(N,) int64: the stable order of keys (N,) >= 0, digit by digit: NumPy sorts 16 bits by radix, in linear time."""
    order = np.argsort(key.astype(np.uint16), kind="stable")
    for shift in range(16, int(key.max(initial=0)).bit_length(), 16):
        order = order[np.argsort((key >> shift)[order].astype(np.uint16), kind="stable")]
    return order


def columns(axes: Sequence[str]) -> list[int]:
    """The columns of a position (N, 3) that hold `axes`."""
    return [AXES.index(axis) for axis in axes]


def scaled_charge(charge: np.ndarray, largest: float, headroom: float, logarithm: bool) -> np.ndarray:
    """Charge divided by `headroom` times the `largest` of the training events; with `logarithm`, log1p of both.

    Between 0 and 1 in the training events; a test event may lie above.
    """
    if logarithm:
        return np.log1p(charge) / np.log1p(headroom * largest)
    return charge / (headroom * largest)


def _packed(columns: Sequence[np.ndarray]) -> np.ndarray:
    """(N,) int64 keys that sort like the `columns` (N,) do lexicographically, beginning with the first."""
    key, size = np.zeros(columns[0].size, dtype=np.int64), 1
    for column in columns:
        low = int(column.min(initial=0))
        span = int(column.max(initial=0)) - low + 1
        if size * span >= 2**63:  # a rare, very wide chunk: number the distinct values, in order
            (key, size), (column, span) = _ranked(key), _ranked(column)
            low = 0
        key = key * span + (column - low)
        size *= span
    return key


def _ranked(column: np.ndarray) -> tuple[np.ndarray, int]:
    """The rank (N,) of each value of the column (N,) among its distinct values, and the number of these."""
    distinct, rank = np.unique(column, return_inverse=True)
    return rank, distinct.size
