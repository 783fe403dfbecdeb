"""A transformer over the hits of an event as a set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.hit_transformer_settings import Attention

if TYPE_CHECKING:
    from torch import nn

TAKES = ("set",)


class Parameters(Attention):
    """The parameters of a small transformer."""


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one set (L, F)."""
    from showergrid.models.parts.hit_transformer import HitTransformer

    return HitTransformer(parameters, shape_of(inputs)[1], heads)
