"""Images that a representation draws of an event's entries, such as its objects, when a batch is made of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from showergrid.core.plugins import load
from showergrid.inputs.input_file import DrawnImages, ranges_of, rows_of
from showergrid.inputs.kinds import Input, Inputs
from showergrid.inputs.settings import Representation


@dataclass(frozen=True)
class Drawings:
    """Images of n events; event i owns the entries offsets[i] to offsets[i + 1] of values (p, F) float32.

    event (n,) int64; shape: (C, H, W); draw: offsets (N + 1,) and values of N events to their images (N, C, H, W)
    float32, each as if it were alone.
    """

    name: str
    event: np.ndarray
    shape: tuple[int, ...]
    offsets: np.ndarray
    values: np.ndarray
    draw: Callable[[np.ndarray, np.ndarray], np.ndarray]
    share = None

    @property
    def inputs(self) -> Inputs:
        """One image."""
        return {self.name: Input("image", self.shape)}

    def __len__(self) -> int:
        """Number of events."""
        return self.event.size

    def batch(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """(N, C, H, W) float32, by name: the images of the events at `rows` (N,)."""
        rows = np.asarray(rows, dtype=np.int64)
        first, end = self.offsets[rows], self.offsets[rows + 1]
        entry, _ = ranges_of(first, end)
        return {self.name: self.draw(np.append(0, np.cumsum(end - first)), self.values[entry])}


def drawn(file: DrawnImages, representation: Representation, events: np.ndarray, name: str) -> Drawings:
    """The images of the `events` (n,) int64, as the `representation` of the file draws them.

    Raises:
        InputError: the file lacks an event.
    """
    module = load("representations", representation.module)
    parameters = module.Parameters(**representation.parameters)
    events = np.asarray(events, dtype=np.int64)
    rows = rows_of(file, events)
    first, end = file.offsets[rows], file.offsets[rows + 1]
    entry, _ = ranges_of(first, end)
    return Drawings(
        name=name,
        event=events,
        shape=(module.CHANNELS, *[file.resolution] * len(module.axes(parameters))),
        offsets=np.append(0, np.cumsum(end - first)),
        values=np.asarray(file.values[entry]),
        draw=partial(module.draw, resolution=file.resolution, parameters=parameters),
    )
