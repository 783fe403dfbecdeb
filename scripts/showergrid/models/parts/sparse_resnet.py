"""A residual network over the occupied pixels of images."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from showergrid.models.parts.layers import Heads
from showergrid.models.parts.network_settings import Head
from showergrid.models.parts.sparse import Encoder, event_mean, levels_of


class SparseResNet(nn.Module):
    """Levels of residual blocks, the mean over the pixels of each event at the last, and a classifier.

    Pixels (P, C), their places (P, D) and how many each event has (N,) to logits (N, classes). All but the classifier
    is computed in the type of the pixels, whatever the precision of the training.
    """

    def __init__(
        self,
        parameters: Head,
        blocks: Sequence[int],
        widths: Sequence[int],
        shape: tuple[int, ...],
        heads: Sequence[int],
    ) -> None:
        super().__init__()
        channels, *self.window = shape
        self.encoder = Encoder(len(self.window), channels, blocks, widths)
        self.head = Heads(parameters, widths[-1], heads)

    def forward(self, x: Tensor, place: Tensor, count: Tensor) -> Tensor:
        """Pixels to logits."""
        with torch.autocast(x.device.type, enabled=False):
            levels = levels_of(place, count, self.window, len(self.encoder.stages))
            features = event_mean(self.encoder(x, levels)[-1], levels[-1].count)
        return self.head(features)
