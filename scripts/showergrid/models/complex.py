"""The reference's larger network: four convolutions, pooling after every second, a classifier 50-100-50."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.network_settings import Convolutional, Count

if TYPE_CHECKING:
    from torch import nn

TAKES = ("image",)
IMAGE_AXES = (2, 3)


class Parameters(Convolutional):
    """The parameters of the reference."""

    conv_filters: list[Count] = [32, 64, 64, 128]
    conv_sizes: list[Count] = [3, 3, 3, 3]
    conv_strides: list[Count] = [1, 1, 1, 1]
    pool_sizes: list[Count] = [1, 2, 1, 2]
    pool_strides: list[Count] = [1, 2, 1, 2]
    clf_neurons: list[Count] = [50, 100, 50]


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one image (C, H, W) or (C, D, H, W)."""
    from showergrid.models.parts.layers import ConvolutionalNetwork

    return ConvolutionalNetwork(parameters, shape_of(inputs), heads)
