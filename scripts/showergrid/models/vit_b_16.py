"""ViT-B/16 of torchvision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.inputs.kinds import Inputs, shape_of
from showergrid.models.parts.network_settings import Pretrained
from showergrid.models.parts.weights import Published

if TYPE_CHECKING:
    from torch import nn

TAKES = ("image",)
IMAGE_AXES = (2,)
WEIGHTS = Published("ViT_B_16_Weights.IMAGENET1K_V1", "vit_b_16-c867db91.pth")


class Parameters(Pretrained):
    """The parameters of any pretrained network."""

    PATCH = 16


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one image (C, H, W), H and W divisible by 16."""
    from showergrid.models.parts.pretrained import PretrainedNetwork, load_published, without_classifier
    from showergrid.models.parts.vision_transformer import VisionTransformerB16, positions_for

    network = VisionTransformerB16(shape_of(inputs)[1:])
    load_published(network, parameters.weights, WEIGHTS, positions_for(network))
    return PretrainedNetwork(parameters, network, without_classifier(network, "heads"), heads)
