"""How well a class is told from the rest: rates within bins, at thresholds, at efficiencies, by score.

`positive` (n,) bool says which events are of the class; `scores` are its probabilities. As in metrics.py, all sums over
events take weights (b, n), one row for each resample; a single row of ones gives the value itself. A rate of no events
is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Counts:
    """Numbers of events (b, k): positive ones kept and lost, others taken for positive (`false`) and rejected."""

    kept: np.ndarray
    lost: np.ndarray
    false: np.ndarray
    rejected: np.ndarray


def count(positive: np.ndarray, answered: np.ndarray, within: np.ndarray, weights: np.ndarray) -> Counts:
    """Count weighted events.

    Args:
        positive: (n,) bool.
        answered: (n, k) or (n, 1) bool, whether the event is taken for positive.
        within: (n, k) or (n, 1) bool, whether it counts at all.
        weights: (b, n).
    """
    own = positive[:, None]
    groups = (own & answered, own & ~answered, ~own & answered, ~own & ~answered)
    return Counts(*(weights @ (group & within).astype(np.float64) for group in groups))  # whole numbers, so exact


def rates(counts: Counts, ratio: float) -> dict[str, np.ndarray]:
    """Every rate (b, k) by its name; purity is re-weighted to `ratio` positive events for each other one.

    Efficiency and purity are recall and precision of the positive class. Where nothing is taken for positive, purity is
    not defined but its product with the efficiency is 0.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        positives, others = counts.kept + counts.lost, counts.false + counts.rejected
        efficiency, mistaken = counts.kept / positives, counts.false / others
        purity = counts.kept / (counts.kept + counts.false)
        reweighted = ratio * efficiency / (ratio * efficiency + mistaken)
        values = {
            "efficiency": efficiency,
            "purity": purity,
            "purity_reweighted": reweighted,
        }
    for name in ("purity", "purity_reweighted"):
        values[f"efficiency_{name}"] = np.where(efficiency == 0, 0.0, efficiency * values[name])
    return values


def mistaken_at(positive: np.ndarray, scores: np.ndarray, efficiencies: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Share (b, k) of the other events taken for positive at the highest threshold with at least each efficiency (k,).

    Of equal scores all pass or none, so the efficiency may be higher than required.
    """
    shares = np.full((len(weights), efficiencies.size), np.nan)
    if positive.all() or not positive.any():
        return shares
    for row, (reached, false, others) in enumerate(zip(*_scan(positive, scores, weights), strict=True)):
        required = efficiencies * reached[-1] * (1 - 1e-12)  # 0.8 of 5 events are 4, whatever the rounding
        shares[row] = false[np.searchsorted(reached, required)] / others
    return shares


def efficiency_at(positive: np.ndarray, scores: np.ndarray, mistaken: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Efficiency (b, k) at the lowest threshold where at most each share (k,) of the others is taken for positive.

    Of equal scores all pass or none, so the share may be lower than allowed.
    """
    efficiencies = np.full((len(weights), mistaken.size), np.nan)
    if positive.all() or not positive.any():
        return efficiencies
    for row, (reached, false, others) in enumerate(zip(*_scan(positive, scores, weights), strict=True)):
        allowed = mistaken * others * (1 + 1e-12)
        efficiencies[row] = np.append(0, reached)[np.searchsorted(false, allowed, side="right")] / reached[-1]
    return efficiencies


def _scan(positive: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What passes with the score of each of the p positive events as threshold, the highest first.

    The positive events up to it (b, p) and the others with as high a score (b, p), and all others (b,), weighted.
    """
    own, other = scores[positive], scores[~positive]
    best, worst = np.argsort(-own, kind="stable"), np.argsort(-other, kind="stable")
    passed = np.searchsorted(-other[worst], -own[best], side="right")  # (p,): others as high or higher
    taken = np.zeros((len(weights), other.size + 1))
    np.cumsum(weights[:, ~positive][:, worst], axis=1, out=taken[:, 1:])
    return np.cumsum(weights[:, positive][:, best], axis=1), taken[:, passed], taken[:, -1]


def binned(values: np.ndarray, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Edges (k + 1,) of at most `bins` bins of equally many events, and whether each event is in each bin (n, k).

    Events whose value is not a number are in no bin; values that many events share may leave fewer bins.
    """
    edges = np.unique(np.nanquantile(values, np.linspace(0, 1, bins + 1)))
    if edges.size == 1:
        return np.repeat(edges, 2), np.isfinite(values)[:, None]
    index = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, edges.size - 2)  # the last edge is inside
    return edges, (index[:, None] == np.arange(edges.size - 1)) & np.isfinite(values)[:, None]


def score_bins(scores: np.ndarray, bins: int) -> np.ndarray:
    """Whether each score (n,) is in each of `bins` bins of equal width between 0 and 1 (n, bins)."""
    return np.minimum((scores * bins).astype(np.int64), bins - 1)[:, None] == np.arange(bins)
