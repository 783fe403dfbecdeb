"""EfficientNet B5 of torchvision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from showergrid.models.parts.network_settings import Pretrained as Parameters
from showergrid.models.parts.weights import Published

if TYPE_CHECKING:
    from torch import nn

    from showergrid.inputs.kinds import Inputs

TAKES = ("image",)
IMAGE_AXES = (2,)
WEIGHTS = Published("EfficientNet_B5_Weights.IMAGENET1K_V1", "efficientnet_b5_lukemelas-1a07897c.pth")


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one image (C, H, W)."""
    from torchvision.models import efficientnet_b5

    from showergrid.models.parts.pretrained import from_torchvision

    return from_torchvision(efficientnet_b5(), "classifier", WEIGHTS, parameters, heads)
