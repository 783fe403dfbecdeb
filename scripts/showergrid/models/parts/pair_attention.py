"""A transformer over a set, such as of hits, whose attention is biased by how each pair of entries differs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from showergrid.models.parts.hit_transformer import Layer
from showergrid.models.parts.layers import Heads
from showergrid.models.parts.pair_attention_settings import PairAttention
from showergrid.models.parts.places import indices

NEAREST = 1e-2  # distance below which entries count as equally near; hits: 1 mm


class PairTransformer(nn.Module):
    """Sets (N, L, F) and which of their entries are there (N, L) to logits (N, classes).

    As HitTransformer, and to the logits of each attention a bias is added that a small network makes of the pair, as in
    the Particle Transformer (H. Qu, C. Li, S. Qian, arXiv:2202.03772): of the logarithm of their distance and of the
    difference of each variable, which of hits are the three coordinates, the distance from the first hit, and the
    logarithm of the ratio of their charges. All layers share it; the class token has none.
    """

    def __init__(self, parameters: PairAttention, variables: int, heads: Sequence[int]) -> None:
        super().__init__()
        width = parameters.d_model
        self.places = indices(parameters.places, variables)
        self.embed = nn.Sequential(nn.Linear(variables, width), nn.GELU(), nn.Linear(width, width))
        self.difference = nn.Linear(variables, parameters.pair_neurons, bias=False)
        self.distance = nn.Linear(1, parameters.pair_neurons)
        self.bias = nn.Sequential(nn.GELU(), nn.Linear(parameters.pair_neurons, parameters.nhead))
        self.token = nn.Parameter(torch.empty(1, 1, width).normal_(std=0.02))
        self.layers = nn.ModuleList(Layer(parameters) for _ in range(parameters.num_layers))
        self.norm = nn.LayerNorm(width)
        self.head = Heads(parameters, width, heads)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Sets to logits."""
        x = x * mask[:, :, None]
        bias = functional.pad(self.pairs(x), (1, 0, 1, 0))  # (N, heads, 1 + L, 1 + L)
        there = functional.pad(mask, (1, 0), value=True)[:, None, None]
        bias = bias.masked_fill(~there, -torch.inf)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), self.embed(x)], dim=1)  # (N, 1 + L, width)
        for layer in self.layers:
            x = layer(x, bias)
        return self.head(self.norm(x[:, 0]))

    def pairs(self, x: Tensor) -> Tensor:
        """(N, heads, L, L): what is added where an entry attends to another; of sets (N, L, F)."""
        near = x[:, :, self.places].float()
        distance = torch.cdist(near, near, compute_mode="donot_use_mm_for_euclid_dist").clamp(min=NEAREST).log()
        made = self.difference(x)  # linear, so that the difference of two entries is that of what is made of them
        pairs = made[:, None] - made[:, :, None] + self.distance(distance[..., None])  # (N, L, L, neurons)
        return self.bias(pairs).permute(0, 3, 1, 2)
