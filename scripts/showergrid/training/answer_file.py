"""answers.safetensors: the answers of a trained cell to all events of its study, and how much of each it saw.

A safetensors file: event (E,) int64; probability (E, classes), charge (E,) and hits (E,) float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.inputs.window import Share


@dataclass(frozen=True)
class Answers:
    """The probability (E, classes) float64 of each class for every event (E,) int64, sorted; share: in the window."""

    event: np.ndarray
    probability: np.ndarray
    share: Share


def write_answers(path: Path, answers: Answers) -> None:
    """Write a file of answers."""
    tensors = {
        "event": answers.event,
        "probability": answers.probability,
        "charge": answers.share.charge,
        "hits": answers.share.hits,
    }
    with replacing(path) as partial:
        partial.write_bytes(save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}))


def read_answers(path: Path, events: np.ndarray) -> Answers:
    """Read the answers to all `events` (E,) int64.

    Raises:
        InputError: it is not a file of answers, or holds those to other events.
    """
    try:
        tensors = load_file(path)
        event, probability = tensors["event"], tensors["probability"]
        share = Share(tensors["charge"], tensors["hits"])
    except (OSError, SafetensorError, KeyError) as error:
        raise InputError(f"{path}: not a file of answers ({error}); delete it to have it made again") from None
    if not np.array_equal(event, events):
        raise InputError(f"{path}: holds the answers to other events; train the cell again")
    return Answers(event, probability, share)
