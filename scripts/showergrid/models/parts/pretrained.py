"""Networks pretrained on photographs, given a new classifier."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torchvision.transforms.v2 import Normalize

from showergrid.core.errors import InputError
from showergrid.models.parts.layers import Heads
from showergrid.models.parts.network_settings import Pretrained
from showergrid.models.parts.weights import Published, weights_file
from showergrid.training.model_file import is_model, read_model

Adapt = Callable[[dict[str, Tensor]], dict[str, Tensor]]

# Mean and standard deviation of ImageNet's photographs, red, green, blue (torchvision's documentation of its models).
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


class PretrainedNetwork(nn.Module):
    """A backbone and a new classifier: (N, 1 or 3, H, W) to logits (N, classes).

    An image of one channel enters as three equal channels. Only the last `unfreeze_layers` parameter tensors of the
    backbone are trained (in the order of its `named_parameters`); the classifier always is. Batch norms whose own
    tensors are frozen keep their pretrained statistics, in training as in evaluation. Where `weights` is the file of a
    trained cell, the backbone starts as that cell's ended.
    """

    def __init__(self, parameters: Pretrained, backbone: nn.Module, size: int, heads: Sequence[int]) -> None:
        super().__init__()
        self.transform = _transform(parameters.transform)
        self.backbone = backbone
        if is_model(path := Path(parameters.weights)):
            load_cell(backbone, path)
        self.head = Heads(parameters, size, heads)
        tensors = list(backbone.parameters())
        kept = len(tensors) if parameters.unfreeze_layers == "all" else parameters.unfreeze_layers
        for tensor in tensors[: max(len(tensors) - kept, 0)]:
            tensor.requires_grad_(False)
        self.train()

    def forward(self, x: Tensor) -> Tensor:
        """Images to logits."""
        return self.head(self.backbone(self.transform(x.expand(-1, 3, -1, -1))).flatten(1))

    def train(self, mode: bool = True) -> PretrainedNetwork:
        """Switch between training and evaluation."""
        super().train(mode)
        for layer in self.backbone.modules():
            if isinstance(layer, nn.BatchNorm2d) and not layer.weight.requires_grad:
                layer.eval()
        return self


def _transform(name: str) -> nn.Module:
    """The transform of an image (N, 3, H, W) before it enters the backbone."""
    if name == "imagenet":
        return Normalize(*IMAGENET)
    return nn.BatchNorm2d(3, affine=False) if name == "batch_norm" else nn.Identity()


def load_weights(backbone: nn.Module, path: Path, model: str, advice: str, adapt: Adapt = dict) -> None:
    """Load the state dict in the file `path`, changed by `adapt`, into `backbone`.

    Raises:
        InputError: the file does not exist (`advice` says how to get it), or is not a state dict of this network.
    """
    if not path.is_file():
        raise InputError(
            f"model {model}: weights: no file {path}; {advice}; or set weights to another file or to none "
            "(docs/pretrained.md)"
        )
    try:
        if path.suffix == ".safetensors":
            state = load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
        backbone.load_state_dict(adapt(state))
    except Exception as error:
        reason = textwrap.shorten(str(error), 200)
        raise InputError(
            f"model {model}: weights: {path} does not hold the weights of this network ({reason})"
        ) from None


def load_cell(backbone: nn.Module, path: Path) -> None:
    """Give `backbone`, whose classifier is removed, the weights of the backbone of the trained cell in `path`.

    Raises:
        InputError: the cell is of another network.
    """
    weights, cell = read_model(path)
    prefix = "backbone."
    own = {name.removeprefix(prefix): tensor for name, tensor in weights.items() if name.startswith(prefix)}
    try:
        backbone.load_state_dict(own)
    except RuntimeError:
        raise InputError(
            f"weights: {path} is of a cell of {cell['model']['module']}, another network; name a cell of this one"
        ) from None


def load_published(backbone: nn.Module, weights: str, published: Published, adapt: Adapt = dict) -> None:
    """Load the weights that the key `weights` names into a network of torchvision, classifier included.

    "none" leaves it as initialised, and so does the file of a trained cell, which has no such classifier.

    Raises:
        InputError: as for `load_weights`.
    """
    path = weights_file(weights, published)
    if path is not None and not is_model(path):
        load_weights(backbone, path, published.network, published.advice(path.parent), adapt)


def without_classifier(network: nn.Module, name: str) -> int:
    """Replace the classifier called `name` by the identity; return the number of features."""
    old = getattr(network, name)
    setattr(network, name, nn.Identity())
    return next(layer.in_features for layer in old.modules() if isinstance(layer, nn.Linear))


def from_torchvision(
    network: nn.Module, classifier_name: str, published: Published, parameters: Pretrained, heads: Sequence[int]
) -> PretrainedNetwork:
    """A torchvision classifier with its weights loaded and its last layer(s), called `classifier_name`, replaced."""
    load_published(network, parameters.weights, published)
    return PretrainedNetwork(parameters, network, without_classifier(network, classifier_name), heads)
