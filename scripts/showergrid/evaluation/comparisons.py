"""Test which results differ: cells are compared on the same test events, with the noise of events and of seeds.

A resample draws the events, the same for all cells, and, for each cell of several seeds, where the mean over all seeds
could lie. A plain bootstrap, which picks S seeds out of S, badly underestimates the noise of three seeds: the variance
comes out too small by (S - 1) / S, and the tails of a variance that is itself hardly known are missing (Davison and
Hinkley 1997, section 2.5). So the mean over seeds is drawn from Student's t with S - 1 degrees of freedom, which
follows from normal noise of unknown variance; comparing two cells drawn in this way is the Behrens-Fisher test. A cell
of one seed has no spread of its own between seeds; in a comparison it takes that of its partner, and where neither has
one, only the noise of events counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from showergrid.core.seeds import generator
from showergrid.evaluation.bootstrap import event_weights, percentile_interval
from showergrid.evaluation.settings import Bootstrap

# labels (n,), answers (n, ...), weights (b, n) -> (b,)
Statistic = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Sample:
    """One statistic of a cell: `values` (S,) of its seeds, and `resampled` (S, b) on resampled events."""

    values: np.ndarray
    resampled: np.ndarray

    @property
    def seeds(self) -> int:
        """Number of seeds S."""
        return self.values.size

    @property
    def mean(self) -> float:
        """Mean over seeds."""
        return float(self.values.mean())

    @property
    def variance(self) -> float:
        """Variance between seeds, unbiased; 0 for a single seed."""
        return float(self.values.var(ddof=1)) if self.seeds > 1 else 0.0


@dataclass(frozen=True)
class Estimate:
    """Mean over seeds, its interval (None if not known), and the standard deviation over seeds (None for one seed)."""

    value: float
    low: float | None
    high: float | None
    std: float | None


@dataclass(frozen=True)
class Difference:
    """Difference of two means with its interval, and the p-value of no difference (not corrected)."""

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Verdict:
    """Whether a cell is the best of its column, or not distinguishable from the best (`p` is Holm-corrected)."""

    best: bool
    indistinguishable: bool
    p: float | None


def samples(
    cells: Mapping[str, np.ndarray],
    labels: np.ndarray,
    statistic: Statistic,
    bootstrap: Bootstrap,
    group: np.ndarray | None = None,
) -> dict[str, Sample]:
    """Compute the statistic of every cell and its resamples, on the same events for all cells.

    Args:
        cells: name -> answers (S, n, ...) of its seeds for the same n test events.
        labels: (n,) int classes.
        statistic: such as `metrics.accuracy`.
        bootstrap: settings of the bootstrap over events.
        group: (n,) int, the group of each event; None if each stands by itself.
    """
    rows: dict[str, list[np.ndarray]] = {name: [] for name in cells}
    for weights in event_weights(labels, bootstrap, "test", group=group):  # the same resamples as in metrics.json
        for name, answers in cells.items():
            rows[name].append(np.stack([statistic(labels, of_seed, weights) for of_seed in answers]))
    whole = np.ones((1, labels.size))
    return {
        name: Sample(
            values=np.concatenate([statistic(labels, of_seed, whole) for of_seed in answers]),
            resampled=np.concatenate(rows[name], axis=1),
        )
        for name, answers in cells.items()
    }


def estimate(cell: Sample, bootstrap: Bootstrap, name: str, highest: float = 1.0, lowest: float = 0.0) -> Estimate:
    """Mean over seeds with an interval, from the noise of events for one seed, else of seeds and events.

    It ends at the `lowest` and at the `highest` possible value; `name` names the random stream of the seeds.
    """
    low, high = percentile_interval(_drawn(cell, generator(bootstrap.seed, "seeds", name)), bootstrap.level)
    std = float(np.sqrt(cell.variance)) if cell.seeds > 1 else None
    return Estimate(cell.mean, max(lowest, low), min(highest, high), std)


def pooled(cells: Sequence[Sample]) -> Sample:
    """The mean of several cells, seed by seed: their k-th seeds make the k-th seed of the mean.

    So the spread of the mean between seeds is right whether or not cells that share a seed err the same way: the
    noise that they share remains, and the rest averages out.
    """
    return Sample(
        values=np.mean([cell.values for cell in cells], axis=0),
        resampled=np.mean([cell.resampled for cell in cells], axis=0),
    )


def paired(first: Sample, second: Sample, bootstrap: Bootstrap, name: str) -> Difference:
    """How far `first` lies above `second`, both on the same events, resamples and seeds: a paired t-test over seeds.

    The noise that a seed brings to both cancels. For one seed only events count. `name` names the random stream.
    """
    difference = Sample(first.values - second.values, first.resampled - second.resampled)
    drawn = _drawn(difference, generator(bootstrap.seed, "difference", name))
    low, high = percentile_interval(drawn, bootstrap.level)
    return Difference(difference.mean, low, high, _sign_changes(drawn))


def p_value(first: Sample, second: Sample, rng: np.random.Generator) -> float:
    """Two-sided p-value of no difference between the means of two cells on the same events and resamples.

    It is twice the share of resamples, the data themselves counted as one, in which the difference changes sign.
    """
    return _sign_changes(_drawn_apart(first, second, rng))


def difference(first: Sample, second: Sample, bootstrap: Bootstrap, name: str) -> Difference:
    """How far `first` lies above `second`, both on the same events and resamples, and as `p_value` of any seeds.

    `name` names the random stream.
    """
    drawn = _drawn_apart(first, second, generator(bootstrap.seed, "difference", name))
    low, high = percentile_interval(drawn, bootstrap.level)
    return Difference(first.mean - second.mean, low, high, _sign_changes(drawn))


def _drawn_apart(first: Sample, second: Sample, rng: np.random.Generator) -> np.ndarray:
    """Draws (b,) of how far the means of two cells over all seeds and events could lie apart."""
    drawn = first.resampled.mean(axis=0) - second.resampled.mean(axis=0)
    if first.seeds > 1 and second.seeds > 1:
        return drawn + _noise(first, 1 / first.seeds, rng) + _noise(second, 1 / second.seeds, rng)
    known = first if first.seeds > 1 else second
    return drawn + _noise(known, 1 / first.seeds + 1 / second.seeds, rng)


def holm(p: Sequence[float]) -> list[float]:
    """Holm's (1979) step-down correction: p-values that may be compared with alpha one by one."""
    order = np.argsort(p, kind="stable")
    stepped = np.asarray(p, dtype=np.float64)[order] * np.arange(len(p), 0, -1)
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(stepped))
    return corrected.tolist()


def against_best(cells: Mapping[str, Sample], alpha: float, seed: int) -> dict[str, Verdict]:
    """Compare every cell of a column with the one of the highest mean (the first, if several are equal).

    A cell is not distinguishable from the best if its Holm-corrected p-value is at least `alpha`.
    """
    if not cells:
        return {}
    best = max(cells, key=lambda name: cells[name].mean)
    others = [name for name in cells if name != best]
    p = holm([p_value(cells[best], cells[name], generator(seed, "comparison", best, name)) for name in others])
    verdicts = {name: Verdict(False, value >= alpha, value) for name, value in zip(others, p, strict=True)}
    return {name: verdicts.get(name, Verdict(True, False, None)) for name in cells}


def _drawn(cell: Sample, rng: np.random.Generator) -> np.ndarray:
    """Draws (b,) of where the mean over all seeds and events could lie."""
    return cell.resampled.mean(axis=0) + _noise(cell, 1 / cell.seeds, rng)


def _sign_changes(drawn: np.ndarray) -> float:
    rarer = min(np.count_nonzero(drawn <= 0), np.count_nonzero(drawn >= 0))
    return min(1.0, 2 * (rarer + 1) / (drawn.size + 1))


def _noise(cell: Sample, share: float, rng: np.random.Generator) -> np.ndarray:
    """Noise (b,) of a mean with `share` of the variance between the seeds of `cell`; 0 for a single seed."""
    if cell.seeds == 1:
        return np.zeros(cell.resampled.shape[1])
    return np.sqrt(share * cell.variance) * rng.standard_t(cell.seeds - 1, size=cell.resampled.shape[1])
