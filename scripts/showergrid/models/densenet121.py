"""DenseNet-121 of torchvision."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.models.parts.network_settings import Pretrained
from showergrid.models.parts.weights import Published

if TYPE_CHECKING:
    from torch import Tensor, nn

    from showergrid.inputs.kinds import Inputs

TAKES = ("image",)
IMAGE_AXES = (2,)
WEIGHTS = Published("DenseNet121_Weights.IMAGENET1K_V1", "densenet121-a639ec97.pth")


class Parameters(Pretrained):
    """The parameters of any pretrained network."""

    SMALLEST = 29


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one image (C, H, W)."""
    from torchvision.models import densenet121

    from showergrid.models.parts.pretrained import PretrainedNetwork, load_published, without_classifier

    network = densenet121()
    load_published(network, parameters.weights, WEIGHTS, _with_names_of_today)
    return PretrainedNetwork(parameters, network, without_classifier(network, "classifier"), heads)


def _with_names_of_today(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The published file writes denselayer1.norm.1.weight for what torchvision now calls denselayer1.norm1.weight."""
    return {re.sub(r"(denselayer\d+\.(?:norm|conv))\.(\d\.)", r"\1\2", name): tensor for name, tensor in state.items()}
