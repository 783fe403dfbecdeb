"""Layers that the networks share."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from showergrid.models.parts.network_settings import Convolutional, Head


class MaxPool3d(nn.Module):
    """Max-pooling over three axes as two poolings over two: on CUDA the gradient of nn.MaxPool3d is not deterministic.

    Each step is a view of images in channels_last_3d, as convolutions give them, so that none is copied and kept.
    """

    def __init__(self, size: int, stride: int) -> None:
        super().__init__()
        self.plane = nn.MaxPool2d(size, stride)
        self.depth = nn.MaxPool2d((size, 1), (stride, 1))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, D, H, W) to (N, C, D', H', W')."""
        n = x.shape[0]
        x = self.plane(x.transpose(1, 2).flatten(0, 1))  # (N * D, C, H', W')
        h, w = x.shape[2:]
        x = x.unflatten(0, (n, -1)).transpose(1, 2)  # (N, C, D, H', W')
        return self.depth(x.flatten(3)).unflatten(3, (h, w))


# Convolution, batch norm and pooling by the number of axes
OF_AXES = {
    1: (nn.Conv1d, nn.BatchNorm1d, nn.MaxPool1d),
    2: (nn.Conv2d, nn.BatchNorm2d, nn.MaxPool2d),
    3: (nn.Conv3d, nn.BatchNorm3d, MaxPool3d),
}


class ConvolutionalNetwork(nn.Module):
    """Convolutions, then a classifier on all their values: (N, C, H, W) or (N, C, D, H, W) to logits (N, classes)."""

    def __init__(self, parameters: Convolutional, shape: tuple[int, ...], heads: Sequence[int]) -> None:
        super().__init__()
        _, norm, _ = OF_AXES[len(shape) - 1]
        self.transform = norm(shape[0], affine=False) if parameters.transform == "batch_norm" else nn.Identity()
        self.features = _convolutions(parameters, shape[0], len(shape) - 1)
        with torch.no_grad():
            size = self.features.eval()(torch.zeros(1, *shape)).numel()
        self.features.train()
        self.head = Heads(parameters, size, heads)

    def forward(self, x: Tensor) -> Tensor:
        """Images to logits."""
        return self.head(self.features(self.transform(x)).flatten(1))


class TraceNetwork(ConvolutionalNetwork):
    """The same along one axis, for traces without channels: (N, F) to logits (N, classes)."""

    def forward(self, x: Tensor) -> Tensor:
        """Traces to logits."""
        return super().forward(x[:, None])


def _convolutions(p: Convolutional, channels: int, axes: int) -> nn.Sequential:
    convolution, norm, pool = OF_AXES[axes]
    layers: list[nn.Module] = []
    stages = zip(p.conv_filters, p.conv_sizes, p.conv_strides, p.pool_sizes, p.pool_strides, strict=True)
    for filters, size, stride, pool_size, pool_stride in stages:
        layers.append(convolution(channels, filters, size, stride, padding=size // 2, bias=not p.bn))
        if p.bn:
            layers.append(norm(filters))
        layers.append(getattr(nn, p.conv_no_linear_fun)())
        if pool_size > 1 or pool_stride > 1:
            layers.append(pool(pool_size, pool_stride))
        channels = filters
    return nn.Sequential(*layers)


class Heads(nn.Module):
    """Features (N, size) to the outputs of a head for each question, side by side: (N, sum of `heads`)."""

    def __init__(self, p: Head, size: int, heads: Sequence[int]) -> None:
        super().__init__()
        self.of = nn.ModuleList(_head(p, size, outputs) for outputs in heads)
        self.l2 = p.clf_l2

    def forward(self, features: Tensor) -> Tensor:
        """Features to outputs."""
        return torch.cat([head(features) for head in self.of], dim=1)

    def penalty(self) -> Tensor | float:
        """What is added to the loss: `clf_l2` times the sum of the squared weights of the hidden layers."""
        if not self.l2:
            return 0.0
        hidden = (layer.weight for head in self.of for layer in head[:-1] if isinstance(layer, nn.Linear))
        return self.l2 * sum(weight.square().sum() for weight in hidden)


def _head(p: Head, size: int, outputs: int) -> nn.Sequential:
    """Features (N, size) to (N, outputs) through the hidden layers of `p`."""
    layers: list[nn.Module] = []
    for neurons in p.clf_neurons:
        if p.dropout:
            layers.append(nn.Dropout(p.dropout))
        layers += [nn.Linear(size, neurons), getattr(nn, p.clf_no_linear_fun)()]
        size = neurons
    layers.append(nn.Linear(size, outputs))
    return nn.Sequential(*layers)
