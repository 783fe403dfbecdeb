"""The bootstrap over events: how often each event is drawn, and intervals from the resampled statistics.

Events are drawn with replacement within each class, since the split fixes the number of events of each class. A
resample is held as the count of every event, so that all statistics of all resamples are sums over one matrix.

Events of one group, such as those of one collision or the tanks of one air shower, are not independent: groups are
drawn in place of events, each with all that it holds (Davison and Hinkley 1997, section 3.8).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from showergrid.core.seeds import generator
from showergrid.evaluation.settings import Bootstrap

RESAMPLES_AT_ONCE = 128  # bounds the memory: 128 x 20,000 events of 8 bytes are 20 MB


def event_weights(
    labels: np.ndarray, bootstrap: Bootstrap, *names: str | int, group: np.ndarray | None = None
) -> Iterator[np.ndarray]:
    """Yield how often each event is drawn: blocks (b, n) float64 of whole numbers, `bootstrap.resamples` rows in all.

    Args:
        labels: (n,) int, the class of each event.
        bootstrap: seed and number of resamples.
        names: names of the random stream; equal names, labels and groups give equal resamples.
        group: (n,) int, the group of each event; None if each stands by itself.
    """
    rng = generator(bootstrap.seed, "bootstrap", *names)
    row, strata = (None, labels) if group is None else _strata(labels, group)
    members = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    for start in range(0, bootstrap.resamples, RESAMPLES_AT_ONCE):
        rows = min(RESAMPLES_AT_ONCE, bootstrap.resamples - start)
        weights = np.empty((rows, strata.size))
        for own in members:
            drawn = rng.integers(own.size, size=(rows, own.size)) + own.size * np.arange(rows)[:, None]
            counts = np.bincount(drawn.ravel(), minlength=rows * own.size)
            weights[:, own] = counts.reshape(rows, own.size)
        yield weights if row is None else weights.take(row, axis=1)


def _strata(labels: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row (n,) of each event's group among those that occur, and within what each group (G,) is drawn.

    That is the class of its events; where a group holds several classes, groups are drawn among all.
    """
    _, first, row = np.unique(group, return_index=True, return_inverse=True)
    of_group = labels[first]
    return row, of_group if np.array_equal(of_group[row], labels) else np.zeros_like(of_group)


def percentile_interval(resampled: np.ndarray, level: float) -> tuple[float, float]:
    """Lower and upper end of the percentile interval of `resampled` (b,), undefined resamples left out."""
    low, high = np.nanquantile(resampled, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def reverse_percentile_interval(value: float, resampled: np.ndarray, level: float) -> tuple[float, float]:
    """Interval of a non-negative statistic that resampling biases upwards (Davison and Hinkley 1997, eq. 5.6).

    A sum of absolute deviations grows with noise, so a resample lies above `value` as `value` lies above the truth;
    the interval is mirrored at `value`, cut at 0, and holds `value`.
    """
    low, high = percentile_interval(resampled, level)
    return max(0.0, min(value, 2 * value - high)), max(value, 2 * value - low)
