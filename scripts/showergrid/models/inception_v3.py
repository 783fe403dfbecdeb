"""Inception V3 of torchvision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.models.parts.network_settings import Pretrained
from showergrid.models.parts.weights import Published

if TYPE_CHECKING:
    from torch import nn

    from showergrid.inputs.kinds import Inputs

TAKES = ("image",)
IMAGE_AXES = (2,)
WEIGHTS = Published("Inception_V3_Weights.IMAGENET1K_V1", "inception_v3_google-0cc3c7bd.pth")


class Parameters(Pretrained):
    """The parameters of any pretrained network."""

    SMALLEST = 75


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one image (C, H, W)."""
    from torchvision.models import inception_v3

    from showergrid.models.parts.pretrained import PretrainedNetwork, load_published, without_classifier

    # The published weights hold an auxiliary classifier, and expect values from -1 to 1, which transform_input gives.
    network = inception_v3(aux_logits=True, transform_input=True, init_weights=True, dropout=0.0)
    load_published(network, parameters.weights, WEIGHTS)
    network.aux_logits, network.AuxLogits = False, None
    return PretrainedNetwork(parameters, network, without_classifier(network, "fc"), heads)
