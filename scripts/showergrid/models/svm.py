"""A support vector machine on every value of a table or a window, its probabilities calibrated on validation events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from showergrid.inputs.views import table
from showergrid.models.parts import kernels, linear
from showergrid.models.parts.estimator_settings import Estimator
from showergrid.training.fitted import Fitted, Told
from showergrid.training.fitting import only_row

if TYPE_CHECKING:
    from torch import Tensor

    from showergrid.inputs.kinds import Seen
    from showergrid.training.data import Labelled

TAKES = ("table", "set")


class Parameters(Estimator):
    """The parameters, named as in scikit-learn."""

    C: float = Field(default=0.01, gt=0, description="weight of the events that lie in the margin")
    kernel: Literal["linear", "rbf", "poly"] = Field(
        default="linear", description="kernel; all but linear are approximated by a Nystroem map"
    )
    gamma: float | Literal["scale", "auto"] = Field(
        default="scale",
        description="of rbf and poly: a number, or auto: 1 / number of values, scale: that over the variance",
    )
    degree: int = Field(default=3, ge=1, le=10, description="of poly: the exponent")
    n_components: int = Field(default=300, ge=1, le=10_000, description="of rbf and poly: training events of the map")


def fit(
    parameters: Parameters,
    seed: int,
    training: Labelled,
    validation: Labelled,
    n_classes: int,
    threads: int,
    told: Told,
) -> Fitted:
    """Fit on training values standardised by their mean and standard deviation; then a logistic curve of the margin.

    The curve is Platt's scaling (Advances in Large Margin Classifiers, 1999, 61) on the validation events. Margin and
    curve are both linear in what the machine sees, so only their product is kept. `threads` has no effect: liblinear
    has one thread.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    values = table(training.seen).astype(np.float64)
    mean, std = linear.scale(values)
    values, val_values = (values - mean) / std, (table(validation.seen) - mean) / std
    lifted = None
    if parameters.kernel != "linear":
        degree = parameters.degree if parameters.kernel == "poly" else None
        lifted = kernels.fit(values, parameters.n_components, parameters.gamma, degree, seed)
        values, val_values = lifted.features(values), lifted.features(val_values)
    machine = LinearSVC(C=parameters.C, random_state=seed).fit(values, training.label)
    margin = machine.decision_function(val_values).reshape(len(validation.label), -1)
    curve = LogisticRegression().fit(margin, validation.label)
    weight = machine.coef_.T @ curve.coef_.T  # (F, 1), or (F, classes) of several
    bias = machine.intercept_ @ curve.coef_.T + curve.intercept_
    if len(curve.classes_) == 2:
        weight, bias = np.pad(weight, ((0, 0), (1, 0))), np.pad(bias, (1, 0))
    if lifted:
        tensors = lifted.tensors(mean, std) | linear.tensors(lifted.of_kernel(weight), bias, curve.classes_, n_classes)
    else:
        weight /= std[:, None]
        tensors = linear.tensors(weight, bias - mean @ weight, curve.classes_, n_classes)
    score, val_score = predict(tensors, training.seen), predict(tensors, validation.seen)
    return Fitted(tensors, only_row(score, training, val_score, validation))


def predict(tensors: dict[str, Tensor], seen: Seen) -> np.ndarray:
    """(E, classes) float64: the probability of each class."""
    values = table(seen).astype(np.float64)
    return linear.probabilities(tensors, kernels.values(tensors, values) if "landmarks" in tensors else values)
