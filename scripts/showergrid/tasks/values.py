"""A question of a value to a model: one output, its loss, and the answer that it stands for.

A model learns values that are standardised: less their mean over the training events, divided by their standard
deviation. Its answer has the unit of the column again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from showergrid.events.questions import ValueQuestion
from showergrid.training.data import Labelled
from showergrid.training.fitted import Fitted, Told

if TYPE_CHECKING:
    from torch import Tensor

    from showergrid.inputs.kinds import Seen


@dataclass(frozen=True)
class Regression:
    """The output of a network that answers one question; `mean` and `std` are those of the training events."""

    question: ValueQuestion
    mean: float = 0.0
    std: float = 1.0

    @property
    def outputs(self) -> int:
        """Number of its outputs."""
        return 1

    def scaled(self, truth: np.ndarray) -> Regression:
        """The same with mean and standard deviation of the training events' truth (E,); 1 where it does not vary."""
        std = float(truth.std())
        return replace(self, mean=float(truth.mean()), std=std if std > 0 else 1.0)

    def loss(self, part: Tensor, truth: Tensor) -> Tensor:
        """Mean Huber loss of outputs (N, 1) for values `truth` (N,): Huber, Ann. Math. Statist. 35 (1964) 73.

        Up to `delta` it is half the square of the standardised residual, beyond it grows linearly.
        """
        from torch.nn import functional

        standardised = ((truth - self.mean) / self.std).to(part.dtype)
        return functional.huber_loss(part[:, 0], standardised, delta=self.question.delta)

    def answer(self, part: Tensor) -> Tensor:
        """Values (N, 1) float64, in the unit of the column, of outputs (N, 1)."""
        return part.double() * self.std + self.mean

    def loss_of_answer(self, answer: Tensor, truth: Tensor) -> Tensor:
        """The loss of answers (N, 1) float64."""
        return self.loss((answer - self.mean) / self.std, truth)

    def right(self, answer: Tensor, truth: Tensor) -> Tensor:
        """(N,) float64, NaN: no value is simply right or wrong."""
        return truth.new_full(truth.shape, float("nan"))

    def collapsed(self, answer: Tensor) -> bool:
        """No: the loss of values falls from the first step on."""
        return False

    def fit(
        self,
        module: ModuleType,
        parameters: Any,
        seed: int,
        training: Labelled,
        validation: Labelled,
        threads: int,
        told: Told,
    ) -> Fitted:
        """Fit a model without gradients to the standardised values."""
        parts = [replace(part, label=(part.label - self.mean) / self.std) for part in (training, validation)]
        return module.fit_value(parameters, seed, *parts, self.question.delta, threads)

    def predict(self, module: ModuleType, tensors: Mapping[str, Tensor], seen: Seen) -> np.ndarray:
        """Values (E, 1) float64 of a model that was fitted so."""
        return module.predict_value(tensors, seen)[:, None] * self.std + self.mean
