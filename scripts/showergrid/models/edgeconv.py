"""A graph network over the hits of an event: each hears of its nearest neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.edge_convolution_settings import Graph as Parameters

if TYPE_CHECKING:
    from torch import nn

TAKES = ("set",)


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one set (L, F)."""
    from showergrid.models.parts.edge_convolution import EdgeNetwork

    return EdgeNetwork(parameters, shape_of(inputs)[1], heads)
