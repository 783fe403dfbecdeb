"""Answers of whole groups of events, such as the tanks of an air shower, and how far apart they tell two classes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from showergrid.core.errors import InputError
from showergrid.evaluation.comparisons import Statistic
from showergrid.evaluation.metrics import roc_auc

LEAST = 1e-3  # probability that an event leaves to a class at least: of a forest's trees often none votes for one


def log_scores(probability: np.ndarray) -> np.ndarray:
    """The logarithm of each probability (..., K), which is raised to LEAST."""
    raised = np.maximum(probability, LEAST)
    # not NumPy's logarithm, whose last digit depends on the CPU's instruction set
    return pc.ln(pa.array(raised.ravel())).to_numpy().reshape(raised.shape)


def shares(labels: np.ndarray, classes: list[str]) -> np.ndarray:
    """(K,): the share of each of the K classes among events with labels (n,).

    Raises:
        InputError: a class has no event.
    """
    counts = np.bincount(labels, minlength=len(classes))
    if not counts.all():
        raise InputError(
            f"groups: no training event is of class {classes[int(np.argmin(counts))]}, so it has no prior; leave out "
            "the report, or train on all classes"
        )
    return counts / counts.sum()


def first_of_groups(labels: np.ndarray, group: np.ndarray) -> np.ndarray:
    """(G,): an event of each group of events (n,), in the order of the groups' numbers.

    Raises:
        InputError: the events of a group are of several classes.
    """
    _, first, row = np.unique(group, return_index=True, return_inverse=True)
    if (mixed := labels[first][row] != labels).any():
        raise InputError(
            f"groups: group {group[np.argmax(mixed)]} of split.by holds events of several classes, so it has no answer "
            "of its own; leave out the report, or split by what has one class"
        )
    return first


def summed(scores: np.ndarray, prior: np.ndarray, group: np.ndarray) -> np.ndarray:
    """(G, K): of each group the sum over its events of ln p - ln prior, in the order of the groups' numbers.

    Where events are independent given the class, this is the logarithm of the likelihood of the group but for a term
    that all classes share, since p / prior is likelihood over evidence (Bayes).

    Args:
        scores: (n, K) ln p of each event.
        prior: (K,) share of each class among the training events.
        group: (n,) int.
    """
    order = np.argsort(group, kind="stable")
    start = np.flatnonzero(np.diff(group[order], prepend=group[order[0]] - 1))
    # as in log_scores
    return np.add.reduceat(scores[order] - pc.ln(pa.array(prior)).to_numpy(), start, axis=0)


def merit(first: int, second: int) -> Statistic:
    """The statistic |mean - mean| / sqrt(variance + variance) of the log-odds of two classes, of events of each.

    Studies of the mass of cosmic rays call it figure of merit, or merit factor, as Flaggs, Coleman and Schroeder do,
    Phys. Rev. D 109 (2024) 042002.
    """

    def separation(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
        odds = scores[:, second] - scores[:, first]
        moments = [_moments(odds[labels == k], weights[:, labels == k]) for k in (first, second)]
        (one, variance), (other, variance_of_other) = moments
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.abs(other - one) / np.sqrt(variance + variance_of_other)

    return separation


def area(first: int, second: int) -> Statistic:
    """The area under the ROC curve of the log-odds of class `second` to `first`, of the events of these two."""

    def of_pair(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
        either = (labels == first) | (labels == second)
        odds = scores[either, second] - scores[either, first]
        return roc_auc(labels[either] == second, odds, weights[:, either])

    return of_pair


def _moments(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance (b,) of `values` (n,) for each row of weights (b, n)."""
    centre = values.mean() if values.size else 0.0
    apart = values - centre
    # not matrix products: their order of summation depends on the number of threads
    total = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weights * apart).sum(axis=1) / total
        return centre + mean, (weights * apart**2).sum(axis=1) / total - mean**2
