"""Choose the events of a study to explain, and the part of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from showergrid.core.seeds import generator
from showergrid.inputs.input_file import Images
from showergrid.inputs.pixels import Grid, columns
from showergrid.inputs.window import Cut, Window


def drawn(events: np.ndarray, number: int, seed: int) -> np.ndarray:
    """(n,) int64, sorted: at most `number` of the `events` (N,), drawn without replacement."""
    return np.sort(generator(seed, "explanation").permutation(events)[:number])


def largest(values: np.ndarray, offsets: np.ndarray, share: float) -> np.ndarray:
    """(N,) bool: the `share` of each event's entries, rounded up, whose `values` (N,) are the largest.

    Event i owns the entries offsets[i] to offsets[i + 1]; of equal values the first counts as the larger.
    """
    size = np.diff(offsets)
    row = np.repeat(np.arange(size.size), size)
    rank = np.empty(values.size, np.int64)
    rank[np.lexsort((-values, row))] = np.arange(values.size) - offsets[:-1][row]
    number = np.ceil(np.round(share * size, 9))  # 0.07 x 100 is 7.000000000000001
    return rank < number[row]


def places(images: Images, seen: Cut, window: Window) -> np.ndarray:
    """(p, D) int64: the pixels of `seen`, cut out of `images` by `window`, counted from the origin of their event."""
    rows = np.searchsorted(images.event, seen.event)
    start = window.start(images.centre[rows], images.end[rows], images.direction[rows])
    inside = np.stack(np.unravel_index(seen.position, window.shape), axis=1)
    return inside + np.repeat(start, np.diff(seen.offsets), axis=0)


def pixel_size(calibration: Mapping[str, Any], axes: Sequence[str]) -> list[float]:
    """Size of a pixel along each of the `axes` [cm]."""
    grid = Grid.of(calibration["axes"], calibration["resolution"])
    return ((grid.maximum - grid.minimum) / grid.count)[columns(axes)].tolist()
