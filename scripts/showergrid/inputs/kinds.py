"""The kinds of inputs, and what a network is told of those that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

Kind = Literal["table", "set", "image", "prongs"]


@dataclass(frozen=True)
class Input:
    """One input of a network, for N events.

    table: a tensor (N, *shape) with shape (F,). image: the same with shape (C, H, W) or (C, D, H, W). set: a tensor
    (N, *shape) with shape (L, F) and behind it its mask (N, L), which is true for the entries that are there. pixels:
    those of an image of this shape that are occupied, (P, C), behind them their places (P, 2 or 3) int64, and how many
    each event has (N,) int64. prongs: a tensor (N, *shape) with shape (V, H, W), of the events, behind it one of their
    prongs (P, *shape), P in all, and the event of each (P,) int64, 0 to N - 1. All other tensors but masks are float32.
    """

    kind: Kind | Literal["pixels"]
    shape: tuple[int, ...]


Inputs = Mapping[str, Input]  # by name, in the order in which a network takes them


def shape_of(inputs: Inputs) -> tuple[int, ...]:
    """The shape of the only input."""
    [only] = inputs.values()
    return only.shape


@dataclass(frozen=True)
class Share:
    """Per event (n,) float64: the share of its charge and of its hits that the window covers, 0 to 1."""

    charge: np.ndarray
    hits: np.ndarray


class Seen(Protocol):
    """What a network takes: its inputs, for n events (n,) int64; share: None where there is no window."""

    event: np.ndarray
    inputs: Inputs
    share: Share | None

    def __len__(self) -> int:
        """Number of events."""
        ...

    def batch(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """The tensors of the events at `rows` (N,) by name, masks (name.mask) and the like behind what they are of."""
        ...
