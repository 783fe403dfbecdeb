"""Random changes of the images that a network is trained on: shear, zoom and flips, as in Keras' ImageDataGenerator.

The rules are those of keras_preprocessing 1.1.2, affine_transformations.py: a shear by an angle in degrees, then a zoom
of each axis by itself, both around the middle of the image, bilinear between pixels, and where nothing is known the
nearest pixel of the edge (fill_mode nearest); then the flips. Images of three axes and the pixels of a sparse network
are flipped alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from showergrid.core import seeds
from showergrid.inputs.kinds import Inputs
from showergrid.training.device import memory_format
from showergrid.training.settings import Augmentation

FLIPS = ("depth", "vertical", "horizontal")  # by axis: the last three of an image


@dataclass(frozen=True)
class Changes:
    """The changes of the images of n events in one epoch: angle (n,) [rad], zoom (n, 2) and flipped (n, 3) bool.

    The last axis is that of the rows of an image, then that of its columns; of `flipped` that of FLIPS. A zoom of 2
    shows twice as much.
    """

    angle: np.ndarray
    zoom: np.ndarray
    flipped: np.ndarray

    @classmethod
    def drawn(cls, settings: Augmentation, seed: int, epoch: int, events: int) -> Changes:
        """Draw them from a stream named after the epoch, for each event, however the events are cut into batches."""
        random = seeds.generator(seed, "augmentation", epoch)
        angle = np.radians(random.uniform(-settings.shear, settings.shear, events))
        zoom = random.uniform(1 - settings.zoom, 1 + settings.zoom, (events, 2))
        drawn = random.random((events, 2))
        drawn = np.column_stack([random.random(events), drawn])  # the depth last: what others drew stays
        return cls(angle, zoom, (drawn < 0.5) & [name in settings.flips for name in FLIPS])

    def of(self, tensors: Sequence[Tensor], rows: np.ndarray, inputs: Inputs) -> list[Tensor]:
        """What is seen of the events at `rows` (N,), changed; all that is seen of an event alike.

        tensors: of the `inputs`, which are images or pixels, as inputs.kinds says.
        """
        given = iter(tensors)
        changed = []
        for own in inputs.values():
            if own.kind == "pixels":
                changed += self._mirrored(*islice(given, 3), own.shape[1:], rows)
            else:
                changed.append(self._changed(next(given), rows))
        return changed

    def _mirrored(
        self, values: Tensor, place: Tensor, count: Tensor, window: Sequence[int], rows: np.ndarray
    ) -> list[Tensor]:
        """Pixels (P, C), their places (P, D) in a `window` of D axes and how many each event has (N,), sorted anew."""
        event = torch.repeat_interleave(count)
        flipped = torch.from_numpy(self.flipped[rows, -len(window) :]).to(place.device)[event]
        place = torch.where(flipped, place.new_tensor(window) - 1 - place, place)
        key = event
        for along, size in zip(place.unbind(1), window, strict=True):
            key = key * size + along
        order = torch.argsort(key)
        return [values[order], place[order], count]

    def _changed(self, images: Tensor, rows: np.ndarray) -> Tensor:
        angle, (down, across) = self.angle[rows], self.zoom[rows].T
        if angle.any() or (down != 1).any() or (across != 1).any():
            height, width = images.shape[2:]
            told = np.stack([np.cos(angle) * across, -np.sin(angle) * across * width / height, down])
            along, sheared, scale = torch.from_numpy(told.astype(np.float32)).to(images.device)[:, :, None, None]
            x, y = (_middles(size, images.device) for size in (width, height))
            x, y = (axis.expand(len(rows), height, width) for axis in (x[None, None, :], y[None, :, None]))
            grid = torch.stack([along * x, sheared * x + scale * y], dim=3)  # where each pixel is taken from
            plain = images.contiguous()  # twice as fast on a CPU as with the channels last
            images = functional.grid_sample(plain, grid, "bilinear", padding_mode="border", align_corners=False)
        for axis, flipped in zip((-3, -2, -1), torch.from_numpy(self.flipped[rows]).T, strict=True):
            if flipped.any():
                event = flipped.to(images.device).view(-1, *[1] * (images.ndim - 1))
                images = torch.where(event, images.flip(axis), images)
        return images.contiguous(memory_format=memory_format(images.ndim - 1))


def _middles(size: int, device: torch.device) -> Tensor:
    """(size,) the middles of the pixels of an axis that reaches from -1 to 1."""
    return (2 * torch.arange(size, dtype=torch.float32, device=device) + 1) / size - 1
