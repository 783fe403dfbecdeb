"""Windows of fixed size cut out of an image file, and dense batches of them.

`cut` finds the pixels that fall inside the window once, for all events; `Cut.batch` then only scatters them into a
zeroed array.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from showergrid.core.errors import InputError
from showergrid.inputs.input_file import Images, ProngImages, blocks_of, ranges_of, rows_of
from showergrid.inputs.kinds import Input, Inputs, Share
from showergrid.inputs.settings import Origin, WindowSettings


@dataclass(frozen=True)
class Window:
    """A box of pixels that follows an event's origin; every field but `origin` has one entry per image axis.

    margin: the pixels between the origin and the low edge, and those between it and the high edge. placement: `start`
    puts the origin at the margin of the low edge; `direction` puts it at that of the low edge if the shower runs up, of
    the high edge if it runs down, and in the middle if it has no direction; `centre` puts it in the middle. The middle
    is pixel size // 2. origin: `first_hit`; `end`, which is placed like the first hit of a shower that runs the other
    way: at the margin of the opposite edge; or `charge_centre`, which is placed in the middle on every axis.
    """

    shape: tuple[int, ...]
    placement: tuple[str, ...]
    margin: tuple[tuple[int, int], ...]
    origin: Origin

    @classmethod
    def of(cls, settings: WindowSettings, axes: Sequence[str]) -> Window:
        """The window of images over `axes`.

        Raises:
            InputError: its shape has another number of axes, an axis has no placement, or a margin is too large.
        """
        shape = settings.shape
        if len(shape) != len(axes):
            raise InputError(f"window: shape {shape} does not fit images over {', '.join(axes)}; give one size each")
        margins = tuple(_from_edges(settings.margin.get(axis, 0)) for axis in axes)
        for axis, size, margin in zip(axes, shape, margins, strict=True):
            if axis not in settings.placement:
                raise InputError(f"window: placement lacks axis {axis}; give start, direction or centre")
            if size <= max(margin):
                raise InputError(f"window: {size} pixels in {axis}, too few for the margin of {max(margin)}")
        return cls(
            shape=tuple(shape),
            placement=tuple(settings.placement[axis] for axis in axes),
            margin=margins,
            origin=settings.origin,
        )

    def start(self, centre: np.ndarray, end: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """(E, D) int64: the window's low corner in pixels from the first hit; arguments (E, D) as in Images."""
        size, (low, high) = np.array(self.shape), np.transpose(self.margin)
        if self.origin == "charge_centre":
            return centre.astype(np.int64) - size // 2
        up, down, middle = low, size - 1 - high, size // 2
        follows = np.zeros_like(direction)
        if self.origin == "end":
            up, down, follows = down, up, end
        by_direction = np.select([direction > 0, direction < 0], [up, down], middle)
        by_placement = {"start": up, "centre": middle}
        inside = [by_placement.get(place, by_direction.T)[axis] for axis, place in enumerate(self.placement)]
        return follows - np.stack([np.broadcast_to(pixel, len(direction)) for pixel in inside], axis=1).astype(np.int64)


def _from_edges(margin: int | tuple[int, int]) -> tuple[int, int]:
    """The margins of the low and of the high edge."""
    return margin if isinstance(margin, tuple) else (margin, margin)


@dataclass(frozen=True)
class Cut:
    """The windows of n events, in the order of the request: event i owns the pixels offsets[i] to offsets[i + 1].

    event (n,) int64; shape: (C, *window); position (p,) int32: flat index in the window; values (C, p) float32.
    """

    event: np.ndarray
    shape: tuple[int, ...]
    offsets: np.ndarray
    position: np.ndarray
    values: np.ndarray
    share: Share
    name: str = "image"

    @property
    def inputs(self) -> Inputs:
        """One image."""
        return {self.name: Input("image", self.shape)}

    def __len__(self) -> int:
        """Number of events."""
        return self.event.size

    def batch(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """(N, C, *window) float32, by name: the images of the events at `rows` (N,); empty pixels are 0."""
        rows = np.asarray(rows, dtype=np.int64)
        pixels, image = ranges_of(self.offsets[rows], self.offsets[rows + 1])
        channels, *window = self.shape
        dense = np.zeros((rows.size, channels, math.prod(window)), dtype=np.float32)
        for channel in range(channels):
            dense[image, channel, self.position[pixels]] = self.values[channel, pixels]
        return {self.name: dense.reshape(rows.size, channels, *window)}


def cut(images: Images, events: np.ndarray, window: Window, name: str = "image") -> Cut:
    """Cut the window of each of the `events` (n,) int64, their numbers in the study in any order.

    Raises:
        InputError: the file lacks an event, or its images have another number of axes.
    """
    if len(window.shape) != len(images.axes):
        raise InputError(f"window: shape {window.shape} does not fit images over {', '.join(images.axes)}")
    return cut_rows(images, rows_of(images, np.asarray(events, dtype=np.int64)), window, name)


def cut_rows(images: Images | ProngImages, rows: np.ndarray, window: Window, name: str) -> Cut:
    """Cut the window of the image in each of the `rows` (n,) int64 of a file."""
    first, end = images.offsets[rows], images.offsets[rows + 1]
    start = window.start(images.centre[rows], images.end[rows], images.direction[rows])
    total, inside = np.zeros((2, rows.size)), np.zeros((2, rows.size))  # charge, hits
    counts = np.zeros(rows.size, dtype=np.int64)
    positions, values = [np.empty(0, np.int32)], [np.empty((images.channels, 0), np.float32)]
    for low, high in blocks_of(end - first):
        pixels, event = ranges_of(first[low:high], end[low:high])
        place = images.coordinates[pixels] - start[low:high][event]
        kept = np.all((place >= 0) & (place < window.shape), axis=1)
        weights = np.stack([images.charge[pixels], images.hits[pixels]]).astype(np.float64)
        for i in range(2):
            total[i, low:high] = np.bincount(event, weights[i], high - low)
            inside[i, low:high] = np.bincount(event[kept], weights[i, kept], high - low)
        counts[low:high] = np.bincount(event[kept], minlength=high - low)
        positions.append(np.ravel_multi_index(place[kept].T, window.shape).astype(np.int32))
        values.append(images.values[pixels[kept]].T)
    share = np.divide(inside, total, out=np.zeros_like(total), where=total > 0)
    return Cut(
        event=images.event[rows],
        shape=(images.channels, *window.shape),
        offsets=np.append(0, np.cumsum(counts)),
        position=np.concatenate(positions),
        values=np.concatenate(values, axis=1),
        share=Share(charge=share[0], hits=share[1]),
        name=name,
    )
