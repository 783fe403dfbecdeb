"""answers.safetensors: the answers of a trained cell to all events of its study, and how much of each it saw.

A safetensors file: event (E,) int64; for each question `answer.{question}`, such as (E, classes) float64; where there
is a window, the shares charge (E,) and hits (E,) float64.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.inputs.kinds import Share


@dataclass(frozen=True)
class Answers:
    """The answers to each question for every event (E,) int64, sorted: (E, classes) float64.

    share: what the window covers, None where there is none.
    """

    event: np.ndarray
    of: Mapping[str, np.ndarray]
    share: Share | None


def write_answers(path: Path, answers: Answers) -> None:
    """Write a file of answers."""
    tensors = {
        "event": answers.event,
        **{f"answer.{question}": values for question, values in answers.of.items()},
        **(vars(answers.share) if answers.share else {}),
    }
    with replacing(path) as partial:
        partial.write_bytes(save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}))


def read_answers(path: Path, questions: Sequence[str], events: np.ndarray) -> Answers:
    """Read the answers to the `questions` for all `events` (E,) int64.

    Raises:
        InputError: it is not a file of answers to these questions, or holds those for other events.
    """
    try:
        tensors = load_file(path)
        event, of = tensors["event"], {question: tensors[f"answer.{question}"] for question in questions}
        share = Share(tensors["charge"], tensors["hits"]) if "charge" in tensors else None
    except (OSError, SafetensorError, KeyError) as error:
        raise InputError(f"{path}: not a file of such answers ({error}); delete it to have it made again") from None
    if not np.array_equal(event, events):
        raise InputError(f"{path}: holds the answers for other events; train the cell again")
    return Answers(event, of, share)
