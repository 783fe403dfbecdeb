"""A network along the profile of an event, and one along that of each of its prongs."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from showergrid.models.parts.layers import ConvolutionalNetwork
from showergrid.models.parts.network_settings import Convolutional


class ProngTraces(nn.Module):
    """Profiles of N events and of their P prongs to logits (N, F) of events and (P, F') of prongs.

    No profile knows of another.
    """

    def __init__(
        self, parameters: Convolutional, shape: tuple[int, ...], heads: Sequence[int], prong_heads: Sequence[int]
    ) -> None:
        super().__init__()
        self.event = ConvolutionalNetwork(parameters, shape, heads)
        self.prong = ConvolutionalNetwork(parameters, shape, prong_heads) if prong_heads else None

    def forward(self, events: Tensor, prongs: Tensor, owner: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Profiles (N, 1, L) of events and (P, 1, L) of prongs, and the event (P,) of each, to logits."""
        logits = self.event(events)
        return logits if self.prong is None else (logits, self.prong(prongs))
