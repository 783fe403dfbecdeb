"""Hyperparameters of networks along one axis."""

from __future__ import annotations

from pydantic import Field

from showergrid.models.parts.network_settings import Convolutional, Count


class OneAxis(Convolutional):
    """The parameters of a small network along one axis."""

    conv_filters: list[Count] = Field(default=[16, 32], min_length=1, description="channels of each convolution")
    conv_sizes: list[Count] = Field(default=[5, 5], description="kernel size of each convolution, padded by half of it")
    conv_strides: list[Count] = Field(default=[1, 1], description="stride of each convolution")
    pool_sizes: list[Count] = Field(
        default=[2, 2], description="max-pooling after each convolution; 1 with stride 1: none"
    )
    pool_strides: list[Count] = Field(default=[2, 2], description="stride of each max-pooling")
