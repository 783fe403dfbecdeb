"""XGBoost: gradient-boosted trees on every value of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from showergrid.inputs.views import table
from showergrid.models.parts.estimator_settings import Estimator
from showergrid.training.fitting import Fitted
from showergrid.training.history import Epoch, best_epoch

if TYPE_CHECKING:
    from torch import Tensor

    from showergrid.inputs.kinds import Seen
    from showergrid.training.data import Labelled

TAKES = ("table", "set")


class Parameters(Estimator):
    """The parameters, named as in XGBoost except for `rounds`."""

    n_estimators: int = Field(default=400, ge=1, le=100_000, description="boosting rounds")
    rounds: int = Field(default=50, ge=1, description="rounds a row of the history, the best of which is kept")
    max_depth: int = Field(default=3, ge=1, le=20, description="largest depth of a tree")
    learning_rate: float = Field(default=0.03, gt=0, le=1, description="shrinkage of a round")
    min_child_weight: float = Field(default=1.0, ge=0, description="smallest sum of second derivatives in a leaf")
    subsample: float = Field(default=0.8, gt=0, le=1, description="share of events that a tree sees")
    colsample_bytree: float = Field(default=0.5, gt=0, le=1, description="share of values that a tree sees")


def fit(
    parameters: Parameters, seed: int, training: Labelled, validation: Labelled, n_classes: int, threads: int
) -> Fitted:
    """Boost, and keep the rounds up to the best row of the history."""
    import torch
    from xgboost import Booster, DMatrix, train

    data = [DMatrix(table(part.seen), part.label, nthread=threads) for part in (training, validation)]
    evals_result: dict[str, dict[str, list[float]]] = {}
    settings = parameters.model_dump(exclude={"n_estimators", "rounds"})
    objective = {"objective": "multi:softprob", "num_class": n_classes, "eval_metric": ["mlogloss", "merror"]}
    booster = train(
        {**settings, **objective, "tree_method": "hist", "seed": seed, "nthread": threads},
        data[0],
        parameters.n_estimators,
        evals=list(zip(data, ("train", "val"), strict=True)),
        evals_result=evals_result,
        verbose_eval=False,
    )
    ends = [*range(parameters.rounds, parameters.n_estimators, parameters.rounds), parameters.n_estimators]
    history = [
        Epoch(
            epoch=row,
            lr=parameters.learning_rate,
            train_loss=evals_result["train"]["mlogloss"][end - 1],
            train_accuracy=1 - evals_result["train"]["merror"][end - 1],
            val_loss=evals_result["val"]["mlogloss"][end - 1],
            val_accuracy=1 - evals_result["val"]["merror"][end - 1],
        )
        for row, end in enumerate(ends, start=1)
    ]
    best: Booster = booster[: ends[best_epoch(history) - 1]]
    return Fitted({"booster": torch.frombuffer(best.save_raw("ubj"), dtype=torch.uint8)}, history)


def predict(tensors: dict[str, Tensor], seen: Seen) -> np.ndarray:
    """(E, classes) float64: the probability of each class."""
    from xgboost import Booster, DMatrix

    booster = Booster({"nthread": 1}, model_file=bytearray(tensors["booster"].numpy().tobytes()))
    return booster.predict(DMatrix(table(seen))).astype(np.float64)
