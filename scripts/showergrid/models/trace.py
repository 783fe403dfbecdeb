"""Convolutions along a trace, the bins of which are the columns of a table in their order, and a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.one_axis_settings import OneAxis as Parameters

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Parameters", "build"]

TAKES = ("table",)


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one trace (F,).

    Raises:
        InputError: the trace is too short for the pooling.
    """
    from showergrid.models.parts.layers import TraceNetwork

    shape = shape_of(inputs)
    parameters.check_window(shape)
    return TraceNetwork(parameters, (1, *shape), heads)
