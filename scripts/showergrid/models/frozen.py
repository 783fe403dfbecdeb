"""The networks of trained cells, one per view, and a classifier on their features, the only part that is trained.

The features are computed once (the rule `features`), so that the training takes seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from showergrid.models.parts.network_settings import Joined as Parameters

if TYPE_CHECKING:
    from torch import nn

    from showergrid.inputs.kinds import Inputs

RESTS_ON_CELLS = True  # its backbones are trained cells, and its classifier, `head`, is trained on their features


def build(
    parameters: Parameters, inputs: Inputs, heads: Sequence[int], backbones: Sequence[dict[str, Any]]
) -> nn.Module:
    """The network for one input a view; `backbones` as for JoinedNetwork."""
    from showergrid.models.parts.joined import JoinedNetwork

    return JoinedNetwork(parameters, backbones, False, inputs, heads)
