"""Ask a trained network about every event of a study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn

from showergrid.core.errors import InputError
from showergrid.inputs.kinds import Seen
from showergrid.training import fitting
from showergrid.training.data import Task
from showergrid.training.device import name_of, prepare, within_memory
from showergrid.training.loop import answers, build, outputs, untrained
from showergrid.training.settings import Training


def answer(
    weights: dict[str, Tensor], cell: dict[str, Any], tasks: Sequence[Task], seen: Seen
) -> dict[str, np.ndarray]:
    """What a trained cell answers to the events that are `seen`, by name of the question: (E, classes) float64.

    `weights` and `cell` are what `read_model` returns, `tasks` the questions of the cell.
    """
    names = [task.question.name for task in tasks]
    if module := fitting.estimator(cell["model"]):
        return dict(zip(names, fitting.predict(module, weights, tasks, seen), strict=True))
    settings = Training(**cell["model"]["training"])
    device = prepare(settings)
    network = build(untrained(cell["model"]), seen.inputs, tasks, cell["seed"])
    network.load_state_dict(weights)
    with within_memory(cell, device):
        given = answers(network.to(device), settings, tasks, seen, device)
    return {name: own.numpy() for name, own in zip(names, given, strict=True)}


def features(weights: dict[str, Tensor], cell: dict[str, Any], tasks: Sequence[Task], seen: Seen) -> np.ndarray:
    """Features (E, F) float32 of what is `seen`: what a trained cell's network hands to its classifier, `head`.

    Raises:
        InputError: the network has no classifier of that name.
    """
    settings = Training(**cell["model"]["training"])
    device = prepare(settings)
    network = build(untrained(cell["model"]), seen.inputs, tasks, cell["seed"])
    network.load_state_dict(weights)
    if not hasattr(network, "head"):
        raise InputError(f"{name_of(cell)}: its network has no features apart from its answer; join another one")
    network.head = nn.Identity()
    with within_memory(cell, device):
        return outputs(network.to(device), settings, seen, device).numpy()
