"""Questions of hits to a network that answers pixels: the truth of a pixel, and the answer of each of its hits.

The answer of a pixel is that of every hit in it; the truth that it is trained on is the class with most of the charge
of its hits, those of no class left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from showergrid.core.errors import InputError
from showergrid.events.questions import Question
from showergrid.inputs.packed import Packed
from showergrid.inputs.placed_hits import PlacedHits
from showergrid.training.answer_file import HitAnswers
from showergrid.training.data import Labelled


def with_pixels(data: Labelled, hits: PlacedHits, label: np.ndarray, questions: Sequence[Question]) -> Labelled:
    """The same with the classes of the pixels that are seen, by those of the hits, `label` (H, Q) int64.

    Raises:
        InputError: as for `Packed.pixel_of`, or no pixel of the set has a class of a question.
    """
    pixel = data.seen.pixel_of(hits.event, hits.place)
    pixels = data.seen.position.size
    truth = [
        class_of_pixels(pixel, of, hits.charge, len(question.classes), pixels)
        for question, of in zip(questions, label.T, strict=True)
    ]
    for question, of in zip(questions, truth, strict=True):
        if not (of >= 0).any():
            raise InputError(
                f"no hit of a class of {question.name} lies in the windows of a set of {len(data.label)} events; "
                "enlarge win_shape or the set"
            )
    return replace(data, part_label=np.stack(truth, axis=1))


def class_of_pixels(pixel: np.ndarray, label: np.ndarray, charge: np.ndarray, classes: int, pixels: int) -> np.ndarray:
    """(P,) int64: the class with most charge in each pixel, the first of equal ones, -1 in one without hits of a class.

    pixel, label, charge (H,): of each hit its pixel, or -1, its class, or -1, and its charge.
    """
    told = (pixel >= 0) & (label >= 0)
    cell, weight = pixel[told] * classes + label[told], charge[told]
    held = np.bincount(cell, weight, pixels * classes).reshape(pixels, classes)
    hits = np.bincount(cell, minlength=pixels * classes).reshape(pixels, classes)
    best = np.where(hits > 0, held, -1).argmax(axis=1)  # a hit may have no charge
    return np.where(hits.any(axis=1), best, -1)


def hit_answers(seen: Packed, hits: PlacedHits, of_pixels: Mapping[str, np.ndarray]) -> HitAnswers:
    """The answers of the hits that lie in the windows, from those of the pixels, (P, classes) by name of the question.

    Raises:
        InputError: as for `Packed.pixel_of`.
    """
    pixel = seen.pixel_of(hits.event, hits.place)
    inside = pixel >= 0
    of = {name: answers[pixel[inside]].astype(np.float32) for name, answers in of_pixels.items()}
    return HitAnswers(hits.event[inside], hits.number[inside], of)
