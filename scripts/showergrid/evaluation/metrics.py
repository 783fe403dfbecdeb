"""Metrics of a two-class network, each with its interval: the contents of metrics.json.

Label 0 is the positive class and `scores` are its probabilities; a score of at least 0.5 is a positive answer. All sums
over events take weights (b, n), one row for each resample; a single row of ones gives the value itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from showergrid.core.errors import InputError
from showergrid.evaluation.bootstrap import event_weights, percentile_interval, reverse_percentile_interval
from showergrid.evaluation.settings import Bootstrap

THRESHOLD = 0.5
COLLAPSED_SHARE = 0.98  # share of events with the same answer from which a network counts as collapsed
CALIBRATION_BINS = 15


def cell_metrics(
    splits: Mapping[str, tuple[np.ndarray, np.ndarray]],
    window: Mapping[str, np.ndarray],
    best_epoch: int,
    epochs: int,
    names: Sequence[str],
    bootstrap: Bootstrap,
) -> dict:
    """Compute all of metrics.json.

    Args:
        splits: name of split -> labels (n,) int and scores (n,) float; one of them is "test".
        window: "charge", "hits" -> share of it inside the window (n,), for the test events in the order of the split.
        best_epoch: epoch whose weights were kept, from 1.
        epochs: number of epochs trained.
        names: names of the two classes, the positive one first.
        bootstrap: settings of the intervals.

    Raises:
        InputError: a score is no probability, or a split is empty.
    """
    reports = {
        split: split_metrics(labels, scores, names, bootstrap, split) for split, (labels, scores) in splits.items()
    }
    return {
        "splits": reports,
        "best_epoch": int(best_epoch),
        "epochs": int(epochs),
        "window": {
            what: mean_share(share, splits["test"][0], bootstrap, "window", what) for what, share in window.items()
        },
        "collapsed": reports["test"]["collapsed"],
    }


def split_metrics(
    labels: np.ndarray, scores: np.ndarray, names: Sequence[str], bootstrap: Bootstrap, split: str
) -> dict:
    """Metrics of one split; a metric that is not defined (such as purity without positive answers) is null.

    Args:
        labels: (n,) int, 0 for the positive class and 1 for the other.
        scores: (n,) float, probability of the positive class.
        names: names of the two classes, the positive one first.
        bootstrap: settings of the intervals.
        split: name of the split, which also names the random stream.

    Raises:
        InputError: a score is no probability, or the split is empty.
    """
    scores = np.asarray(scores, dtype=np.float64)
    labels = np.asarray(labels, dtype=np.int64)
    if labels.size == 0:
        raise InputError(f"split {split}: holds no events; give it a larger share")
    bad = np.count_nonzero(~((scores >= 0) & (scores <= 1)))
    if bad:
        raise InputError(f"split {split}: {bad} scores are no probabilities; the training diverged, lower its lr")

    value = {name: float(row[0]) for name, row in statistics(labels, scores, names, np.ones((1, labels.size))).items()}
    blocks = [statistics(labels, scores, names, weights) for weights in event_weights(labels, bootstrap, split)]
    resampled = {name: np.concatenate([block[name] for block in blocks]) for name in value}

    report = {"events": int(labels.size), "collapsed": collapsed(scores)}
    for name in value:
        if name == "expected_calibration_error":
            interval = reverse_percentile_interval(value[name], resampled[name], bootstrap.level)
            report[name] = _bounded(value[name], *interval)
        elif not name.startswith("confusion/"):
            report[name] = _with_interval(value[name], resampled[name], bootstrap.level)
    report["confusion"] = {
        true: {
            answered: _with_interval(
                int(value[f"confusion/{true}/{answered}"]),
                resampled[f"confusion/{true}/{answered}"],
                bootstrap.level,
            )
            for answered in names
        }
        for true in names
    }
    return report


def mean_share(share: np.ndarray, labels: np.ndarray, bootstrap: Bootstrap, *names: str) -> dict:
    """Mean of `share` (n,) over events with its interval, and the median."""
    resampled = [_mean(share, weights) for weights in event_weights(labels, bootstrap, *names)]
    report = _with_interval(float(np.mean(share)), np.concatenate(resampled), bootstrap.level)
    return report | {"median": float(np.median(share))}


def collapsed(scores: np.ndarray) -> bool:
    """Whether at least 98 % of the events get the same answer."""
    share = float(np.mean(scores >= THRESHOLD))
    return max(share, 1 - share) >= COLLAPSED_SHARE


def statistics(
    labels: np.ndarray, scores: np.ndarray, names: Sequence[str], weights: np.ndarray
) -> dict[str, np.ndarray]:
    """Every metric of each row of `weights` (b, n), as name -> (b,); nan where it is not defined.

    Efficiency and purity are recall and precision of the positive class.
    """
    positive, other = names
    answers = np.where(scores >= THRESHOLD, 0, 1)
    pairs = np.stack([(labels == true) & (answers == answered) for true in (0, 1) for answered in (0, 1)], axis=1)
    kept, lost, false, rejected = (weights @ pairs.astype(np.float64)).T  # (b,) each; whole numbers, so exact
    with np.errstate(invalid="ignore", divide="ignore"):
        f1_positive = 2 * kept / (2 * kept + lost + false)
        f1_other = 2 * rejected / (2 * rejected + lost + false)
        return {
            "accuracy": (kept + rejected) / weights.sum(axis=1),
            "loss": cross_entropy(labels, scores, weights),
            f"f1_{positive}": f1_positive,
            f"f1_{other}": f1_other,
            "f1_macro": (f1_positive + f1_other) / 2,
            "roc_auc": roc_auc(labels, scores, weights),
            "efficiency": kept / (kept + lost),
            "purity": kept / (kept + false),
            "expected_calibration_error": calibration_error(labels, scores, weights),
            f"confusion/{positive}/{positive}": kept,
            f"confusion/{positive}/{other}": lost,
            f"confusion/{other}/{positive}": false,
            f"confusion/{other}/{other}": rejected,
        }


def roc_auc(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Area under the ROC curve (b,): the chance that a positive event scores above another, ties counted half."""
    positive, other = np.flatnonzero(labels == 0), np.flatnonzero(labels != 0)
    other = other[np.argsort(scores[other], kind="stable")]
    below, level = (np.searchsorted(scores[other], scores[positive], side) for side in ("left", "right"))
    drawn = weights.take(positive, axis=1)  # (b, positive events)
    passed = np.zeros((len(weights), other.size + 1))  # (b, k): how many of the k lowest others are drawn
    np.cumsum(weights.take(other, axis=1), axis=1, out=passed[:, 1:])
    beaten = passed.take(below, axis=1) + passed.take(level, axis=1)  # twice those below, and those level once
    with np.errstate(invalid="ignore", divide="ignore"):
        return (drawn * beaten).sum(axis=1) / (2 * drawn.sum(axis=1) * passed[:, -1])


def cross_entropy(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean negative logarithm (b,) of the true class's probability, which is raised to at least the machine epsilon."""
    probability = np.maximum(np.where(labels == 0, scores, 1 - scores), np.finfo(np.float64).eps)
    # not NumPy's logarithm, whose last digit depends on the CPU's instruction set
    return _mean(-pc.ln(pa.array(probability)).to_numpy(), weights)


def calibration_error(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Expected calibration error (b,) of the score in 15 bins of equal width (Naeini et al., AAAI 2015).

    In each bin the mean score is compared with the share of positive events; the absolute differences are averaged over
    the bins, weighted by their numbers of events.
    """
    bins = np.minimum((scores * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
    order = np.argsort(bins, kind="stable")
    filled = np.flatnonzero(np.append(True, np.diff(bins[order]) > 0))
    gap = (scores - (labels == 0))[order]
    return np.abs(np.add.reduceat(weights[:, order] * gap, filled, axis=1)).sum(axis=1) / weights.sum(axis=1)


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    # not a matrix product: its order of summation depends on the number of threads
    return (weights * values).sum(axis=1) / weights.sum(axis=1)


def _with_interval(value: float, resampled: np.ndarray, level: float) -> dict:
    if np.isnan(value):
        return {"value": None, "low": None, "high": None}
    return _bounded(value, *percentile_interval(resampled, level))


def _bounded(value: float, low: float, high: float) -> dict:
    return {"value": value, "low": low, "high": high}
