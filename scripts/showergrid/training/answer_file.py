"""answers.safetensors: the answers of a trained cell to all events of its study, and how much of each it saw.

A safetensors file: event (E,) int64; for each question `answer.{question}`, (E, classes) float64 or, of a value, (E, 1)
and `scale.{question}` (2,) float64, mean and standard deviation by which its values are standardised; where there is a
window, the shares charge (E,) and hits (E,) float64. Of a cell that is asked of prongs also prong.event (P,) and
prong.number (P,) int64, and `answer.{question}` (P, classes) float64 for each question of prongs; of one that is asked
of hits hit.event (H,) int64, hit.number (H,) int32, of those that lie in the windows, and `answer.{question}`
(H, classes) float32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.inputs.kinds import Share


@dataclass(frozen=True)
class ProngAnswers:
    """The answers (P, classes) float64 to each question for prongs, named by event and number in it (P,) int64."""

    event: np.ndarray
    number: np.ndarray
    of: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class HitAnswers:
    """The answers (H, classes) float32 to each question for hits, named by event and number in it (H,) int64."""

    event: np.ndarray
    number: np.ndarray
    of: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Answers:
    """The answers to each question for every event (E,) int64, sorted: (E, classes) float64, of a value (E, 1).

    share: what the window covers, None where there is none; scales: of questions of a value the `mean` and `std` of
    the training events; prongs, hits: None for a cell that is not asked of any.
    """

    event: np.ndarray
    of: Mapping[str, np.ndarray]
    share: Share | None
    scales: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    prongs: ProngAnswers | None = None
    hits: HitAnswers | None = None


def write_answers(path: Path, answers: Answers) -> None:
    """Write a file of answers."""
    tensors = {
        "event": answers.event,
        **{f"answer.{question}": values for question, values in answers.of.items()},
        **{f"scale.{question}": np.array([scale["mean"], scale["std"]]) for question, scale in answers.scales.items()},
        **(vars(answers.share) if answers.share else {}),
    }
    if prongs := answers.prongs:
        tensors |= {"prong.event": prongs.event, "prong.number": prongs.number}
        tensors |= {f"answer.{question}": values for question, values in prongs.of.items()}
    if hits := answers.hits:
        tensors |= {"hit.event": hits.event, "hit.number": hits.number.astype(np.int32)}
        tensors |= {f"answer.{question}": values for question, values in hits.of.items()}
    with replacing(path) as partial:
        partial.write_bytes(save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}))


def read_answers(
    path: Path,
    questions: Sequence[str],
    events: np.ndarray,
    of_prongs: Sequence[str] = (),
    of_hits: Sequence[str] = (),
) -> Answers:
    """Read the answers to the `questions` for all `events` (E,) int64, and those of prongs and hits if there are any.

    Raises:
        InputError: it is not a file of answers to these questions, or holds those for other events.
    """
    try:
        tensors = load_file(path)
        event, of = tensors["event"], {question: tensors[f"answer.{question}"] for question in questions}
        share = Share(tensors["charge"], tensors["hits"]) if "charge" in tensors else None
        prongs = hits = None
        if of_prongs and "prong.event" in tensors:
            named = tensors["prong.event"], tensors["prong.number"]
            prongs = ProngAnswers(*named, {question: tensors[f"answer.{question}"] for question in of_prongs})
        if of_hits and "hit.event" in tensors:
            named = tensors["hit.event"], tensors["hit.number"].astype(np.int64)
            hits = HitAnswers(*named, {question: tensors[f"answer.{question}"] for question in of_hits})
    except (OSError, SafetensorError, KeyError) as error:
        raise InputError(f"{path}: not a file of such answers ({error}); delete it to have it made again") from None
    if not np.array_equal(event, events):
        raise InputError(f"{path}: holds the answers for other events; train the cell again")
    scales = {
        question: dict(zip(("mean", "std"), tensors[f"scale.{question}"].tolist(), strict=True))
        for question in questions
        if f"scale.{question}" in tensors
    }
    return Answers(event, of, share, scales, prongs, hits)
