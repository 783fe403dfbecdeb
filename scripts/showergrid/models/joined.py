"""One network per view and a classifier on the features of all of them, trained end to end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from showergrid.models.parts.network_settings import Joined

if TYPE_CHECKING:
    from torch import nn

    from showergrid.inputs.kinds import Inputs


class Parameters(Joined):
    """The parameters of any joined network, and whether its views share one set of weights."""

    share: bool = Field(default=False, description="whether one network with the same weights looks at all views")


def build(
    parameters: Parameters, inputs: Inputs, heads: Sequence[int], backbones: Sequence[dict[str, Any]]
) -> nn.Module:
    """The network for one input a view; `backbones` as for JoinedNetwork."""
    from showergrid.models.parts.joined import JoinedNetwork

    return JoinedNetwork(parameters, backbones, parameters.share, inputs, heads)
