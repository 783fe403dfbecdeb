"""A U-shaped network that sees the occupied pixels of images alone, and answers of the event and of each pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.network_settings import Count
from showergrid.models.parts.sparse_settings import Levels

if TYPE_CHECKING:
    from torch import nn

TAKES = ("pixels",)
IMAGE_AXES = (2, 3)
ANSWERS_HITS = True  # questions of hits, beside those of events


class Parameters(Levels):
    """The levels of the network; the way down and the way back have the same."""

    blocks: list[Count] = Field(
        default=[1, 1, 1, 1, 1], min_length=1, description="residual blocks of two convolutions at each level, each way"
    )
    widths: list[Count] = Field(default=[16, 24, 32, 48, 64], description="channels at each level")


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int], pixel_heads: Sequence[int]) -> nn.Module:
    """The network for the pixels of one image (C, H, W) or (C, D, H, W)."""
    from showergrid.models.parts.sparse_unet import PixelNetwork

    return PixelNetwork(parameters, shape_of(inputs), heads, pixel_heads)
