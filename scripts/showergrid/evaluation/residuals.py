"""Metrics of the answers to a question of a value, each with its interval.

`truth` (n,) are the true values and `value` (n,) the predicted ones; a residual is predicted less true, and a relative
residual is divided by the true value. All take weights (b, n), one row for each resample; a single row of ones gives
the value itself. Nothing is relative where a true value is not positive: such numbers are left out.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from showergrid.core.errors import InputError
from showergrid.evaluation.bootstrap import event_weights, percentile_interval
from showergrid.evaluation.counts import effective
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.questions import ValueQuestion
from showergrid.training.huber import huber

CENTRAL = (0.16, 0.84)  # shares below the ends of the central 68 %, one standard deviation to either side of a Gaussian


def value_metrics(
    truth: np.ndarray,
    value: np.ndarray,
    question: ValueQuestion,
    scale: Mapping[str, float],
    bootstrap: Bootstrap,
    split: str,
    group: np.ndarray | None = None,
) -> dict:
    """Metrics of one split.

    Args:
        truth: (n,) float.
        value: (n,) float, predicted.
        question: what is asked.
        scale: `mean` and `std` by which the loss standardises values.
        bootstrap: settings of the intervals.
        split: name of the split, which also names the random stream.
        group: (n,) int, the group of each event; None if each stands by itself.

    Raises:
        InputError: an answer is no number, or the split is empty.
    """
    if truth.size == 0:
        raise InputError(f"split {split}: holds no events; give it a larger share")
    if bad := np.count_nonzero(~np.isfinite(value)):
        raise InputError(f"split {split}: {bad} answers are no numbers; the training diverged, lower its lr")

    def statistics(weights: np.ndarray) -> dict[str, np.ndarray]:
        loss = weighted_mean(huber((value - truth) / scale["std"], question.delta), weights)
        return {"loss": loss, **deviations(truth, value, weights)}

    whole = {name: float(row[0]) for name, row in statistics(np.ones((1, truth.size))).items()}
    # Events are drawn among all: no split fixes how many have a value
    drawn = event_weights(np.zeros(truth.size, dtype=np.int64), bootstrap, split, group=group)
    blocks = [statistics(weights) for weights in drawn]
    report: dict = {"events": int(truth.size)}
    if group is not None:
        report |= {"groups": int(np.unique(group).size), "effective_events": effective(group)}
    for name, number in whole.items():
        *parents, last = name.split("/")
        place = report.setdefault(parents[0], {}) if parents else report
        low, high = percentile_interval(np.concatenate([block[name] for block in blocks]), bootstrap.level)
        place[last] = {"value": number, "low": low, "high": high}
    return report


def deviations(truth: np.ndarray, value: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Bias, resolution and the like of each row of `weights` (b, n), as name -> (b,); `relative/` begins relative ones.

    Bias is the mean residual, the median one is beside it; the resolution is half the width of the central 68 % of
    the residuals, the RMS the root of their mean square.
    """
    measured = _of_residuals(value - truth, weights)
    if (truth <= 0).any():
        return measured
    of_relative = _of_residuals(value / truth - 1, weights)
    return {**measured, **{f"relative/{name}": row for name, row in of_relative.items()}}


def _of_residuals(residual: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    low, median, high = quantiles(residual, weights, (CENTRAL[0], 0.5, CENTRAL[1]))
    return {
        "bias": weighted_mean(residual, weights),
        "median_bias": median,
        "resolution": (high - low) / 2,
        "rms": np.sqrt(weighted_mean(residual**2, weights)),
    }


def quantiles(residual: np.ndarray, weights: np.ndarray, shares: tuple[float, ...]) -> list[np.ndarray]:
    """For each of the `shares` (b,): the smallest of the residuals (n,) that so large a share does not exceed."""
    order = np.argsort(residual, kind="stable")
    passed = np.cumsum(weights.take(order, axis=1), axis=1)
    return [residual[order][(passed >= share * passed[:, -1:]).argmax(axis=1)] for share in shares]


def weighted_mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(b,): the mean of `values` (n,) for each row of weights (b, n)."""
    # not a matrix product: its order of summation depends on the number of threads
    return (weights * values).sum(axis=1) / weights.sum(axis=1)
