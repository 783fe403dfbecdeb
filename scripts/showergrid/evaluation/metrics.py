"""Metrics of the answers to a question, each with its interval: the contents of metrics.json.

`labels` (n,) are the true classes and `probability` (n, K) is that of each of the K classes; the likeliest class, the
first of equal ones, is the answer. What has a meaning for one class against the rest takes `positive` (n,) bool and
`scores` (n,), the probabilities of that class. All sums over events take weights (b, n), one row for each resample; a
single row of ones gives the value itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from showergrid.core.errors import InputError
from showergrid.evaluation.bootstrap import event_weights, percentile_interval, reverse_percentile_interval
from showergrid.evaluation.counts import effective
from showergrid.evaluation.residuals import value_metrics, weighted_mean
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.questions import Question, ValueQuestion, of_classes
from showergrid.events.split import SETS

COLLAPSED_SHARE = 0.98  # share of events with the same answer from which a network counts as collapsed
CALIBRATION_BINS = 15
OF_CLASS = ("efficiency", "purity", "f1")  # recall and precision of a class, and their harmonic mean


def cell_metrics(
    questions: Sequence[Question | ValueQuestion],
    labels: Mapping[str, np.ndarray],
    answers: Mapping[str, np.ndarray],
    sets: np.ndarray,
    window: Mapping[str, np.ndarray],
    best_epoch: int,
    epochs: int,
    bootstrap: Bootstrap,
    group: np.ndarray | None = None,
    scales: Mapping[str, Mapping[str, float]] | None = None,
) -> dict:
    """Compute all of metrics.json.

    Args:
        questions: what was asked.
        labels: name of question -> true classes (E,) int, or values (E,) float, of all events.
        answers: name of question -> probability of each class (E, K), or value (E, 1).
        sets: (E,) str, the set of each event, one of them "test".
        window: "charge", "hits" -> share of it inside the window (E,).
        best_epoch: epoch whose weights were kept, from 1.
        epochs: number of epochs trained.
        bootstrap: settings of the intervals.
        group: (E,) int, the group of each event; None if each stands by itself.
        scales: name of each question of a value -> `mean` and `std` by which its loss standardises values.

    Raises:
        InputError: an answer is no probability or number, or a set is empty.
    """
    parts = {name: sets == name for name in SETS}
    grouped = {name: None if group is None else group[part] for name, part in parts.items()}
    measured = {
        question.name: {
            name: split_metrics(
                labels[question.name][part], answers[question.name][part], question, bootstrap, name, grouped[name]
            )
            if isinstance(question, Question)
            else value_metrics(
                labels[question.name][part],
                answers[question.name][part, 0],
                question,
                scales[question.name],
                bootstrap,
                name,
                grouped[name],
            )
            for name, part in parts.items()
        }
        for question in questions
    }
    test = parts["test"]
    strata = next((labels[question.name] for question in of_classes(questions)), np.zeros(sets.size, np.int64))
    return {
        "questions": measured,
        "best_epoch": int(best_epoch),
        "epochs": int(epochs),
        "window": {
            what: mean_share(share[test], strata[test], bootstrap, "window", what, group=grouped["test"])
            for what, share in window.items()
        },
        "collapsed": any(measured[question.name]["test"]["collapsed"] for question in of_classes(questions)),
    }


def split_metrics(
    labels: np.ndarray,
    probability: np.ndarray,
    question: Question,
    bootstrap: Bootstrap,
    split: str,
    group: np.ndarray | None = None,
) -> dict:
    """Metrics of one split; a metric that is not defined (such as purity of a class never answered) is null.

    Args:
        labels: (n,) int, true classes.
        probability: (n, K) float.
        question: what is asked.
        bootstrap: settings of the intervals.
        split: name of the split, which also names the random stream.
        group: (n,) int, the group of each event; None if each stands by itself.

    Raises:
        InputError: an answer is no probability, or the split is empty.
    """
    probability = np.asarray(probability, dtype=np.float64)
    labels = np.asarray(labels, dtype=np.int64)
    if labels.size == 0:
        raise InputError(f"split {split}: holds no events; give it a larger share")
    bad = np.count_nonzero(~((probability >= 0) & (probability <= 1)).all(axis=1))
    if bad:
        raise InputError(f"split {split}: {bad} answers are no probabilities; the training diverged, lower its lr")

    whole = statistics(labels, probability, question, np.ones((1, labels.size)))
    value = {name: float(row[0]) for name, row in whole.items()}
    drawn = event_weights(labels, bootstrap, split, group=group)
    blocks = [statistics(labels, probability, question, weights) for weights in drawn]
    resampled = {name: np.concatenate([block[name] for block in blocks]) for name in value}

    report: dict = {"events": int(labels.size)}
    if group is not None:
        report |= {"groups": int(np.unique(group).size), "effective_events": effective(group)}
    report["collapsed"] = collapsed(probability)
    for name in value:
        *parents, last = name.split("/")
        place = report
        for parent in parents:
            place = place.setdefault(parent, {})
        if last == "expected_calibration_error":
            interval = reverse_percentile_interval(value[name], resampled[name], bootstrap.level)
            place[last] = _bounded(value[name], *interval)
        else:
            number = int(value[name]) if parents[:1] == ["confusion"] else value[name]
            place[last] = _with_interval(number, resampled[name], bootstrap.level)
    return report


def mean_share(
    share: np.ndarray, labels: np.ndarray, bootstrap: Bootstrap, *names: str, group: np.ndarray | None = None
) -> dict:
    """Mean of `share` (n,) over events with its interval, and the median."""
    resampled = [weighted_mean(share, weights) for weights in event_weights(labels, bootstrap, *names, group=group)]
    report = _with_interval(float(np.mean(share)), np.concatenate(resampled), bootstrap.level)
    return report | {"median": float(np.median(share))}


def collapsed(probability: np.ndarray) -> bool:
    """Whether at least 98 % of the events get the same answer."""
    answers = np.bincount(probability.argmax(axis=1))
    return float(answers.max() / answers.sum()) >= COLLAPSED_SHARE


def statistics(
    labels: np.ndarray, probability: np.ndarray, question: Question, weights: np.ndarray
) -> dict[str, np.ndarray]:
    """Every metric of each row of `weights` (b, n), as name -> (b,), nan where it is not defined; `/` begins a group.

    The area under the ROC curve and the calibration error are those of the positive class, else the mean over all
    classes, each against the rest.
    """
    names = question.names
    counts = _confusion(labels, probability, weights)
    right = np.einsum("kkb->kb", counts)  # (K, b)
    true, answered = counts.sum(axis=1), counts.sum(axis=0)
    against = {k: (labels == k, probability[:, k]) for k in question.against_rest}
    areas = {k: roc_auc(*one, weights) for k, one in against.items()}
    errors = [calibration_error(*one, weights) for one in against.values()]
    with np.errstate(invalid="ignore", divide="ignore"):
        of_class = {"efficiency": right / true, "purity": right / answered, "f1": 2 * right / (true + answered)}
        return {
            "accuracy": right.sum(axis=0) / weights.sum(axis=1),
            "loss": cross_entropy(labels, probability, weights),
            "f1_macro": of_class["f1"].sum(axis=0) / len(names),
            "roc_auc": sum(areas.values()) / len(areas),
            "expected_calibration_error": sum(errors) / len(errors),
            **{f"classes/{name}/{what}": of_class[what][k] for k, name in enumerate(names) for what in OF_CLASS},
            **{f"classes/{names[k]}/roc_auc": area for k, area in areas.items()},
            **{f"confusion/{a}/{b}": counts[i, j] for i, a in enumerate(names) for j, b in enumerate(names)},
        }


def accuracy(labels: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Share (b,) of the events that are answered rightly."""
    right = probability.argmax(axis=1) == labels
    return (weights @ right.astype(np.float64)) / weights.sum(axis=1)  # whole numbers, so exact


def macro_f1(labels: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean over the classes (b,) of F1, the harmonic mean of efficiency and purity."""
    counts = _confusion(labels, probability, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        of_class = 2 * np.einsum("kkb->kb", counts) / (counts.sum(axis=1) + counts.sum(axis=0))
    return of_class.sum(axis=0) / len(counts)


def mean_roc_auc(question: Question) -> Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
    """The function of labels, probability and weights that gives the area (b,) of `statistics` alone."""

    def area(labels: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> np.ndarray:
        areas = [roc_auc(labels == k, probability[:, k], weights) for k in question.against_rest]
        return sum(areas) / len(areas)

    return area


def roc_auc(positive: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Area under the ROC curve (b,): the chance that a positive event scores above another, ties counted half."""
    own, other = np.flatnonzero(positive), np.flatnonzero(~positive)
    other = other[np.argsort(scores[other], kind="stable")]
    below, level = (np.searchsorted(scores[other], scores[own], side) for side in ("left", "right"))
    drawn = weights.take(own, axis=1)  # (b, positive events)
    passed = np.zeros((len(weights), other.size + 1))  # (b, k): how many of the k lowest others are drawn
    np.cumsum(weights.take(other, axis=1), axis=1, out=passed[:, 1:])
    beaten = passed.take(below, axis=1) + passed.take(level, axis=1)  # twice those below, and those level once
    with np.errstate(invalid="ignore", divide="ignore"):
        return (drawn * beaten).sum(axis=1) / (2 * drawn.sum(axis=1) * passed[:, -1])


def cross_entropy(labels: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean negative logarithm (b,) of the true class's probability, which is raised to at least the machine epsilon."""
    own = np.maximum(probability[np.arange(labels.size), labels], np.finfo(np.float64).eps)
    # not NumPy's logarithm, whose last digit depends on the CPU's instruction set
    return weighted_mean(-pc.ln(pa.array(own)).to_numpy(), weights)


def calibration_error(positive: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Expected calibration error (b,) of the score in 15 bins of equal width (Naeini et al., AAAI 2015).

    In each bin the mean score is compared with the share of positive events; the absolute differences are averaged over
    the bins, weighted by their numbers of events.
    """
    bins = np.minimum((scores * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
    order = np.argsort(bins, kind="stable")
    filled = np.flatnonzero(np.append(True, np.diff(bins[order]) > 0))
    gap = (scores - positive)[order]
    return np.abs(np.add.reduceat(weights[:, order] * gap, filled, axis=1)).sum(axis=1) / weights.sum(axis=1)


def _confusion(labels: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Events (K, K, b) of each true class that are answered with each class."""
    answers, classes = probability.argmax(axis=1), range(probability.shape[1])
    pairs = np.stack([(labels == true) & (answers == answered) for true in classes for answered in classes], axis=1)
    counts = weights @ pairs.astype(np.float64)  # whole numbers, so exact
    return counts.T.reshape(len(classes), len(classes), -1)


def _with_interval(value: float, resampled: np.ndarray, level: float) -> dict:
    if np.isnan(value):
        return {"value": None, "low": None, "high": None}
    return _bounded(value, *percentile_interval(resampled, level))


def _bounded(value: float, low: float, high: float) -> dict:
    return {"value": value, "low": low, "high": high}
