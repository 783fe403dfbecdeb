"""A network that tells something of every occupied pixel of an image, at several sizes of pixels."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from showergrid.models.parts.layers import Heads
from showergrid.models.parts.sparse import (
    Encoder,
    Level,
    PixelNorm,
    ResidualBlock,
    SparseConvolution,
    event_mean,
    levels_of,
    reversed_rules,
)
from showergrid.models.parts.sparse_settings import Levels


class Finer(nn.Module):
    """Features of a level to those of the level before: the strided convolution, transposed, and residual blocks.

    The blocks see them beside what the way down had at that level, mixed by a matrix.
    """

    def __init__(self, axes: int, given: int, made: int, blocks: int) -> None:
        super().__init__()
        self.transposed, self.norm = SparseConvolution(2**axes, given, made), PixelNorm(made)
        self.mix = nn.Sequential(nn.Linear(2 * made, made, bias=False), PixelNorm(made), nn.ReLU())
        self.blocks = nn.ModuleList(ResidualBlock(axes, made, made, halves=False) for _ in range(blocks))

    def forward(self, x: Tensor, beside: Tensor, level: Level) -> Tensor:
        """(P', given) of the coarser level and (P, made) of the `level` to (P, made)."""
        x = self.transposed(x, reversed_rules(level.coarser), level.pixels)
        x = self.mix(torch.cat([functional.relu(self.norm(x)), beside], dim=1))
        for block in self.blocks:
            x = block(x, level.neighbours, level)
        return x


class SparseUNet(nn.Module):
    """An encoder and its way back with a connection at each level (Ronneberger, Fischer and Brox, arXiv:1505.04597).

    Pixels (P, C), their places (P, D) and how many each event has (N,) to features (P, widths[0]) of the same pixels,
    and features (N, widths[-1]) of the events: their means over the pixels at the last level. All is computed in the
    type of the pixels, whatever the precision of the training.
    """

    def __init__(self, blocks: Sequence[int], widths: Sequence[int], shape: tuple[int, ...]) -> None:
        super().__init__()
        channels, *self.window = shape
        axes = len(self.window)
        self.encoder = Encoder(axes, channels, blocks, widths)
        self.back = nn.ModuleList(
            Finer(axes, widths[i + 1], widths[i], blocks[i]) for i in reversed(range(len(widths) - 1))
        )

    def forward(self, x: Tensor, place: Tensor, count: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels to features of pixels and of events."""
        with torch.autocast(x.device.type, enabled=False):
            levels = levels_of(place, count, self.window, len(self.encoder.stages))
            *beside, x = self.encoder(x, levels)
            of_events = event_mean(x, levels[-1].count)
            for finer, before, level in zip(self.back, reversed(beside), reversed(levels[:-1]), strict=True):
                x = finer(x, before, level)
        return x, of_events


class PixelNetwork(nn.Module):
    """A classifier of events on what a SparseUNet makes of each, and one linear layer that decides on each pixel.

    Pixels (P, C), their places (P, D) and how many each event has (N,) to logits (N, classes) and (P, classes).
    """

    def __init__(
        self, parameters: Levels, shape: tuple[int, ...], heads: Sequence[int], pixel_heads: Sequence[int]
    ) -> None:
        super().__init__()
        self.unet = SparseUNet(parameters.blocks, parameters.widths, shape)
        self.head = Heads(parameters, parameters.widths[-1], heads)
        self.of_pixels = nn.Linear(parameters.widths[0], sum(pixel_heads))

    def forward(self, x: Tensor, place: Tensor, count: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels to logits of events and of pixels."""
        of_pixels, of_events = self.unet(x, place, count)
        return self.head(of_events), self.of_pixels(of_pixels)
