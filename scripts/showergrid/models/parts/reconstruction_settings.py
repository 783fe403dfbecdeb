"""Hyperparameters of networks that restore what they see, one for each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from showergrid.core.settings import Settings
from showergrid.models.parts.network_settings import Count


class Coder(Settings):
    """What all of them have."""

    activation: Literal["SELU", "ReLU"] = Field(
        default="SELU", description="activation after each layer but the last, a class of torch.nn"
    )
    class_scale: bool = Field(
        default=False, description="whether each class is first scaled to 0 to 1 by its own training events"
    )

    def check_window(self, window: Sequence[int]) -> None:
        """Accept any window: a table has none."""


class Stacked(Coder):
    """The layers of an encoder, which the decoder has in reverse, and what their weights keep to."""

    code_layers: list[Count] = Field(
        default=[5], min_length=1, description="neurons of each layer of the encoder, the last of which is the code"
    )
    noise: float = Field(default=0.0, ge=0, lt=1, description="share of the values emptied in training, to be restored")
    tied: bool = Field(default=False, description="whether the decoder's weights are the encoder's, transposed")
    unit_norm: bool = Field(default=False, description="whether the weights of each neuron of the code have length 1")
    orthogonality: float = Field(
        default=0.0, ge=0, description="weight of a penalty for neurons of a layer whose weights are not orthonormal"
    )


class Variational(Coder):
    """The layers of a variational encoder, which the decoder has in reverse."""

    encoder_layer: Count = Field(default=8, description="neurons of the layer between the variables and the code")
    latent: Count = Field(default=3, description="numbers of the code, each drawn from a Gaussian in training")
