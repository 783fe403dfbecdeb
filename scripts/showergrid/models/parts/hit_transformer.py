"""A transformer over a set, such as of hits, in which every entry attends to every other and none to a missing one."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from showergrid.models.parts.hit_transformer_settings import Attention
from showergrid.models.parts.layers import Heads


class HitTransformer(nn.Module):
    """Sets (N, L, F) and which of their entries are there (N, L) to logits (N, classes).

    Each entry is embedded by itself; no layer knows its place, so that the order of entries does not matter. The
    classifier sees a class token, which attends to the entries as they attend to each other. The encoder has the norm
    before each part (Xiong et al., arXiv:2002.04745), the token is that of ViT (Dosovitskiy et al., arXiv:2010.11929).
    """

    def __init__(self, parameters: Attention, variables: int, heads: Sequence[int]) -> None:
        super().__init__()
        width = parameters.d_model
        self.embed = nn.Sequential(nn.Linear(variables, width), nn.GELU(), nn.Linear(width, width))
        self.token = nn.Parameter(torch.empty(1, 1, width).normal_(std=0.02))
        self.layers = nn.ModuleList(Layer(parameters) for _ in range(parameters.num_layers))
        self.norm = nn.LayerNorm(width)
        self.head = Heads(parameters, width, heads)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Sets to logits."""
        token = self.token.expand(x.shape[0], -1, -1)
        there = functional.pad(mask, (1, 0), value=True)[:, None, None]  # (N, 1, 1, 1 + L)
        x = torch.cat([token, self.embed(x)], dim=1)  # (N, 1 + L, width)
        for layer in self.layers:
            x = layer(x, there)
        return self.head(self.norm(x[:, 0]))


class Layer(nn.Module):
    """Attention, then a small network for each entry by itself; each adds to its input."""

    def __init__(self, parameters: Attention) -> None:
        super().__init__()
        width, inner = parameters.d_model, parameters.dim_feedforward
        self.heads = parameters.nhead
        self.norm = nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        self.dropout = nn.Dropout(parameters.dropout)
        self.mlp = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, inner), nn.GELU(), nn.Linear(inner, width))

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        """(N, L, width) to the same shape; only the entries that are `there` (N, 1, 1, L) bool are attended to."""
        q, k, v = (
            self.project(self.norm(x)).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        )  # (N, heads, L, d)
        seen = functional.scaled_dot_product_attention(q, k, v, attn_mask=there)
        x = x + self.dropout(self.join(seen.transpose(1, 2).flatten(2)))
        return x + self.dropout(self.mlp(x))
