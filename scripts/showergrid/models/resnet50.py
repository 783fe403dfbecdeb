"""ResNet 50 of torchvision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from showergrid.settings.networks import Pretrained as Parameters

if TYPE_CHECKING:
    from torch import nn

IMAGE_AXES = (2,)


def build(parameters: Parameters, shape: tuple[int, ...], n_classes: int) -> nn.Module:
    """The network for images of `shape` (C, H, W)."""
    from torchvision.models import resnet50

    from showergrid.pretrained import from_torchvision

    return from_torchvision(resnet50(), "fc", parameters, n_classes)
