"""The occupied pixels of windows as a sparse network takes them: no image is made dense."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from showergrid.core.errors import InputError
from showergrid.inputs.input_file import Images, ranges_of, rows_of
from showergrid.inputs.kinds import Input, Inputs
from showergrid.inputs.window import Cut, Window, cut


@dataclass(frozen=True)
class Packed(Cut):
    """The windows of n events, whose batches hold their occupied pixels, event after event, and no empty one.

    start (n, D) int64: the low corner of each window, in pixels from the event's origin.
    """

    start: np.ndarray = field(kw_only=True)

    @property
    def inputs(self) -> Inputs:
        """The pixels of one image."""
        return {self.name: Input("pixels", self.shape)}

    def batch(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Pixels (P, C) float32 of the events at `rows` (N,), their places (P, D) int64 and how many each has (N,).

        Of an event they are sorted by place, the last axis fastest.
        """
        rows = np.asarray(rows, dtype=np.int64)
        first, end = self.offsets[rows], self.offsets[rows + 1]
        pixels, _ = ranges_of(first, end)
        place = np.unravel_index(self.position[pixels], self.shape[1:])
        return {
            self.name: np.ascontiguousarray(self.values[:, pixels].T),
            f"{self.name}.place": np.stack(place, axis=1).astype(np.int64),
            f"{self.name}.count": end - first,
        }

    def parts(self, rows: np.ndarray) -> np.ndarray:
        """The pixels (P,) int64 of the events at `rows` (N,), event by event, as their batch has them."""
        rows = np.asarray(rows, dtype=np.int64)
        pixels, _ = ranges_of(self.offsets[rows], self.offsets[rows + 1])
        return pixels

    def pixel_of(self, event: np.ndarray, place: np.ndarray) -> np.ndarray:
        """The pixel (H,) int64 at each `place` (H, D), from the origin of its `event` (H,); -1 outside the windows.

        The windows are sorted by event; of an event that has none nothing is inside.

        Raises:
            InputError: a place inside a window is not occupied.
        """
        window = self.shape[1:]
        row = np.minimum(np.searchsorted(self.event, event), max(len(self) - 1, 0))
        inside = np.flatnonzero(self.event[row] == event) if len(self) else np.empty(0, np.int64)
        place = place[inside] - self.start[row[inside]]
        kept = np.all((place >= 0) & (place < window), axis=1)
        inside, place = inside[kept], place[kept]
        size = math.prod(window)
        occupied = np.repeat(np.arange(len(self)), np.diff(self.offsets)) * size + self.position  # ascending
        wanted = row[inside] * size + np.ravel_multi_index(place.T, window)
        if not np.isin(wanted, occupied).all():
            raise InputError("hits: they are not those of which the inputs were made; have both made again")
        pixel = np.full(event.size, -1)
        pixel[inside] = np.searchsorted(occupied, wanted)
        return pixel


def packed(images: Images, events: np.ndarray, window: Window, name: str) -> Packed:
    """The occupied pixels in the window of each of the `events` (n,) int64.

    Raises:
        InputError: as for `cut`.
    """
    rows = rows_of(images, np.asarray(events, dtype=np.int64))
    start = window.start(images.centre[rows], images.end[rows], images.direction[rows])
    return Packed(**vars(cut(images, events, window, name)), start=start)
