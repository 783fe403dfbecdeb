"""Heat maps of the answers to events and to their prongs, on the maps of the event and of all its prongs.

An answer is that of a token: the event, or one of its prongs. s is the log odds of the class that it is asked about. On
the pixel u of view v of a map m of the same event, whose values are x, there are

    D_m(v, u) = x_m(v, u) ds/dx_m(v, u)         what the pixel adds to s, to first order
    C_m(u) = sum over k of A_mk(u) ds/dA_mk(u)  what the activations A_mk of its network add where it lies
    a_m                                         attention: how much of the map there is in what the token answers by

and its heat is a_m D |C|: above 0 it speaks for the class, below 0 against it. Heat for all other classes together is
the same with the other sign, as their log odds are -s. It is no share of s, and adds up to nothing.

The product of gradient, class activation and attention is that of TransformerCVN (arXiv:2303.06201); how each is taken
here is ours. C is HiResCAM (Draelos and Carin, arXiv:2011.08891), which is Grad-CAM (Selvaraju et al., ICCV 2017) where
the gradient is the same in all places, interpolated bilinearly. Of C only the size is taken: the sign is that of the
pixel, and two signs would make what speaks against the class twice speak for it. Attention is rolled out (Abnar and
Zuidema, arXiv:2005.00928).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from showergrid.core.progress import progress
from showergrid.core.seeds import generator
from showergrid.explain.heatmaps import RANDOM_MASKS, correlation, log_odds
from showergrid.explain.prong_entries import OccupiedEntries, as_many
from showergrid.explain.selection import largest
from showergrid.inputs.input_file import ranges_of
from showergrid.inputs.prongs import ProngCuts
from showergrid.models.parts.observed import Observed
from showergrid.training.data import Task
from showergrid.training.loop import answers, batches, parts, tensors_of
from showergrid.training.settings import Training


@dataclass(frozen=True)
class Looked:
    """What A answers rest on: heat (V, p) float32 on the maps of events, (V, p') on those of prongs, P in all.

    event_attention (A,) and prong_attention (P,) float32: that to each map.
    """

    event_heat: np.ndarray
    prong_heat: np.ndarray
    event_attention: np.ndarray
    prong_attention: np.ndarray

    def of(self, entries: OccupiedEntries) -> np.ndarray:
        """(n,) float32: the heat of occupied entries."""
        return np.concatenate([self.event_heat.ravel(), self.prong_heat.ravel()])[entries.place]


@dataclass(frozen=True)
class AskedProngs:
    """A network, and A answers to explain; `seen` holds a copy of its event for each, so that each has maps of its own.

    observe: `observed` of the network's plug-in. token (A,) int64: 0, the event, or 1 + i, prong i of what is seen of
    it; label (A,) int64: the class asked about, of the first question of events, or the first of prongs.
    """

    network: nn.Module
    observe: Callable[[nn.Module, Tensor, Tensor, Tensor], Observed]
    tasks: Sequence[Task]
    seen: ProngCuts
    token: np.ndarray
    label: np.ndarray
    settings: Training
    device: torch.device

    @cached_property
    def entries(self) -> OccupiedEntries:
        """What is occupied of the maps."""
        return OccupiedEntries.of(self.seen)

    def looked(self) -> Looked:
        """What the answers rest on, in float32 whatever the precision of the training."""
        self.network.eval()
        cuts = (self.seen.of_events, self.seen.of_prongs)
        heats = [np.zeros_like(cut.values) for cut in cuts]
        attentions = [np.zeros(len(cut), np.float32) for cut in cuts]
        size = self.settings.micro_batch_size or self.settings.batch_size
        for rows in progress(batches(np.arange(self.token.size), size), "heat maps of prongs", "batch"):
            maps = rows, self.seen.prongs(rows)[0]
            for i, (dense, attention) in enumerate(self._looked(rows)):
                pixels, image = ranges_of(cuts[i].offsets[maps[i]], cuts[i].offsets[maps[i] + 1])
                heats[i][:, pixels] = dense[image, :, cuts[i].position[pixels]].T
                attentions[i][maps[i]] = attention
        return Looked(*heats, *attentions)

    def _looked(self, rows: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Heat (B, V, H W) and attention (B,) of the maps of events, and those of the maps of their prongs."""
        *maps, owner = tensors_of(self.seen.batch(rows), self.device)
        seen = self.observe(self.network, *(values.requires_grad_() for values in maps), owner)
        activations = [seen.of_events, seen.of_prongs]
        asked = self._asked(parts(self.tasks, seen.given), rows)
        score = sum(log_odds(logits, torch.from_numpy(self.label[own]).to(self.device)).sum() for logits, own in asked)
        gradients = torch.autograd.grad(score, [*maps, *activations], materialize_grads=True)
        token = torch.from_numpy(self.token[rows]).to(self.device)
        count = torch.bincount(owner, minlength=rows.size)
        place = 1 + torch.arange(owner.numel(), device=self.device) - (count.cumsum(0) - count)[owner]
        own = torch.arange(rows.size, device=self.device)
        attention = [seen.attention[own, token, 0], seen.attention[owner, token[owner], place]]
        active = [
            [part[: len(of)] for part in pair] for of, *pair in zip(maps, activations, gradients[2:], strict=True)
        ]
        made = [(of, gradients[i], *active[i], attention[i]) for i, of in enumerate(maps)]
        return [(heat(*of).detach().flatten(2).cpu().numpy(), of[-1].cpu().numpy()) for of in made]

    def _asked(self, given: Sequence[Tensor], rows: np.ndarray) -> Iterator[tuple[Tensor, np.ndarray]]:
        """Yield what is `given`, task by task, for the tokens of `rows` that are asked, and whose of `rows` it is.

        That is (B', classes) of events, then of prongs, if any is asked.
        """
        token, count = self.token[rows], np.diff(self.seen.offsets)[rows]
        of_event = token == 0
        yield given[0][np.flatnonzero(of_event)], rows[of_event]
        if not of_event.all():
            first = [task.question.of for task in self.tasks].index("prong")
            yield given[first][(np.cumsum(count) - count + token - 1)[~of_event]], rows[~of_event]

    def probability(self, masked: np.ndarray) -> np.ndarray:
        """(A,) float64: the probability of each class asked about when the entries `masked` (n,) bool are emptied."""
        cuts = (self.seen.of_events, self.seen.of_prongs)
        emptied = np.zeros(sum(cut.values.size for cut in cuts), bool)
        emptied[self.entries.place[masked]] = True
        of_events, of_prongs = (
            replace(cut, values=np.where(empty.reshape(cut.values.shape), np.float32(0), cut.values))
            for cut, empty in zip(cuts, np.split(emptied, [cuts[0].values.size]), strict=True)
        )
        seen = replace(self.seen, of_events=of_events, of_prongs=of_prongs)
        probability = np.empty(self.token.size)
        given = answers(self.network, self.settings, self.tasks, seen, self.device)
        for answered, own in self._asked(given, np.arange(self.token.size)):
            probability[own] = answered.numpy()[np.arange(own.size), self.label[own]]
        return probability


def heat(maps: Tensor, gradient: Tensor, activations: Tensor, their_gradient: Tensor, attention: Tensor) -> Tensor:
    """(B, V, H, W): heat by the gradients on `maps` (B, V, H, W) and on their activations (B, K, h, w).

    It is weighted by the attention (B,) to each map; see the module docstring.
    """
    own = maps * gradient
    active = (activations * their_gradient).sum(1, keepdim=True)  # (B, 1, h, w)
    active = functional.interpolate(active, size=maps.shape[2:], mode="bilinear")
    return attention[:, None, None, None] * own * active.abs()


def falls(asked: AskedProngs, hot: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Fall (A,) of the probability of the class asked about without the hottest `share` of the entries of all maps.

    hot (n,): the heat of the entries; of the hottest only those go that speak for the class. The second array is the
    fall without as many entries of each map, chosen at random: that the right maps are hot is not tested.
    """
    entries = asked.entries
    hottest = largest(hot, entries.offsets, share) & (hot > 0)
    before = asked.probability(np.zeros(hot.size, bool))
    random = [
        asked.probability(as_many(hottest, entries.map, generator(seed, "prong_masks", i))) for i in range(RANDOM_MASKS)
    ]
    return before - asked.probability(hottest), before - np.mean(random, axis=0)


def trust_in(asked: AskedProngs, hot: np.ndarray, anew: nn.Module, share: float, seed: int) -> dict[str, np.ndarray]:
    """What tells whether maps can be trusted, (A,) each: what masking does, and how much a map is an untrained one's.

    hot (n,): the heat of the entries; `anew`: the same network with weights drawn anew.
    """
    hottest, random = falls(asked, hot, share, seed)
    other = replace(asked, network=anew).looked().of(asked.entries)
    return {
        "fall_hottest": hottest,
        "fall_random": random,
        "difference": hottest - random,
        "correlation_untrained": correlation(hot, other, asked.entries.offsets),
    }
