"""Networks with a backbone for each view of a shower and one classifier on the features of all views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from showergrid.core import plugins
from showergrid.models.parts.layers import Heads
from showergrid.models.parts.network_settings import Head
from showergrid.models.parts.pretrained import without_classifier


class JoinedNetwork(nn.Module):
    """One backbone per view, or one for all views, and a classifier on their concatenated features.

    (N, channels of all views, H, W) or (..., D, H, W) to logits (N, classes). `told`: the channels of each view, and
    module and parameters of its backbone.
    """

    def __init__(
        self,
        parameters: Head,
        told: Sequence[dict[str, Any]],
        share: bool,
        shape: tuple[int, ...],
        heads: Sequence[int],
    ) -> None:
        super().__init__()
        self.channels = [view["channels"] for view in told]
        self.backbones = nn.ModuleList()
        sizes = []
        for view in told[:1] if share else told:
            module = plugins.load("models", view["model"]["module"])
            own = module.Parameters(**view["model"]["parameters"])
            network = module.build(own, (view["channels"], *shape[1:]), heads)
            sizes.append(without_classifier(network, "head"))
            self.backbones.append(network)
        self.head = Heads(parameters, sum(sizes) * (len(told) // len(sizes)), heads)

    def features(self, x: Tensor) -> Tensor:
        """Images to the features of all views (N, F)."""
        views = x.split(self.channels, dim=1)
        backbones = list(self.backbones) * (len(views) // len(self.backbones))
        return torch.cat([network(view) for network, view in zip(backbones, views, strict=True)], dim=1)

    def forward(self, x: Tensor) -> Tensor:
        """Images to logits."""
        return self.head(self.features(x))
