"""Convolutions over the edges of a graph whose nodes are the entries of a set, such as hits."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from showergrid.models.parts.edge_convolution_settings import Graph
from showergrid.models.parts.layers import Heads
from showergrid.models.parts.places import indices


class EdgeNetwork(nn.Module):
    """Sets (N, L, F) and which of their entries are there (N, L) to logits (N, classes).

    Y. Wang et al., "Dynamic graph CNN for learning on point clouds", arXiv:1801.07829: neighbours are near in place
    before the first convolution, and in what the last one made of the entries before each further one. The classifier
    sees the largest and the mean value of each variable over all entries, of every convolution. In place of its
    batch norm stands a norm of each entry by itself (Ba et al., arXiv:1607.06450), which knows no padding.
    """

    def __init__(self, parameters: Graph, variables: int, heads: Sequence[int]) -> None:
        super().__init__()
        self.places = indices(parameters.places, variables)
        sizes = [variables, *parameters.widths]
        self.convolutions = nn.ModuleList(
            EdgeConvolution(inner, outer, parameters.neighbours) for inner, outer in pairwise(sizes)
        )
        self.head = Heads(parameters, 2 * sum(parameters.widths), heads)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Sets to logits."""
        there = mask[:, :, None]  # (N, L, 1)
        x = x * there
        near, made = x[:, :, self.places], []
        for convolution in self.convolutions:
            x = near = convolution(x, near, mask) * there
            made.append(x)
        x = torch.cat(made, dim=2)
        some = there.any(dim=1)  # (N, 1)
        largest = x.masked_fill(~there, -torch.inf).amax(dim=1)
        mean = x.sum(dim=1) / there.sum(dim=1).clamp(min=1)
        return self.head(torch.cat([largest.masked_fill(~some, 0), mean], dim=1))


class EdgeConvolution(nn.Module):
    """What each entry makes of its neighbours: the largest value over them of a network of entry and difference."""

    def __init__(self, inner: int, outer: int, neighbours: int) -> None:
        super().__init__()
        self.neighbours = neighbours
        self.own = nn.Linear(inner, outer)
        self.difference = nn.Linear(inner, outer, bias=False)
        self.edge = nn.Sequential(nn.LayerNorm(outer), nn.GELU(), nn.Linear(outer, outer))

    def forward(self, x: Tensor, near: Tensor, mask: Tensor) -> Tensor:
        """Entries (N, L, inner), near by `near` (N, L, P), to (N, L, outer); what is not there gets any value."""
        index, there = nearest(near.detach(), mask, self.neighbours)  # (N, L, k)
        difference = self.difference(x)
        event = torch.arange(len(x), device=x.device)[:, None, None]
        # the first layer of the network of (x_i, x_j - x_i), which is linear, so that it is one of entries, not edges
        edges = self.own(x)[:, :, None] + difference[event, index] - difference[:, :, None]
        made = self.edge(edges).masked_fill(~there[..., None], -torch.inf).amax(dim=2)
        return made.masked_fill(~there.any(dim=2)[..., None], 0)


def nearest(near: Tensor, mask: Tensor, neighbours: int) -> tuple[Tensor, Tensor]:
    """The `neighbours` nearest entries of each, the nearest first, of equally near ones that of the lower index first.

    near (N, L, P), mask (N, L) bool: entries that are there. Returns their indices (N, L, k) int64 and whether they are
    there (N, L, k) bool; k is L where that is less. An entry is the nearest to itself, unless others have its place.
    Distances are summed pair by pair, so that they do not depend on the number of threads.
    """
    distance = torch.cdist(near.float(), near.float(), compute_mode="donot_use_mm_for_euclid_dist")
    distance = distance.masked_fill(~mask[:, None], torch.inf)
    index = distance.argsort(dim=2, stable=True)[:, :, :neighbours]
    return index, mask[:, None].expand_as(distance).gather(2, index)
