"""Convolutions over the occupied pixels of images alone, in two and in three dimensions.

A submanifold convolution (Graham, Engelcke and van der Maaten, arXiv:1711.10275) has outputs at the pixels that are
occupied and nowhere else: it is the dense convolution with zeros around them, read at these pixels. So features do not
spread over the empty image, and the cost goes with the number of occupied pixels.

Which pixel enters which is the same for all layers of a level, and is looked up once a batch: for each place in the
kernel the rows of the pixels that are taken and of those that they add to (`Rules`). For one place in the kernel no
row is added to twice, and the places follow each other: so every sum has one order, on a GPU too.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

Rules = Sequence[tuple[Tensor, Tensor]]  # for each place in a kernel: rows taken (p,) and rows added to (p,), int64


@dataclass(frozen=True)
class Level:
    """The occupied pixels of N events at one size of pixels, sorted by event and place.

    pixels: P, how many there are; count (N,) int64: how many each event has. neighbours: the rules of a kernel of 3
    pixels along each axis. coarser: those of a kernel of 2 pixels in steps of 2, from this level to the next.
    """

    pixels: int
    count: Tensor
    neighbours: Rules
    coarser: Rules


def levels_of(place: Tensor, count: Tensor, size: Sequence[int], number: int) -> list[Level]:
    """The first `number` levels of images of `size` (D,) pixels, each with pixels twice as wide as the one before.

    place (P, D) int64: the occupied pixels of N events, event after event, each sorted with the last axis fastest;
    count (N,) int64: how many each event has. A pixel of the next level is occupied if one of its 2^D is.
    """
    axes = place.shape[1]
    event = torch.repeat_interleave(count)
    levels = []
    for _ in range(number):
        padded = [pixels + 2 for pixels in size]  # an empty border, so that no pixel is the neighbour of another edge's
        key = _key(event, place + 1, padded)
        around = place.new_tensor(list(itertools.product((-1, 0, 1), repeat=axes))[: 3**axes // 2 + 1])
        wanted = key + _key(around.new_zeros(len(around)), around, padded)[:, None]  # (K, P)
        row = torch.searchsorted(key, wanted).clamp_(max=max(len(key) - 1, 0))
        half = _rules(
            key[row] == wanted, row
        )  # the last is the pixel itself; what lies behind it mirrors what is before
        neighbours = [*half, *reversed_rules(half[-2::-1])]

        corner = _key(place.new_zeros(len(place)), place % 2, [2] * axes)  # which of the 2^D of a coarser pixel
        size = [(pixels + 1) // 2 for pixels in size]
        coarse, target = torch.unique(_key(event, place // 2, size), return_inverse=True)
        corners = torch.arange(2**axes, device=place.device)[:, None]
        coarser = [(taken, added) for added, taken in _rules(corner == corners, target.expand(2**axes, -1))]
        levels.append(Level(len(key), torch.bincount(event, minlength=len(count)), neighbours, coarser))
        event, *along = torch.unravel_index(coarse, (len(count), *size))
        place = torch.stack(along, dim=1)
    return levels


def _key(event: Tensor, place: Tensor, size: Sequence[int]) -> Tensor:
    """One number (P,) for each pixel, which grows with event (P,) and place (P, D)."""
    key = event
    for along, pixels in zip(place.unbind(1), size, strict=True):
        key = key * pixels + along
    return key


def _rules(there: Tensor, row: Tensor) -> Rules:
    """For each place k in a kernel the `row` (K, P) that is taken, and its number in P, of those that are `there`."""
    pairs = [taken.split(there.sum(1).tolist()) for taken in (row[there], there.nonzero()[:, 1])]
    return list(zip(*pairs, strict=True))


def reversed_rules(rules: Rules) -> Rules:
    """The rules of the transposed convolution."""
    return [(added, taken) for taken, added in rules]


class Convolve(torch.autograd.Function):
    """Features (P, C) and weights (K, C, C') to features (P', C') of the pixels that the rules add to."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, rules: Rules, pixels: int) -> Tensor:
        """Gather, multiply and add, one place in the kernel after the other."""
        ctx.save_for_backward(x, weight)
        ctx.rules = rules
        made = x.new_zeros(pixels, weight.shape[2])
        for (taken, added), matrix in zip(rules, weight, strict=True):
            made.index_add_(0, added, x.index_select(0, taken) @ matrix)
        return made

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None, None]:
        """The same with rows taken and rows added to exchanged."""
        x, weight = ctx.saved_tensors
        of_x, of_weight = torch.zeros_like(x), torch.empty_like(weight)
        for k, (taken, added) in enumerate(ctx.rules):
            part = gradient.index_select(0, added)
            of_x.index_add_(0, taken, part @ weight[k].T)
            torch.mm(x.index_select(0, taken).T, part, out=of_weight[k])
        return of_x, of_weight, None, None


class SparseConvolution(nn.Module):
    """A convolution without bias; places: K, the pixels in its kernel. Weights are drawn as those of ResNet."""

    def __init__(self, places: int, given: int, made: int) -> None:
        super().__init__()
        # He et al., arXiv:1502.01852, by the number of outputs that an input adds to
        self.weight = nn.Parameter(torch.empty(places, given, made).normal_(std=(2 / (places * made)) ** 0.5))

    def forward(self, x: Tensor, rules: Rules, pixels: int) -> Tensor:
        """(P, given) to (pixels, made)."""
        return Convolve.apply(x, self.weight, rules, pixels)


class PixelNorm(nn.Module):
    """Batch norm over all occupied pixels of a batch; fewer than two have no variance and take the running averages.

    Its sums over pixels do not depend on the number of threads, as those of PyTorch's own do.
    """

    def __init__(self, channels: int, momentum: float = 0.1, eps: float = 1e-5) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self.momentum, self.eps = momentum, eps

    def forward(self, x: Tensor) -> Tensor:
        """(P, C) to the same shape."""
        learns = self.training and len(x) > 1
        mean = x.mean(0) if learns else self.running_mean
        centred = x - mean
        variance = centred.square().mean(0) if learns else self.running_var
        if learns:
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(variance * len(x) / (len(x) - 1), self.momentum)
        return centred * ((variance + self.eps).rsqrt() * self.weight) + self.bias


def average_pool(x: Tensor, rules: Rules, pixels: int) -> Tensor:
    """Mean (pixels, C) over all pixels of a kernel, in which those that are not there are 0."""
    sums = x.new_zeros(pixels, x.shape[1])
    for taken, added in rules:
        sums = sums.index_add(0, added, x.index_select(0, taken))
    return sums / len(rules)


def event_mean(x: Tensor, count: Tensor) -> Tensor:
    """Mean (N, C) over the occupied pixels (P, C) of each event; 0 for an event without any."""
    return torch.segment_reduce(x, "sum", lengths=count, axis=0) / count.clamp(min=1)[:, None]


class ResidualBlock(nn.Module):
    """Two convolutions, whose outputs add to their input: the basic block of ResNet (He et al., arXiv:1512.03385).

    halves: the first one goes to the next level; what it adds to is then the mean over its kernel (He et al.,
    arXiv:1812.01187, ResNet-D), mixed by a matrix.
    """

    def __init__(self, axes: int, given: int, made: int, halves: bool) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            [SparseConvolution((2 if halves else 3) ** axes, given, made), SparseConvolution(3**axes, made, made)]
        )
        self.norms = nn.ModuleList([PixelNorm(made), PixelNorm(made)])
        self.mix = nn.Sequential(nn.Linear(given, made, bias=False), PixelNorm(made)) if halves else None

    def forward(self, x: Tensor, rules: Rules, level: Level) -> Tensor:
        """Features of pixels to those of the `level`, to which the `rules` of the first convolution lead."""
        first, second = self.convolutions
        y = functional.relu(self.norms[0](first(x, rules, level.pixels)))
        y = self.norms[1](second(y, level.neighbours, level.pixels))
        return functional.relu(y + (x if self.mix is None else self.mix(average_pool(x, rules, level.pixels))))


class Encoder(nn.Module):
    """A convolution and blocks at each of several levels; blocks, widths: how many, and their channels, at each."""

    def __init__(self, axes: int, channels: int, blocks: Sequence[int], widths: Sequence[int]) -> None:
        super().__init__()
        self.stem = SparseConvolution(3**axes, channels, widths[0])
        self.norm = PixelNorm(widths[0])
        before = [widths[0], *widths]
        self.stages = nn.ModuleList(
            nn.ModuleList(
                ResidualBlock(axes, width if j else before[i], width, halves=i > 0 and not j) for j in range(number)
            )
            for i, (number, width) in enumerate(zip(blocks, widths, strict=True))
        )

    def forward(self, x: Tensor, levels: Sequence[Level]) -> list[Tensor]:
        """Pixels (P, C) to the features of each of the `levels`."""
        x = functional.relu(self.norm(self.stem(x, levels[0].neighbours, levels[0].pixels)))
        made = []
        for i, (stage, level) in enumerate(zip(self.stages, levels, strict=True)):
            for j, block in enumerate(stage):
                x = block(x, levels[i - 1].coarser if i > 0 and j == 0 else level.neighbours, level)
            made.append(x)
        return made
