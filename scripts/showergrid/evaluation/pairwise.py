"""Differences between means over seeds on the same test events, and how likely noise alone makes ones as large.

As in comparisons.py, a difference has the noise of events, which is normal, and that of seeds, which follows Student's
t since its variance is estimated from few seeds. There the distribution is sampled; here it is integrated, since Holm's
correction of thousands of pairs needs p-values smaller than any number of resamples resolves. Student's t is a normal
whose variance is divided by chi-squared over its degrees of freedom, so the distribution is a mixture of normals. With
three seeds that differ by three times the noise of events, the t of Welch and Satterthwaite calls noise a difference
480 times too often where p is 1e-5; this distribution kept its level in simulations down to p of 1e-4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, ndtr

NODES = 40  # of the integral over one chi-squared; p-values down to 1e-6 are within 1 % of the exact ones
CONCENTRATION = 6  # power that draws the nodes to small chi-squared, where the tails of Student's t come from
HALVINGS = 50


@dataclass(frozen=True)
class Mixture:
    """Distributions around 0: mixtures of normals of standard deviation `deviation` (k, m) and share `weight` (m,)."""

    deviation: np.ndarray
    weight: np.ndarray

    def outside(self, distance: np.ndarray) -> np.ndarray:
        """Probability (k,) of lying at least `distance` (k,) away from 0; 1 for a distance of 0."""
        away = np.abs(distance)
        with np.errstate(divide="ignore", invalid="ignore"):
            tails = 2 * ndtr(-away[:, None] / self.deviation)
        # no matrix product, so that the bytes are the same on any number of threads
        return np.where(away == 0, 1.0, np.minimum(1.0, (tails * self.weight).sum(axis=1)))

    def half_width(self, level: float) -> np.ndarray:
        """Distance (k,) from 0 within which the share `level` of each distribution lies, at most 2."""
        low, high = np.zeros(len(self.deviation)), np.full(len(self.deviation), 2.0)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            wider = self.outside(middle) > 1 - level
            low, high = np.where(wider, middle, low), np.where(wider, high, middle)
        return high


@dataclass(frozen=True)
class Differences:
    """All pairs of P places, the first of a pair standing before the second: each array is (P (P - 1) / 2,).

    first, second: indices; value: difference of the mean accuracies; low, high: its interval; p: two-sided, not
    corrected; seeds: how their noise is taken: paired, independent, borrowed (a single seed has its partner's), none.
    """

    first: np.ndarray
    second: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray
    seeds: np.ndarray


def differences(
    right: Sequence[np.ndarray], seeds: Sequence[Sequence[int]], level: float, group: np.ndarray | None = None
) -> Differences:
    """Compare every place with every later one.

    The standard error of events is that of McNemar's test (1947): the root of the sum of squared differences, event by
    event, over the number of events. Differences of a group's events are summed before they are squared. The noise that
    seeds of the same numbers bring to both places cancels.

    Args:
        right: for each place, whether each seed answers each test event rightly, (S, n) bool with the same n for all.
        seeds: for each place, the numbers (S,) of its seeds.
        level: confidence level of the intervals.
        group: (n,) int, the group of each event; None if each stands by itself.
    """
    first, second = np.triu_indices(len(right), 1)
    size = np.array([len(answers) for answers in right], dtype=np.float64)
    events = right[0].shape[1]
    hits = np.array([answers.sum(axis=0, dtype=np.float64) for answers in right])  # (P, n): seeds that answer rightly
    if group is not None:  # (P, G): summed over the events of each group
        order = np.argsort(group, kind="stable")
        hits = np.add.reduceat(hits[:, order], np.flatnonzero(np.diff(group[order], prepend=-1)), axis=1)
    products = hits @ hits.T  # sums of whole numbers, so exact
    a, b = size[first], size[second]
    squares = b**2 * products[first, first] + a**2 * products[second, second] - 2 * a * b * products[first, second]
    totals = hits.sum(axis=1)
    value = (b * totals[first] - a * totals[second]) / (a * b * events)

    accuracies = [answers.mean(axis=1)[np.argsort(numbers)] for answers, numbers in zip(right, seeds, strict=True)]
    ordered = [tuple(sorted(numbers)) for numbers in seeds]
    noise = [
        _seed_noise(accuracies[i], accuracies[j], ordered[i] == ordered[j]) for i, j in zip(first, second, strict=True)
    ]
    kind = np.array([pair[0] for pair in noise], dtype=object)
    variances = np.array([pair[1] for pair in noise]).reshape(-1, 2)
    freedom = np.array([pair[2] for pair in noise]).reshape(-1, 2)
    p, half = np.empty(value.size), np.empty(value.size)
    for two in (False, True):  # sources of noise between seeds
        chosen = (kind == "independent") == two
        law = mixture(squares[chosen] / (a * b)[chosen] ** 2 / events**2, variances[chosen], freedom[chosen], two)
        p[chosen], half[chosen] = law.outside(value[chosen]), law.half_width(level)
    low, high = np.maximum(-1, value - half), np.minimum(1, value + half)
    return Differences(first, second, value, low, high, p, kind)


def mixture(normal: np.ndarray, variances: np.ndarray, freedom: np.ndarray, two: bool) -> Mixture:
    """Distribution of a normal of variance `normal` (k,) plus one or `two` Student's t scaled to `variances` (k, 2).

    `freedom` (k, 2) are their degrees of freedom, at least 1; without `two` the second column does not count.
    """
    node, weight = np.polynomial.legendre.leggauss(NODES)
    node = (node + 1) / 2
    weight = weight / 2 * CONCENTRATION * node ** (CONCENTRATION - 1)
    weight = weight / weight.sum()
    chance = node**CONCENTRATION
    scaled = variances[:, :, None] * freedom[:, :, None] / (2 * gammaincinv(freedom[:, :, None] / 2, chance))
    if not two:
        return Mixture(np.sqrt(normal[:, None] + scaled[:, 0]), weight)
    total = normal[:, None, None] + scaled[:, 0, :, None] + scaled[:, 1, None, :]
    return Mixture(np.sqrt(total).reshape(len(normal), NODES**2), np.outer(weight, weight).ravel())


def _seed_noise(
    first: np.ndarray, second: np.ndarray, same: bool
) -> tuple[str, tuple[float, float], tuple[float, float]]:
    """How the noise of seeds is taken, and the variances and degrees of freedom of its one or two sources.

    `first` (S,) and `second` (T,) are accuracies of seeds in the order of their numbers, which are the `same` or not.
    """
    if first.size == second.size == 1:
        return "none", (0.0, 0.0), (1.0, 1.0)
    if same:
        return "paired", (float(np.var(first - second, ddof=1)) / first.size, 0.0), (first.size - 1.0, 1.0)
    if min(first.size, second.size) == 1:
        known = first if first.size > 1 else second
        variance = float(np.var(known, ddof=1)) * (1 / first.size + 1 / second.size)
        return "borrowed", (variance, 0.0), (known.size - 1.0, 1.0)
    both = [float(np.var(accuracies, ddof=1)) / accuracies.size for accuracies in (first, second)]
    return "independent", (both[0], both[1]), (first.size - 1.0, second.size - 1.0)
