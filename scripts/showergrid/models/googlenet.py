"""GoogLeNet of torchvision."""

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
WEIGHTS = Published("GoogLeNet_Weights.IMAGENET1K_V1", "googlenet-1378be20.pth")


class Parameters(Pretrained):
    """The parameters of any pretrained network."""

    SMALLEST = 15


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one image (C, H, W)."""
    from torchvision.models import googlenet

    from showergrid.models.parts.pretrained import PretrainedNetwork, load_published, without_classifier

    # The published weights hold two auxiliary classifiers, and expect values from -1 to 1, which transform_input gives.
    network = googlenet(aux_logits=True, transform_input=True, init_weights=True, dropout=0.0)
    load_published(network, parameters.weights, WEIGHTS)
    network.aux_logits, network.aux1, network.aux2 = False, None, None
    return PretrainedNetwork(parameters, network, without_classifier(network, "fc"), heads)
