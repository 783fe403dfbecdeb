"""The networks of trained cells, one per view, and a classifier on their features, the only part that is trained.

The features are computed once (the rule `features`), so that the training takes seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from showergrid.models.parts.network_settings import Joined as Parameters

if TYPE_CHECKING:
    from torch import nn

IMAGE_AXES = (2, 3)
RESTS_ON_CELLS = True  # its backbones are trained cells, whose features it reads


def build(
    parameters: Parameters, shape: tuple[int, ...], heads: Sequence[int], backbones: Sequence[dict[str, Any]]
) -> nn.Module:
    """The network for images of `shape` (C, H, W) or (C, D, H, W); `backbones` as for JoinedNetwork."""
    from showergrid.models.parts.joined import JoinedNetwork

    return JoinedNetwork(parameters, backbones, False, shape, heads)
