"""A transformer over the hits of an event whose attention knows how far each pair lies apart, and how it differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.pair_attention_settings import PairAttention as Parameters

if TYPE_CHECKING:
    from torch import nn

TAKES = ("set",)


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one set (L, F)."""
    from showergrid.models.parts.pair_attention import PairTransformer

    return PairTransformer(parameters, shape_of(inputs)[1], heads)
