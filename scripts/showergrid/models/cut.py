"""One cut: a threshold on a single value of the window, both chosen to be right for most training events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from showergrid.core.errors import InputError
from showergrid.inputs.views import table
from showergrid.models.parts import linear
from showergrid.models.parts.estimator_settings import Estimator
from showergrid.models.parts.linear import predict
from showergrid.training.fitting import Fitted, only_row

if TYPE_CHECKING:
    from showergrid.training.data import Labelled

TAKES = ("table", "set")
__all__ = ["TAKES", "Parameters", "fit", "predict"]


class Parameters(Estimator):
    """A cut has no parameters."""


def fit(
    parameters: Parameters, seed: int, training: Labelled, validation: Labelled, n_classes: int, threads: int
) -> Fitted:
    """Find value, threshold and direction, then the steepness of the likeliest logistic curve around the threshold.

    Nothing is random, so every `seed` gives the same result; `threads` has no effect.

    Raises:
        InputError: there are more than two classes.
    """
    from sklearn.linear_model import LogisticRegression

    if n_classes != 2:
        raise InputError(f"cut: tells two classes apart, not {n_classes}; use another model")
    values = table(training.seen).astype(np.float64)
    column, threshold, upwards = best_cut(values, training.label)
    _, std = linear.scale(values[:, [column]])
    distance = (values[:, [column]] - threshold) / std
    steepness = np.abs(LogisticRegression(fit_intercept=False).fit(distance, training.label).coef_[0, 0]) / std[0]
    weight, bias = np.zeros((values.shape[1], 2)), np.zeros(2)
    weight[column, 1] = steepness if upwards else -steepness
    bias[1] = -threshold * weight[column, 1]
    tensors = linear.tensors(weight, bias)
    score, val_score = predict(tensors, training.seen), predict(tensors, validation.seen)
    return Fitted(tensors, only_row(score, training, val_score, validation))


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
