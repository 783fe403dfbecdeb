"""DenseNets that see maps of an event and of its prongs, and a transformer in which these attend to each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import DenseNet

from showergrid.models.parts.hit_transformer import Layer

FEWEST = 2  # maps that batch norm needs


class Sizes(Protocol):
    """The sizes of the network, as models.transformer_cvn describes them."""

    blocks: Sequence[int]
    growth: int
    embedding: int
    d_model: int
    dim_feedforward: int
    num_layers: int
    nhead: int
    dropout: float


class TransformerCVN(nn.Module):
    """Maps of N events and of their P prongs to logits (N, F) of events and (P, F') of prongs.

    All prongs share one DenseNet, events have another (Huang et al., arXiv:1608.06993). What either makes of a map is
    embedded linearly, and a learned vector tells whether it is an event or a prong. These enter the encoder, the event
    before its prongs, each of which attends to all of its event; a linear classifier decides on each of them.
    """

    def __init__(self, sizes: Sizes, views: int, heads: Sequence[int], prong_heads: Sequence[int]) -> None:
        super().__init__()
        self.event, self.prong = _Embedding(sizes, views), _Embedding(sizes, views)
        self.layers = nn.ModuleList(Layer(sizes) for _ in range(sizes.num_layers))
        self.head = _classifier(sizes, heads)
        self.prong_head = _classifier(sizes, prong_heads) if prong_heads else None

    def forward(self, events: Tensor, prongs: Tensor, owner: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Maps (N, V, H, W) of events and (P, V, H, W) of prongs, and the event (P,) of each, ascending, to logits."""
        of_events, of_prongs = self.event(events), self.prong(_at_least(FEWEST, prongs))[: len(prongs)]
        if self.layers:
            of_events, of_prongs = self._attended(of_events, of_prongs, owner)
        logits = self.head(of_events)
        return logits if self.prong_head is None else (logits, self.prong_head(of_prongs))

    def _attended(self, events: Tensor, prongs: Tensor, owner: Tensor) -> tuple[Tensor, Tensor]:
        """Events (N, D) and prongs (P, D) behind the encoder, which sees (N, 1 + most prongs of an event, D)."""
        count = torch.bincount(owner, minlength=len(events))
        place = torch.arange(len(owner), device=owner.device) - (count.cumsum(0) - count)[owner]
        there = torch.arange(int(count.max()) + 1, device=owner.device) <= count[:, None]  # (N, L), the event first
        x = events.new_zeros(*there.shape, events.shape[1])
        x[:, 0] = events
        x[owner, place + 1] = prongs
        for layer in self.layers:
            x = layer(x, there[:, None, None])
        return x[:, 0], x[owner, place + 1]


class _Embedding(nn.Module):
    """Maps (B, V, H, W) to vectors (B, D): a DenseNet, a linear embedding, and a vector of what kind of map it is."""

    def __init__(self, sizes: Sizes, views: int) -> None:
        super().__init__()
        self.network = DenseNet(
            sizes.growth,
            tuple(sizes.blocks),
            num_init_features=2 * sizes.growth,
            drop_rate=sizes.dropout,
            num_classes=sizes.embedding,
        )
        stem = self.network.features.conv0
        self.network.features.conv0 = nn.Conv2d(
            views, stem.out_channels, stem.kernel_size, stem.stride, stem.padding, bias=False
        )
        self.embed = nn.Linear(sizes.embedding, sizes.d_model)
        self.kind = nn.Parameter(torch.empty(sizes.d_model).normal_(std=0.02))

    def forward(self, maps: Tensor) -> Tensor:
        """Maps to vectors."""
        return self.embed(functional.relu(self.network(maps))) + self.kind


def _classifier(sizes: Sizes, heads: Sequence[int]) -> nn.Sequential:
    """Vectors (B, D) to the logits of all `heads`, side by side."""
    return nn.Sequential(nn.LayerNorm(sizes.d_model), nn.Linear(sizes.d_model, sum(heads)))


def _at_least(count: int, maps: Tensor) -> Tensor:
    """The maps (P, V, H, W), and empty ones behind them where they are fewer than `count`."""
    return functional.pad(maps, (0, 0, 0, 0, 0, 0, 0, max(0, count - len(maps))))
