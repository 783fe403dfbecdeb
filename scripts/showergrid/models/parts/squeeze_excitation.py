"""Residual blocks with squeeze and excitation, and a network of them that joins the views of an event.

As the public code of the DUNE CVN has them (B. Abi et al., Phys. Rev. D 102 (2020) 092003).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from showergrid.models.parts.layers import Heads
from showergrid.models.parts.squeeze_excitation_settings import ViewsSize


class ViewsNetwork(nn.Module):
    """Images (N, C, H, W), each channel of which is a view, to logits (N, classes).

    Each view passes through convolutions of its own, which share no weights with those of another view. Their channels
    are concatenated and pass through further stages together.
    """

    def __init__(self, parameters: ViewsSize, views: int, heads: Sequence[int]) -> None:
        super().__init__()
        ratio = parameters.ratio
        first, *widths = parameters.widths
        depth, *depths = parameters.depths
        self.views = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(1, first, 7, stride=2, padding=3, bias=False),
                nn.MaxPool2d(3, stride=2, padding=1),
                *(SqueezedBlock(first, first, 1, ratio) for _ in range(depth)),
            )
            for _ in range(views)
        )
        stages = []
        ends = pairwise([views * first, *widths])
        for (inner, outer), blocks, stride in zip(ends, depths, parameters.strides, strict=True):
            stages.append(SqueezedBlock(inner, outer, stride, ratio))
            stages += [SqueezedBlock(outer, outer, 1, ratio) for _ in range(blocks - 1)]
        self.joined = nn.Sequential(*stages, nn.BatchNorm2d(widths[-1]), nn.ReLU())
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        self.head = Heads(parameters, widths[-1], heads)
        self.l2 = parameters.l2

    def forward(self, x: Tensor) -> Tensor:
        """Images to logits."""
        seen = [view(x[:, [channel]]) for channel, view in enumerate(self.views)]
        return self.head(self.joined(torch.cat(seen, dim=1)).mean((2, 3)))

    def penalty(self) -> Tensor | float:
        """What is added to the loss: `l2` times the squared weights of the views' first convolutions and of outputs."""
        if not self.l2:
            return 0.0
        layers = [*(view[0] for view in self.views), *(head[-1] for head in getattr(self.head, "of", ()))]
        return self.l2 * sum(layer.weight.square().sum() for layer in layers)


class SqueezedBlock(nn.Module):
    """Two convolutions whose channels are weighted, added to their input; the norm stands before each (He et al. 2016).

    Pre-activation: K. He et al., arXiv:1603.05027; squeeze and excitation: J. Hu et al., arXiv:1709.01507.
    """

    def __init__(self, inner: int, outer: int, stride: int, ratio: int) -> None:
        super().__init__()
        self.before = nn.Sequential(nn.BatchNorm2d(inner), nn.ReLU())
        self.convolutions = nn.Sequential(
            nn.Conv2d(inner, outer, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(outer),
            nn.ReLU(),
            nn.Conv2d(outer, outer, 3, padding=1, bias=False),
        )
        squeezed = max(1, outer // ratio)
        self.excite = nn.Sequential(
            nn.Linear(outer, squeezed, bias=False), nn.ReLU(), nn.Linear(squeezed, outer, bias=False), nn.Sigmoid()
        )
        alike = inner == outer and stride == 1
        self.shortcut = None if alike else nn.Conv2d(inner, outer, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inner, H, W) to (N, outer, H / stride, W / stride), rounded up."""
        ready = self.before(x)
        y = self.convolutions(ready)
        weight = self.excite(y.mean((2, 3)))[:, :, None, None]
        return y * weight + (x if self.shortcut is None else self.shortcut(ready))
