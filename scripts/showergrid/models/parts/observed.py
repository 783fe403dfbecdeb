"""What TransformerCVN makes of maps on the way to its answers: activations of its DenseNets, and attention."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from showergrid.models.parts.hit_transformer import Layer
    from showergrid.models.parts.transformer_cvn import TransformerCVN

COARSEST = 7  # activations along a side, at least: as many as a ResNet has for an image of 224 pixels


@dataclass(frozen=True)
class Observed:
    """The outputs of a network for N events and their P prongs, and what stands between these and the maps.

    given: logits (N, F) of events, with a head for prongs also (P, F') of those; of_events (N, K, h, w) and of_prongs
    (P, K, h, w): activations, on which the outputs depend, those of empty maps perhaps behind them; attention
    (N, L, L): how much of each map (columns) there is in what each token (rows) answers by, the event first, then its
    prongs; a row adds up to 1, and is nothing's where an event has fewer prongs.
    """

    given: Tensor | tuple[Tensor, Tensor]
    of_events: Tensor
    of_prongs: Tensor
    attention: Tensor


def observed(network: TransformerCVN, events: Tensor, prongs: Tensor, owner: Tensor) -> Observed:
    """What the network makes of maps (N, V, H, W) of events and (P, V, H, W) of prongs; owner (P,): the event of each.

    The activations are those behind the last dense block that has COARSEST of them along each side, or behind the first
    one: a map of 64 x 64 pixels has only one behind five blocks, which tells nothing of places.
    """
    of_events, of_prongs, entered = [], [], []
    with ExitStack() as hooks:
        for embedding, made in ((network.event, of_events), (network.prong, of_prongs)):
            for part in _activating(embedding.network.features):
                keep = part.register_forward_hook(lambda _, __, output, made=made: made.append(output))
                hooks.enter_context(keep)
        for layer in network.layers:
            keep = layer.register_forward_pre_hook(lambda own, given: entered.append(attention(own, *given)))
            hooks.enter_context(keep)
        given = network(events, prongs, owner)
    length = 1 + int(torch.bincount(owner, minlength=1).max())
    alone = torch.eye(length, device=events.device).expand(len(events), -1, -1)
    return Observed(given, _fine(of_events), _fine(of_prongs), rollout(alone, entered))


def attention(layer: Layer, x: Tensor, there: Tensor) -> Tensor:
    """(N, L, L): how much each token attends to each in `layer`, the mean of its heads, for what enters it."""
    with torch.no_grad():
        q, k, _ = layer.project(layer.norm(x)).unflatten(2, (3, layer.heads, -1)).permute(2, 0, 3, 1, 4)
        scores = q @ k.mT / math.sqrt(q.shape[-1])  # (N, heads, L, L)
        return scores.masked_fill(~there, -torch.inf).softmax(-1).mean(1)


def rollout(alone: Tensor, layers: Sequence[Tensor]) -> Tensor:
    """(N, L, L): how much of each token that enters (columns) is in each behind all `layers` (rows).

    Of the attention (N, L, L) of each layer and the identity, by which it adds to what enters it, the mean is taken,
    and these are multiplied (attention rollout; Abnar and Zuidema, arXiv:2005.00928). Without layers it is `alone`, the
    identity.
    """
    rolled = alone
    for weights in layers:
        rolled = (weights + alone) / 2 @ rolled
    return rolled


def _activating(features: nn.Sequential) -> list[nn.Module]:
    """The parts whose outputs, at least 0, are the activations behind each dense block of a DenseNet.

    The last is all of it: torchvision sets what is below 0 there to 0 in place.
    """
    named = features.named_children()
    return [*(part.relu for name, part in named if name.startswith("transition")), features]


def _fine(blocks: Sequence[Tensor]) -> Tensor:
    """The last of the activations (B, K, h, w) that has COARSEST pixels along each side, or the first."""
    return [output for i, output in enumerate(blocks) if i == 0 or min(output.shape[2:]) >= COARSEST][-1]
