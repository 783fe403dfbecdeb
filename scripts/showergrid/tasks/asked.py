"""The questions of a cell as tasks, and what its model.safetensors keeps of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from showergrid.events.questions import Question, ValueQuestion
from showergrid.tasks.classes import Classification
from showergrid.tasks.values import Regression
from showergrid.training.data import Task, hit_questions_of, prong_questions_of, questions_of

TASKS = {Question: Classification, ValueQuestion: Regression}


def tasks_of(cell: Mapping[str, Any]) -> list[Task]:
    """The questions of a cell, as its job or its model.safetensors describes it, in the order of their outputs.

    Those of prongs, or of hits, stand last. Those of a trained cell have their scales.
    """
    scales = cell.get("scales", {})
    asked = [*questions_of(cell), *prong_questions_of(cell), *hit_questions_of(cell)]
    return [TASKS[type(question)](question, **scales.get(question.name, {})) for question in asked]


def scales_of(tasks: Sequence[Task]) -> dict[str, dict[str, float]]:
    """Mean and standard deviation of the training events, by question of a value."""
    return {task.question.name: {"mean": task.mean, "std": task.std} for task in tasks if isinstance(task, Regression)}


def with_scales(cell: Mapping[str, Any], tasks: Sequence[Task]) -> dict[str, Any]:
    """The description of a `cell` with the scales of its `tasks`, if any has one."""
    scales = scales_of(tasks)
    return {**cell, **({"scales": scales} if scales else {})}
