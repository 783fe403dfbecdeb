"""Intervals of counted events: of a share of them, and of the rate behind their number."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np


def effective(group: np.ndarray) -> float:
    """How many independent events those in groups (n,) count as: n^2 over the sum of the squared sizes of the groups.

    That is the least: events of one group are taken to be all alike (Kish, Survey Sampling, 1965, section 8.2, with a
    correlation of 1 within groups). Of no events it is 0.
    """
    sizes = np.unique(group, return_counts=True)[1]
    return float(group.size**2 / (sizes**2).sum()) if group.size else 0.0


def wilson(kept: float, total: float, level: float) -> tuple[float, float]:
    """The interval of a share, `kept` of `total` events, at a confidence `level`: Wilson, JASA 22 (1927) 209.

    Of no events it is 0 to 1. Numbers may be `effective` ones.
    """
    if total == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = kept / total
    middle = share + z**2 / (2 * total)
    half = z * np.sqrt(share * (1 - share) / total + (z / (2 * total)) ** 2)
    low, high = ((middle + sign * half) / (1 + z**2 / total) for sign in (-1, 1))
    return (float(low) if kept else 0.0), (float(high) if kept < total else 1.0)


def garwood(counts: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The ends (n,) of the central intervals of the rates behind `counts` (n,): Garwood, Biometrika 28 (1936) 437."""
    # Here, since it takes 0.3 s, which no evaluation needs; scipy.stats would say the same, and takes 2 s
    from scipy.special import gammaincinv

    tail = (1 - level) / 2
    low = np.where(counts > 0, gammaincinv(np.maximum(counts, 1), tail), 0.0)
    return low, gammaincinv(counts + 1, 1 - tail)
