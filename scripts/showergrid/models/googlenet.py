"""GoogLeNet of torchvision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from showergrid.settings.networks import Pretrained as Parameters

if TYPE_CHECKING:
    from torch import nn

IMAGE_AXES = (2,)


def build(parameters: Parameters, shape: tuple[int, ...], n_classes: int) -> nn.Module:
    """The network for images of `shape` (C, H, W)."""
    from torchvision.models import googlenet

    from showergrid.pretrained import from_torchvision

    # The published weights hold two auxiliary classifiers, and expect values from -1 to 1, which transform_input gives.
    network = googlenet(aux_logits=True, transform_input=True, init_weights=True, dropout=0.0)
    network.aux_logits = False
    return from_torchvision(network, "fc", parameters, n_classes, unused=("aux1", "aux2"))
