"""A question of classes to a network: its outputs, its loss, and the answer that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from showergrid.events.questions import Question
from showergrid.training.data import questions_of

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Classification:
    """The part of a network's output that answers one question: a logit for each of its classes."""

    question: Question

    @property
    def outputs(self) -> int:
        """Number of its outputs."""
        return len(self.question.classes)

    def loss(self, logits: Tensor, truth: Tensor) -> Tensor:
        """Mean cross-entropy of `logits` (N, classes) and true classes `truth` (N,) int64."""
        from torch.nn import functional

        return functional.cross_entropy(logits, truth)

    def answer(self, logits: Tensor) -> Tensor:
        """Probability (N, classes) float64 of each class, from `logits` (N, classes)."""
        return logits.double().softmax(1)

    def loss_of_answer(self, probability: Tensor, truth: Tensor) -> Tensor:
        """The loss of answers: probabilities (N, classes) float64, raised to at least the machine epsilon."""
        import torch
        from torch.nn import functional

        return functional.nll_loss(torch.log(probability.clamp_min(torch.finfo(probability.dtype).eps)), truth)


def tasks_of(cell: Mapping[str, Any]) -> list[Classification]:
    """The questions of a cell, as its job or its model.safetensors describes it, in the order of their outputs."""
    return [Classification(question) for question in questions_of(cell)]
