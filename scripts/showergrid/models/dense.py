"""A dense network for a table: hidden layers and an output for each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.network_settings import Head as Parameters

if TYPE_CHECKING:
    from torch import nn

__all__ = ["TAKES", "Parameters", "build"]
TAKES = ("table",)


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one table (F,)."""
    from showergrid.models.parts.dense import DenseNetwork

    return DenseNetwork(parameters, *shape_of(inputs), heads)
