"""XGBoost: gradient-boosted trees on every value of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from showergrid.inputs.views import table
from showergrid.models.parts.estimator_settings import Estimator
from showergrid.training.fitted import Fitted, Told
from showergrid.training.history import Epoch, best_epoch

if TYPE_CHECKING:
    from torch import Tensor
    from xgboost import DMatrix

    from showergrid.inputs.kinds import Seen
    from showergrid.training.data import Labelled

TAKES = ("table", "set")
STEPS = "n_estimators"  # the parameter that says how far `told` counts
FEWEST = 10  # rounds that early stopping waits for a better one, at least


class Parameters(Estimator):
    """The parameters, named as in XGBoost except for `rounds`."""

    n_estimators: int = Field(default=400, ge=1, le=100_000, description="boosting rounds")
    rounds: int = Field(default=50, ge=1, description="rounds a row of the history, the best of which is kept")
    early_stopping: bool = Field(
        default=False,
        description="whether max(10, n_estimators / 10) rounds without a better validation accuracy are the last",
    )
    max_depth: int = Field(default=3, ge=1, le=20, description="largest depth of a tree")
    learning_rate: float = Field(default=0.03, gt=0, le=1, description="shrinkage of a round")
    gamma: float = Field(default=0.0, ge=0, description="smallest fall of the loss for which a leaf is divided")
    min_child_weight: float = Field(default=1.0, ge=0, description="smallest sum of second derivatives in a leaf")
    subsample: float = Field(default=0.8, gt=0, le=1, description="share of events that a tree sees")
    colsample_bytree: float = Field(default=0.5, gt=0, le=1, description="share of values that a tree sees")


def fit(
    parameters: Parameters,
    seed: int,
    training: Labelled,
    validation: Labelled,
    n_classes: int,
    threads: int,
    told: Told,
) -> Fitted:
    """Boost, and keep the rounds up to the best row of the history; tell the accuracy of each row."""
    from xgboost import Booster
    from xgboost.callback import TrainingCallback

    class Telling(TrainingCallback):
        """Tell the validation accuracy after every `rounds` rounds."""

        def after_iteration(self, model: Booster, epoch: int, evals_log: dict) -> bool:
            if (epoch + 1) % parameters.rounds == 0:
                told(epoch + 1, 1 - evals_log["val"]["merror"][-1])
            return False

    objective = {"objective": "multi:softprob", "num_class": n_classes, "eval_metric": ["mlogloss", "merror"]}
    return _boosted(parameters, seed, _matrices(training, validation, threads), threads, objective, [Telling()])


def fit_value(
    parameters: Parameters, seed: int, training: Labelled, validation: Labelled, delta: float, threads: int
) -> Fitted:
    """Boost on standardised values; losses are pseudo-Huber, a smooth Huber loss that turns into a line at `delta`."""
    objective = {"objective": "reg:pseudohubererror", "huber_slope": delta, "base_score": 0, "eval_metric": "mphe"}
    return _boosted(parameters, seed, _matrices(training, validation, threads), threads, objective, [])


def _matrices(training: Labelled, validation: Labelled, threads: int) -> list[DMatrix]:
    from xgboost import DMatrix

    return [DMatrix(table(part.seen), part.label, nthread=threads) for part in (training, validation)]


def _boosted(
    parameters: Parameters,
    seed: int,
    data: list[DMatrix],
    threads: int,
    objective: dict[str, Any],
    callbacks: list[Any],
) -> Fitted:
    """Boost on training and validation `data`; the first metric of the `objective` is the loss, the second an error."""
    import torch
    from xgboost import Booster, train

    evals_result: dict[str, dict[str, list[float]]] = {}
    settings = parameters.model_dump(exclude={"n_estimators", "rounds", "early_stopping"})
    booster = train(
        {**settings, **objective, "tree_method": "hist", "seed": seed, "nthread": threads},
        data[0],
        parameters.n_estimators,
        evals=list(zip(data, ("train", "val"), strict=True)),
        evals_result=evals_result,
        verbose_eval=False,
        early_stopping_rounds=max(FEWEST, parameters.n_estimators // 10) if parameters.early_stopping else None,
        callbacks=callbacks,
    )
    done = booster.num_boosted_rounds()
    ends = [*range(parameters.rounds, done, parameters.rounds), done]
    (train_loss, *train_error), (val_loss, *val_error) = (list(of.values()) for of in evals_result.values())
    history = [
        Epoch(
            epoch=row,
            lr=parameters.learning_rate,
            train_loss=train_loss[end - 1],
            train_accuracy=1 - train_error[0][end - 1] if train_error else np.nan,
            val_loss=val_loss[end - 1],
            val_accuracy=1 - val_error[0][end - 1] if val_error else np.nan,
        )
        for row, end in enumerate(ends, start=1)
    ]
    best: Booster = booster[: ends[best_epoch(history) - 1]]
    return Fitted({"booster": torch.frombuffer(best.save_raw("ubj"), dtype=torch.uint8)}, history)


def predict(tensors: dict[str, Tensor], seen: Seen) -> np.ndarray:
    """(E, classes) float64: the probability of each class."""
    return _answers(tensors, seen)


def predict_value(tensors: dict[str, Tensor], seen: Seen) -> np.ndarray:
    """(E,) float64: the standardised value."""
    return _answers(tensors, seen)


def _answers(tensors: dict[str, Tensor], seen: Seen) -> np.ndarray:
    from xgboost import Booster, DMatrix

    booster = Booster({"nthread": 1}, model_file=bytearray(tensors["booster"].numpy().tobytes()))
    return booster.predict(DMatrix(table(seen))).astype(np.float64)
