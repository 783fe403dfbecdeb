"""The occupied pixels of windows as a sparse network takes them: no image is made dense."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showergrid.inputs.input_file import Images, ranges_of
from showergrid.inputs.kinds import Input, Inputs
from showergrid.inputs.window import Cut, Window, cut


@dataclass(frozen=True)
class Packed(Cut):
    """The windows of n events, whose batches hold their occupied pixels, event after event, and no empty one."""

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


def packed(images: Images, events: np.ndarray, window: Window, name: str) -> Packed:
    """The occupied pixels in the window of each of the `events` (n,) int64.

    Raises:
        InputError: as for `cut`.
    """
    return Packed(**vars(cut(images, events, window, name)))
