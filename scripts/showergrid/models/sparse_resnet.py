"""A residual network that sees the occupied pixels of images alone, as deep as ResNet 18."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.sparse_settings import Levels

if TYPE_CHECKING:
    from torch import nn

TAKES = ("pixels",)
IMAGE_AXES = (2, 3)


class Parameters(Levels):
    """The levels of the network."""


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for the pixels of one image (C, H, W) or (C, D, H, W)."""
    from showergrid.models.parts.sparse_resnet import SparseResNet

    return SparseResNet(parameters, parameters.blocks, parameters.widths, shape_of(inputs), heads)
