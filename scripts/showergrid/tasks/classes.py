"""A question of classes to a network: its outputs, its loss, and the answer that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from showergrid.events.questions import Question
from showergrid.training.data import Labelled
from showergrid.training.fitted import Fitted, Told

if TYPE_CHECKING:
    from torch import Tensor

    from showergrid.inputs.kinds import Seen

# A network that gives the same answer for this share of the events has not learnt yet.
ONE_CLASS = 0.98


@dataclass(frozen=True)
class Classification:
    """The part of a network's output that answers one question: a logit for each of its classes.

    Its truth (N,) is a class by its index, of whatever type holds the truth of all questions.
    """

    question: Question

    @property
    def outputs(self) -> int:
        """Number of its outputs."""
        return len(self.question.classes)

    def scaled(self, truth: np.ndarray) -> Classification:
        """The same: classes have no scale."""
        return self

    def loss(self, logits: Tensor, truth: Tensor) -> Tensor:
        """Mean cross-entropy, or focal loss, of `logits` (N, classes) and true classes `truth` (N,)."""
        from torch.nn import functional

        if self.question.focal:
            return self._focal(functional.log_softmax(logits, 1), truth)
        return functional.cross_entropy(logits, truth.long())

    def answer(self, logits: Tensor) -> Tensor:
        """Probability (N, classes) float64 of each class, from `logits` (N, classes)."""
        return logits.double().softmax(1)

    def loss_of_answer(self, probability: Tensor, truth: Tensor) -> Tensor:
        """The loss of answers: probabilities (N, classes) float64, raised to at least the machine epsilon."""
        import torch
        from torch.nn import functional

        logarithm = torch.log(probability.clamp_min(torch.finfo(probability.dtype).eps))
        if self.question.focal:
            return self._focal(logarithm, truth)
        return functional.nll_loss(logarithm, truth.long())

    def _focal(self, logarithm: Tensor, truth: Tensor) -> Tensor:
        """Mean of -(1 - p)^gamma ln p, p the probability of the true class: Lin et al., arXiv:1708.02002, eq. 4.

        logarithm (N, classes): those of the probabilities.
        """
        import torch
        from torch.nn import functional

        entropy = functional.nll_loss(logarithm, truth.long(), reduction="none")
        wrong = (-torch.expm1(-entropy)).clamp_min(torch.finfo(entropy.dtype).eps)  # a power of 0 has no gradient
        return (wrong**self.question.focal * entropy).mean()

    def right(self, scores: Tensor, truth: Tensor) -> Tensor:
        """(N,) bool: whether the likeliest class, by logits or probabilities (N, classes), is the true one."""
        return scores.argmax(1) == truth

    def collapsed(self, probability: Tensor) -> bool:
        """Whether nearly all answers (N, classes) are one class."""
        answered = probability.argmax(1)
        return float(answered.bincount().max()) >= ONE_CLASS * len(answered)

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
        """Fit a model without gradients to the classes."""
        parts = [replace(part, label=part.label.astype(np.int64)) for part in (training, validation)]
        return module.fit(parameters, seed, *parts, self.outputs, threads, told)

    def predict(self, module: ModuleType, tensors: Mapping[str, Tensor], seen: Seen) -> np.ndarray:
        """The probability (E, classes) float64 of each class by a model that was fitted so."""
        return module.predict(tensors, seen)
