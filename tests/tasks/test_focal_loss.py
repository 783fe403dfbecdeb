"""The focal loss of a question of classes, hand-computed."""

import math

import pytest
import torch
from asked import question

from showergrid.events.questions import Question
from showergrid.tasks.classes import Classification

LOGITS = torch.tensor([[math.log(3.0), 0.0], [0.0, 0.0]])  # probabilities 3/4, 1/4 and 1/2, 1/2
TRUTH = torch.tensor([0, 1])


def task(focal: float) -> Classification:
    return Classification(Question(**question("electron", "photon"), focal=focal))


@pytest.mark.parametrize("focal", [0.0, 1.0, 2.0])
def test_hand_computed_losses(focal):
    """-(1 - p)^gamma ln p at p = 3/4 and 1/2; gamma 0 is cross-entropy."""
    expected = (-(0.25**focal) * math.log(0.75) - 0.5**focal * math.log(0.5)) / 2
    asked = task(focal)
    assert float(asked.loss(LOGITS, TRUTH)) == pytest.approx(expected, rel=1e-6)
    assert float(asked.loss_of_answer(asked.answer(LOGITS), TRUTH)) == pytest.approx(expected, rel=1e-6)


def test_certain_answers_have_a_finite_gradient():
    logits = torch.tensor([[200.0, 0.0], [0.0, 200.0]], requires_grad=True)
    task(0.5).loss(logits, torch.tensor([0, 0])).backward()
    assert torch.isfinite(logits.grad).all()
    assert logits.grad[1, 0] < 0  # the wrong one is pulled to its class


def test_a_question_without_it_is_told_as_before():
    assert "focal" not in task(0).question.model_dump(mode="json")
    assert task(1).question.model_dump(mode="json")["focal"] == 1
