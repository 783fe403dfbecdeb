"""Thresholds on a score that validation events choose."""

from __future__ import annotations

import numpy as np


def best_threshold(labels: np.ndarray, scores: np.ndarray, k: int, shares: np.ndarray) -> float:
    """The score of an event at which efficiency times purity of class `k` is largest, the highest of equally good ones.

    Args:
        labels: (n,) int, with events of every class.
        scores: (n,) of the class.
        k: the class.
        shares: (K,) of the classes in the beam.
    """
    order = np.argsort(-scores, kind="stable")
    passed = np.cumsum(labels[order][:, None] == np.arange(shares.size), axis=0)  # (n, K)
    kept = shares * passed / np.maximum(passed[-1], 1)
    last = np.append(np.diff(scores[order]) != 0, True)  # of equal scores all pass or none
    product = np.where(last, kept[:, k] ** 2 / kept.sum(axis=1), -1)
    return float(scores[order][product.argmax()])
