"""Convolutions along a trace, the bins of which are the columns of a table in their order, and a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.network_settings import Convolutional, Count

if TYPE_CHECKING:
    from torch import nn

TAKES = ("table",)


class Parameters(Convolutional):
    """The parameters of a small network."""

    conv_filters: list[Count] = Field(default=[16, 32], min_length=1, description="channels of each convolution")
    conv_sizes: list[Count] = Field(default=[5, 5], description="kernel size of each convolution, padded by half of it")
    conv_strides: list[Count] = Field(default=[1, 1], description="stride of each convolution")
    pool_sizes: list[Count] = Field(
        default=[2, 2], description="max-pooling after each convolution; 1 with stride 1: none"
    )
    pool_strides: list[Count] = Field(default=[2, 2], description="stride of each max-pooling")


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one trace (F,).

    Raises:
        InputError: the trace is too short for the pooling.
    """
    from showergrid.models.parts.layers import TraceNetwork

    shape = shape_of(inputs)
    parameters.check_window(shape)
    return TraceNetwork(parameters, (1, *shape), heads)
