"""Convolutions along the profile of each prong, and along that of the event: two networks that share no parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.one_axis_settings import OneAxis as Parameters

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Parameters", "build"]

TAKES = ("prongs",)
IMAGE_AXES = (1,)


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int], prong_heads: Sequence[int]) -> nn.Module:
    """The networks for profiles (1, L) of events and prongs."""
    from showergrid.models.parts.prong_trace import ProngTraces

    return ProngTraces(parameters, shape_of(inputs), heads, prong_heads)
