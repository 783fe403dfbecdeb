"""predictions.prongs.parquet and the metrics of prongs: what a cell answers of each of an event's prongs.

Prongs of one event are not independent, so that intervals resample events, each with all its prongs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.core.atomic import replacing
from showergrid.evaluation.metrics import split_metrics
from showergrid.evaluation.predictions import with_answers
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.questions import Question
from showergrid.events.split import GROUP, SETS
from showergrid.training.answer_file import ProngAnswers


@dataclass(frozen=True)
class AnsweredProngs:
    """Prongs with truth and answers; all arrays (P,) but for those of answers, (P, classes) float64.

    labels: name of question -> true classes int64; sets: str, the set of its event; group: int64, that of its event,
    None if each event stands by itself.
    """

    answers: ProngAnswers
    labels: Mapping[str, np.ndarray]
    sets: np.ndarray
    group: np.ndarray | None


def prong_metrics(questions: Sequence[Question], prongs: AnsweredProngs, bootstrap: Bootstrap) -> dict[str, dict]:
    """The metrics of each question and split, as those of events (metrics.py), and of how many prongs of how many.

    Raises:
        InputError: an answer is no probability, or a set has no prongs.
    """
    drawn = prongs.answers.event if prongs.group is None else prongs.group
    measured: dict[str, dict] = {question.name: {} for question in questions}
    for question in questions:
        for name in SETS:
            part = prongs.sets == name
            told = split_metrics(
                prongs.labels[question.name][part],
                prongs.answers.of[question.name][part],
                question,
                bootstrap,
                name,
                drawn[part],
            )
            counts = {"prongs": told.pop("events"), "events": int(np.unique(prongs.answers.event[part]).size)}
            if prongs.group is None:  # a group is an event
                del told["groups"], told["effective_events"]
            measured[question.name][name] = {**counts, **told}
    return measured


def write_prong_predictions(path: Path, questions: Sequence[Question], prongs: AnsweredProngs) -> None:
    """Write predictions.prongs.parquet, sorted by event and number of the prong in it."""
    answers = prongs.answers
    table = pa.table(
        {
            "event": pa.array(answers.event, pa.int64()),
            "prong": pa.array(answers.number, pa.int32()),
            "split": pa.array(prongs.sets.tolist(), pa.string()),
        }
    )
    if prongs.group is not None:
        table = table.append_column(GROUP, pa.array(prongs.group))
    with replacing(path) as partial:
        pq.write_table(with_answers(table, questions, prongs.labels, answers.of), partial)


def no_prongs(questions: Sequence[Question], group: bool) -> AnsweredProngs:
    """What a cell answers that sees no prongs; `group`: whether events stand in groups."""
    none = np.empty(0, np.int64)
    answers = ProngAnswers(none, none, {asked.name: np.empty((0, len(asked.classes))) for asked in questions})
    labels = {asked.name: none for asked in questions}
    return AnsweredProngs(answers, labels, np.empty(0, dtype="<U10"), none if group else None)
