"""A cut on a single value of the window: a threshold between two classes, or intervals of several.

Value, threshold and intervals are chosen to be right for most training events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from showergrid.inputs.views import table
from showergrid.models.parts import intervals, linear
from showergrid.models.parts.estimator_settings import Estimator
from showergrid.training.fitted import Fitted, Told
from showergrid.training.fitting import only_row

if TYPE_CHECKING:
    from torch import Tensor

    from showergrid.inputs.kinds import Seen
    from showergrid.training.data import Labelled

TAKES = ("table", "set")


class Parameters(Estimator):
    """A cut has no parameters."""


def fit(
    parameters: Parameters,
    seed: int,
    training: Labelled,
    validation: Labelled,
    n_classes: int,
    threads: int,
    told: Told,
) -> Fitted:
    """Find value, threshold and direction, then the steepness of the likeliest logistic curve around the threshold.

    Of several classes, find value and intervals: fewer than two for each class, so that one may lie on both sides of
    another. The probabilities are the shares of the training events in an interval. Nothing is random, so every `seed`
    gives the same result; `threads` has no effect.
    """
    values = table(training.seen).astype(np.float64)
    kept = _threshold(values, training.label) if n_classes == 2 else _intervals(values, training.label, n_classes)
    score, val_score = predict(kept, training.seen), predict(kept, validation.seen)
    return Fitted(kept, only_row(score, training, val_score, validation))


def predict(tensors: dict[str, Tensor], seen: Seen) -> np.ndarray:
    """(E, classes) float64: the probability of each class."""
    return intervals.predict(tensors, seen) if "edges" in tensors else linear.predict(tensors, seen)


def _intervals(values: np.ndarray, label: np.ndarray, classes: int) -> dict[str, Tensor]:
    """The tensors of the best intervals of a column of values (E, F)."""
    found = [intervals.best_intervals(column, label, classes, 2 * classes - 1) for column in values.T]
    column = int(np.argmax([right for right, _ in found]))
    return intervals.tensors(column, found[column][1], values[:, column], label, classes)


def _threshold(values: np.ndarray, label: np.ndarray) -> dict[str, Tensor]:
    """The tensors of the best cut of a column of values (E, F)."""
    from sklearn.linear_model import LogisticRegression

    column, threshold, upwards = best_cut(values, label)
    _, std = linear.scale(values[:, [column]])
    distance = (values[:, [column]] - threshold) / std
    steepness = np.abs(LogisticRegression(fit_intercept=False).fit(distance, label).coef_[0, 0]) / std[0]
    weight, bias = np.zeros((values.shape[1], 2)), np.zeros(2)
    weight[column, 1] = steepness if upwards else -steepness
    bias[1] = -threshold * weight[column, 1]
    return linear.tensors(weight, bias)


def best_cut(values: np.ndarray, label: np.ndarray) -> tuple[int, float, bool]:
    """Column of values (E, F), threshold, and whether class 1 lies above it: right for most of label (E,), 0 or 1.

    The threshold stands halfway between two different values; of equally good cuts the lowest one of the first column
    is taken.
    """
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    positives = np.cumsum(label[order], axis=0)[:-1]  # (E - 1, F): events of class 1 at or below each place
    below = np.arange(1, len(label))[:, None]
    right = below - positives + (label.sum() - positives)  # if class 1 lies above
    possible = ordered[1:] > ordered[:-1]
    either = np.where(possible, np.maximum(right, len(label) - right), -1)
    column = int(either.max(axis=0).argmax())
    place = int(either[:, column].argmax())
    threshold = float((ordered[place, column] + ordered[place + 1, column]) / 2)
    return column, threshold, bool(2 * right[place, column] >= len(label))
