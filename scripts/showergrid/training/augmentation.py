"""Random changes of the images that a network is trained on: shear, zoom and flips, as in Keras' ImageDataGenerator.

The rules are those of keras_preprocessing 1.1.2, affine_transformations.py: a shear by an angle in degrees, then a zoom
of each axis by itself, both around the middle of the image, bilinear between pixels, and where nothing is known the
nearest pixel of the edge (fill_mode nearest); then the flips.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from showergrid.core import seeds
from showergrid.training.device import memory_format
from showergrid.training.settings import Augmentation


@dataclass(frozen=True)
class Changes:
    """The changes of the images of n events in one epoch: angle (n,) [rad], zoom (n, 2) and flipped (n, 2) bool.

    The last axis is that of the rows of an image, then that of its columns. A zoom of 2 shows twice as much.
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
        wanted = [name in settings.flips for name in ("vertical", "horizontal")]
        return cls(angle, zoom, (random.random((events, 2)) < 0.5) & wanted)

    def of(self, tensors: Sequence[Tensor], rows: np.ndarray) -> list[Tensor]:
        """The images (N, C, H, W) float32 of the events at `rows` (N,), changed; all that is seen of an event alike."""
        return [self._changed(images, rows) for images in tensors]

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
        for axis, flipped in zip((2, 3), torch.from_numpy(self.flipped[rows]).T, strict=True):
            if flipped.any():
                images = torch.where(flipped.to(images.device)[:, None, None, None], images.flip(axis), images)
        return images.contiguous(memory_format=memory_format(3))


def _middles(size: int, device: torch.device) -> Tensor:
    """(size,) the middles of the pixels of an axis that reaches from -1 to 1."""
    return (2 * torch.arange(size, dtype=torch.float32, device=device) + 1) / size - 1
