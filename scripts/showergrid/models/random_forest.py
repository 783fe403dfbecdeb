"""A random forest of scikit-learn on every value of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from showergrid.inputs.views import table
from showergrid.models.parts import forest
from showergrid.models.parts.estimator_settings import Estimator
from showergrid.training.fitted import Fitted, Told
from showergrid.training.fitting import only_row, only_row_of_values

if TYPE_CHECKING:
    from torch import Tensor

    from showergrid.inputs.kinds import Seen
    from showergrid.training.data import Labelled

TAKES = ("table", "set")


class Parameters(Estimator):
    """The parameters, named as in scikit-learn."""

    n_estimators: int = Field(default=300, ge=1, le=100_000, description="trees")
    min_samples_leaf: int = Field(default=2, ge=1, description="fewest training events in a leaf")
    max_features: float | Literal["sqrt", "log2"] = Field(
        default="sqrt", description="values that a split chooses among: a share, or this function of their number"
    )


def fit(
    parameters: Parameters,
    seed: int,
    training: Labelled,
    validation: Labelled,
    n_classes: int,
    threads: int,
    told: Told,
) -> Fitted:
    """Grow the forest on the training events."""
    from sklearn.ensemble import RandomForestClassifier

    grown = RandomForestClassifier(**parameters.model_dump(), random_state=seed, n_jobs=threads)
    grown.fit(table(training.seen), training.label)
    tensors = forest.tensors([tree.tree_ for tree in grown.estimators_], grown.classes_, n_classes)
    score, val_score = predict(tensors, training.seen), predict(tensors, validation.seen)
    return Fitted(tensors, only_row(score, training, val_score, validation))


def predict(tensors: dict[str, Tensor], seen: Seen) -> np.ndarray:
    """(E, classes) float64: the mean of the trees' shares of each class."""
    return forest.predict(tensors, table(seen))


def fit_value(
    parameters: Parameters, seed: int, training: Labelled, validation: Labelled, delta: float, threads: int
) -> Fitted:
    """Grow the forest on the values of the training events; it minimises squares, whatever `delta` is."""
    from sklearn.ensemble import RandomForestRegressor

    grown = RandomForestRegressor(**parameters.model_dump(), random_state=seed, n_jobs=threads)
    grown.fit(table(training.seen), training.label)
    tensors = forest.tensors([tree.tree_ for tree in grown.estimators_], np.zeros(1, np.int64), 1)
    value, val_value = predict_value(tensors, training.seen), predict_value(tensors, validation.seen)
    return Fitted(tensors, only_row_of_values(value, training, val_value, validation, delta))


def predict_value(tensors: dict[str, Tensor], seen: Seen) -> np.ndarray:
    """(E,) float64: the mean of the trees' values."""
    return forest.predict(tensors, table(seen))[:, 0]
