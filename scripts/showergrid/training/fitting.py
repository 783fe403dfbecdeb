"""Models that are fitted as a whole instead of by gradients, beside the networks of loop.py.

The file of such a model in models/ has `fit` and `predict` in place of `build` if it answers classes, `fit_value` and
`predict_value` if it answers values, which are standardised:

    fit(parameters, seed, training, validation, n_classes, threads, told) -> Fitted
    predict(tensors, seen) -> (E, classes) float64, the probability of each class
    fit_value(parameters, seed, training, validation, delta, threads) -> Fitted
    predict_value(tensors, seen) -> (E,) float64

`delta` is that of the Huber loss that its history holds.

One that is fitted step by step tells `told` its validation accuracy after some of them, and may be stopped there by an
exception; `STEPS` is the name of the parameter that says how many steps there are.
All that `predict` gets of the fit are its tensors, which model.safetensors keeps. Each question is fitted by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from showergrid.core import plugins
from showergrid.training.data import Labelled
from showergrid.training.fitted import Fitted, Told
from showergrid.training.history import Epoch
from showergrid.training.huber import huber

if TYPE_CHECKING:
    from torch import Tensor

    from showergrid.inputs.kinds import Seen
    from showergrid.training.data import Task

SMALLEST = np.finfo(np.float32).eps  # smallest probability of which a logarithm is taken, as in loop.py


def estimator(model: Mapping[str, Any]) -> ModuleType | None:
    """The module of a cell's `model` if it is fitted as a whole; None for a network."""
    module = plugins.load("models", model["module"])
    return module if is_fitted(module) else None


def is_fitted(module: ModuleType) -> bool:
    """Whether a model of this module is fitted as a whole."""
    return hasattr(module, "fit") or hasattr(module, "fit_value")


def fit(
    module: ModuleType,
    model: Mapping[str, Any],
    seed: int,
    tasks: Sequence[Task],
    training: Labelled,
    validation: Labelled,
    told: Told = lambda step, accuracy: None,
) -> Fitted:
    """Fit the `model` of a cell with its `module`, as `estimator` returns it, to each question; history: of the first.

    The tensors of a question carry its name before their own. `told` hears of the first question alone.
    """
    parameters, threads = module.Parameters(**model["parameters"]), model["training"]["threads"]
    fits = []
    for i, task in enumerate(tasks):
        asked = [Labelled(part.seen, part.label[:, i]) for part in (training, validation)]
        heard = told if i == 0 else (lambda step, accuracy: None)
        fits.append(task.fit(module, parameters, seed, *asked, threads, heard))
    best = {
        f"{task.question.name}.{name}": tensor
        for task, fitted in zip(tasks, fits, strict=True)
        for name, tensor in fitted.best.items()
    }
    return Fitted(best, fits[0].history)


def predict(module: ModuleType, tensors: Mapping[str, Tensor], tasks: Sequence[Task], seen: Seen) -> list[np.ndarray]:
    """The answer of a fitted model to each of the `tasks`, such as probabilities (E, classes) float64."""
    answers = []
    for task in tasks:
        before = f"{task.question.name}."
        own = {name.removeprefix(before): tensor for name, tensor in tensors.items() if name.startswith(before)}
        answers.append(task.predict(module, own, seen))
    return answers


def only_row(score: np.ndarray, training: Labelled, val_score: np.ndarray, validation: Labelled) -> list[Epoch]:
    """The history of a fit in one step, from the probabilities (E, classes) of both sets; its learning rate is 0."""
    return [Epoch(1, 0.0, *_loss_and_accuracy(score, training.label), *_loss_and_accuracy(val_score, validation.label))]


def only_row_of_values(
    value: np.ndarray, training: Labelled, val_value: np.ndarray, validation: Labelled, delta: float
) -> list[Epoch]:
    """The same from standardised values (E,) of both sets: Huber losses, and no accuracies."""
    loss, val_loss = (
        huber(residual, delta).mean() for residual in (value - training.label, val_value - validation.label)
    )
    return [Epoch(1, 0.0, float(loss), np.nan, float(val_loss), np.nan)]


def _loss_and_accuracy(score: np.ndarray, label: np.ndarray) -> tuple[float, float]:
    """Mean cross-entropy and share of right answers of probabilities (E, classes)."""
    right = score[np.arange(label.size), label]
    return float(-np.log(np.maximum(right, SMALLEST)).mean()), float((score.argmax(1) == label).mean())
