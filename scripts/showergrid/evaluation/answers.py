"""Ask a trained network about every event of a study."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor, nn

from showergrid.core.errors import InputError
from showergrid.inputs.views import Seen
from showergrid.training.device import name_of, prepare, within_memory
from showergrid.training.fitting import estimator
from showergrid.training.loop import answers, build, outputs, untrained
from showergrid.training.settings import Training


def answer(weights: dict[str, Tensor], cell: dict[str, Any], images: Seen) -> np.ndarray:
    """Probability of each class (E, classes) float64 that a trained cell gives the events of `images`.

    `weights` and `cell` are what `read_model` returns.
    """
    if module := estimator(cell["model"]):
        return module.predict(weights, images)
    settings = Training(**cell["model"]["training"])
    device = prepare(settings)
    network = build(untrained(cell["model"]), images.shape, len(cell["classes"]), cell["seed"])
    network.load_state_dict(weights)
    with within_memory(cell, device):
        return answers(network.to(device), settings, images, device).numpy()


def features(weights: dict[str, Tensor], cell: dict[str, Any], images: Seen) -> np.ndarray:
    """Features (E, F) float32 of the events of `images`: what a trained cell's network hands to its classifier, `head`.

    Raises:
        InputError: the network has no classifier of that name.
    """
    settings = Training(**cell["model"]["training"])
    device = prepare(settings)
    network = build(untrained(cell["model"]), images.shape, len(cell["classes"]), cell["seed"])
    network.load_state_dict(weights)
    if not hasattr(network, "head"):
        raise InputError(f"{name_of(cell)}: its network has no features apart from its answer; join another one")
    network.head = nn.Identity()
    with within_memory(cell, device):
        return outputs(network.to(device), settings, images, device).numpy()
