"""Autoencoders for a table, one for each class and trained on it alone: the answer is the class restored best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.reconstruction_settings import Stacked as Parameters

if TYPE_CHECKING:
    from torch import nn

__all__ = ["ANSWERS", "TAKES", "Parameters", "build"]
TAKES = ("table",)
ANSWERS = ("classes",)


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The networks for one table (F,)."""
    from showergrid.models.parts.autoencoders import Autoencoders
    from showergrid.models.parts.reconstruction import RestoringNetwork

    return RestoringNetwork(Autoencoders, parameters, *shape_of(inputs), heads)
