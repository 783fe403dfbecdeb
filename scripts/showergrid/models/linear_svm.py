"""A linear support vector machine on every value of the window, its probabilities calibrated on validation events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

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
    """The parameters, named as in scikit-learn."""

    C: float = Field(default=0.01, gt=0, description="weight of the events that lie in the margin")


def fit(
    parameters: Parameters, seed: int, training: Labelled, validation: Labelled, n_classes: int, threads: int
) -> Fitted:
    """Fit on training values standardised by their mean and standard deviation; then a logistic curve of the margin.

    The curve is Platt's scaling (Advances in Large Margin Classifiers, 1999, 61) on the validation events. Margin and
    curve are both linear, so only their product is kept. `threads` has no effect: liblinear has one thread.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    values = table(training.seen).astype(np.float64)
    mean, std = linear.scale(values)
    machine = LinearSVC(C=parameters.C, random_state=seed).fit((values - mean) / std, training.label)
    curve = LogisticRegression().fit(
        machine.decision_function((table(validation.seen) - mean) / std).reshape(len(validation.label), -1),
        validation.label,
    )
    weight = machine.coef_.T @ curve.coef_.T / std[:, None]  # (F, 1), or (F, classes) of several
    bias = machine.intercept_ @ curve.coef_.T + curve.intercept_ - mean @ weight
    if n_classes == 2:
        weight, bias = np.pad(weight, ((0, 0), (1, 0))), np.pad(bias, (1, 0))
    tensors = linear.tensors(weight, bias)
    score, val_score = predict(tensors, training.seen), predict(tensors, validation.seen)
    return Fitted(tensors, only_row(score, training, val_score, validation))
