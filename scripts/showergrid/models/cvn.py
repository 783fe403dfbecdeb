"""The network of the DUNE CVN: a stem for each view, then squeeze-and-excitation residual blocks for all together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.squeeze_excitation_settings import ViewsSize as Parameters

if TYPE_CHECKING:
    from torch import nn

TAKES = ("image",)
IMAGE_AXES = (2,)


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one image (C, H, W), whose channels are the views."""
    from showergrid.models.parts.squeeze_excitation import ViewsNetwork

    return ViewsNetwork(parameters, shape_of(inputs)[0], heads)
