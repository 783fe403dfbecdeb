"""The Vision Transformer B/16 of torchvision for windows of any shape, squares or not."""

from __future__ import annotations

from collections.abc import Callable
from math import isqrt

import torch
from torch import Tensor, nn
from torchvision.models import VisionTransformer

PATCH = 16  # pixels
POSITIONS = "encoder.pos_embedding"


class VisionTransformerB16(VisionTransformer):
    """ViT-B/16 (Dosovitskiy et al., arXiv:2010.11929, table 1) for images (N, 3, *window)."""

    def __init__(self, window: tuple[int, ...]) -> None:
        super().__init__(image_size=224, patch_size=PATCH, num_layers=12, num_heads=12, hidden_dim=768, mlp_dim=3072)
        self.grid = tuple(size // PATCH for size in window)
        self.seq_length = 1 + self.grid[0] * self.grid[1]
        self.encoder.pos_embedding = nn.Parameter(torch.empty(1, self.seq_length, self.hidden_dim).normal_(std=0.02))

    def _process_input(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) to patches (N, H/16 * W/16, 768); torchvision's takes only squares of one size."""
        return self.conv_proj(x).flatten(2).transpose(1, 2)


def positions_for(network: VisionTransformerB16) -> Callable[[dict[str, Tensor]], dict[str, Tensor]]:
    """A function that interpolates a state dict's position embeddings, learnt on squares, to the patches of `network`.

    It works as torchvision.models.vision_transformer.interpolate_embeddings does from squares to squares; the
    embedding of the class token stays.
    """

    def adapt(state: dict[str, Tensor]) -> dict[str, Tensor]:
        if POSITIONS not in state:  # another network's, which loading will refuse
            return state
        token, learnt = state[POSITIONS].split([1, state[POSITIONS].shape[1] - 1], dim=1)  # (1, P * P, 768)
        side = isqrt(learnt.shape[1])
        if (side, side) == network.grid:
            return state
        square = learnt.transpose(1, 2).unflatten(2, (side, side))  # (1, 768, P, P)
        resized = nn.functional.interpolate(square, size=network.grid, mode="bicubic", align_corners=True)
        return {**state, POSITIONS: torch.cat([token, resized.flatten(2).transpose(1, 2)], dim=1)}

    return adapt
