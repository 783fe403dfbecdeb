"""Networks with a backbone for each view of an event and one classifier on the features of all views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from showergrid.core import plugins
from showergrid.inputs.kinds import Inputs
from showergrid.models.parts.layers import Heads
from showergrid.models.parts.network_settings import Head
from showergrid.models.parts.pretrained import without_classifier

TENSORS = {"table": 1, "image": 1, "set": 2, "pixels": 3}  # of an input, as Input tells them


class JoinedNetwork(nn.Module):
    """One backbone per view, or one for all views, and a classifier on their concatenated features.

    The tensors of each view, one after the other, to logits (N, classes). `told`: module and parameters of the backbone
    of each view.
    """

    def __init__(
        self, parameters: Head, told: Sequence[dict[str, Any]], share: bool, inputs: Inputs, heads: Sequence[int]
    ) -> None:
        super().__init__()
        self.tensors = [TENSORS[taken.kind] for taken in inputs.values()]
        self.backbones = nn.ModuleList()
        sizes = []
        for view, (name, taken) in list(zip(told, inputs.items(), strict=True))[: 1 if share else None]:
            module = plugins.load("models", view["model"]["module"])
            network = module.build(module.Parameters(**view["model"]["parameters"]), {name: taken}, heads)
            sizes.append(without_classifier(network, "head"))
            self.backbones.append(network)
        self.head = Heads(parameters, sum(sizes) * (len(told) // len(sizes)), heads)

    def features(self, *tensors: Tensor) -> Tensor:
        """The features of all views (N, F)."""
        views, left = [], list(tensors)
        for number in self.tensors:
            views.append(left[:number])
            left = left[number:]
        backbones = list(self.backbones) * (len(views) // len(self.backbones))
        return torch.cat([network(*view) for network, view in zip(backbones, views, strict=True)], dim=1)

    def forward(self, *tensors: Tensor) -> Tensor:
        """The logits (N, classes)."""
        return self.head(self.features(*tensors))
