"""TransformerCVN: one transformer over an event and its prongs, each seen by a DenseNet (arXiv:2303.06201).

With `num_layers: 0` nothing passes between them: it is a network for events (EventCVN) and one for single prongs
(ProngCVN) that are trained side by side and share no parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from showergrid.core.errors import InputError
from showergrid.core.settings import Settings
from showergrid.inputs.kinds import Inputs, shape_of

if TYPE_CHECKING:
    from torch import Tensor, nn

    from showergrid.models.parts.observed import Observed
    from showergrid.models.parts.transformer_cvn import TransformerCVN

TAKES = ("prongs",)
IMAGE_AXES = (2,)
Count = Annotated[int, Field(ge=1)]


class Parameters(Settings):
    """The parameters of the network; by default half the size of the published one, and growth 12 in place of 32."""

    blocks: list[Count] = Field(
        default=[2, 3, 6, 3, 2], min_length=1, description="layers of each dense block; published: 3, 6, 12, 6, 3"
    )
    growth: Count = Field(default=12, description="channels that a layer of a dense block adds; published: 32")
    embedding: Count = Field(default=128, description="values that a DenseNet makes of a map; published: 256")
    d_model: Count = Field(default=64, description="values that stand for a map in the transformer; published: 128")
    dim_feedforward: Count = Field(
        default=64, description="neurons of the network behind each attention; published: 128"
    )
    num_layers: int = Field(default=3, ge=0, description="encoder layers; published: 6; 0: no map knows of another")
    nhead: Count = Field(
        default=4, description="attention heads of a layer, among which they are divided; published: 8"
    )
    dropout: float = Field(default=0.1, ge=0, lt=1, description="share of values dropped in DenseNets and transformer")

    @model_validator(mode="after")
    def _divides(self) -> Parameters:
        if self.d_model % self.nhead:
            raise ValueError(f"d_model = {self.d_model} cannot be divided among nhead = {self.nhead} heads")
        return self

    def check_window(self, window: Sequence[int]) -> None:
        """Refuse a window [pixels] of which nothing is left in the last dense block.

        Raises:
            InputError: it is too small.
        """
        smallest = 2 ** (len(self.blocks) + 1)  # the stem halves twice, each transition once
        if min(window) < smallest:
            raise InputError(
                f"win_shape: {list(window)} pixels are too few: at least {smallest} for blocks {self.blocks}"
            )


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int], prong_heads: Sequence[int]) -> nn.Module:
    """The network for maps (V, H, W) of events and prongs."""
    from showergrid.models.parts.transformer_cvn import TransformerCVN

    return TransformerCVN(parameters, shape_of(inputs)[0], heads, prong_heads)


def observed(network: TransformerCVN, events: Tensor, prongs: Tensor, owner: Tensor) -> Observed:
    """What stands between the maps, as the network takes them, and its answers: heat maps are made of it."""
    from showergrid.models.parts import observed

    return observed.observed(network, events, prongs, owner)
