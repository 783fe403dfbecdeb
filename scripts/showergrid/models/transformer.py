"""A transformer over the hits of an event as a set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.models.parts.hit_transformer_settings import Attention

if TYPE_CHECKING:
    from torch import nn

IMAGE_AXES = (1,)
AXES = ("hit",)


class Parameters(Attention):
    """The parameters of a small transformer."""


def build(parameters: Parameters, shape: tuple[int, ...], heads: Sequence[int]) -> nn.Module:
    """The network for lists of `shape` (C, L), whose last channel says which hits are there."""
    from showergrid.models.parts.hit_transformer import HitTransformer

    return HitTransformer(parameters, shape[0], heads)
