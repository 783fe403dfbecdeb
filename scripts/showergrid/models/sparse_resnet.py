"""A residual network that sees the occupied pixels of images alone, as deep as ResNet 18."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.network_settings import Count, Head

if TYPE_CHECKING:
    from torch import nn

TAKES = ("pixels",)
IMAGE_AXES = (2, 3)


class Parameters(Head):
    """The levels of the network, each with pixels twice as wide as the one before."""

    blocks: list[Count] = Field(
        default=[2, 2, 2, 2], min_length=1, description="residual blocks of two convolutions at each level"
    )
    widths: list[Count] = Field(default=[16, 32, 64, 128], description="channels at each level")

    @model_validator(mode="after")
    def _one_width_a_level(self) -> Parameters:
        if len(self.widths) != len(self.blocks):
            raise ValueError(f"widths needs {len(self.blocks)} values, one for each of blocks")
        return self

    def check_window(self, window: Sequence[int]) -> None:
        """Accept any window: pixels are joined until one is left."""


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for the pixels of one image (C, H, W) or (C, D, H, W)."""
    from showergrid.models.parts.sparse_resnet import SparseResNet

    return SparseResNet(parameters, parameters.blocks, parameters.widths, shape_of(inputs), heads)
