"""The combined answers of the cells of an ensemble."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.core.errors import InputError
from showergrid.evaluation.combining import combined
from showergrid.evaluation.predictions import about, columns_of, read_predictions
from showergrid.events.questions import Question, ValueQuestion
from showergrid.report.settings.ensembles import Combination


def combined_answers(settings: Combination, results: Path) -> pa.Table:
    """One row per event, with its truth and, for each way to combine, `{question}.{class}.{how}`, or value for class.

    Raises:
        InputError: a file of a cell below the study's folder `results` is missing or bad, or their events differ.
    """
    question = settings.question
    files = [results / cell / "predictions.parquet" for cell in settings.cells]
    events, answers = _answers(files, question)
    validation, labels = _validation(files[0], question)
    at = np.searchsorted(events["event"].to_numpy(), validation)
    for how in settings.combine:
        together = combined(how, answers[at], labels, answers, settings.seed)
        for name, values in zip(columns_of(question), together.T, strict=True):
            events = events.append_column(f"{name}.{how}", pa.array(np.ascontiguousarray(values)))
    return events


def _validation(file: Path, question: Question | ValueQuestion) -> tuple[np.ndarray, np.ndarray]:
    """The validation events (v,) and their true classes (v,), of which a model is fitted; none of a value."""
    if isinstance(question, ValueQuestion):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    known = read_predictions(file, question, "validation")
    return known.event, known.labels


def _answers(files: list[Path], question: Question | ValueQuestion) -> tuple[pa.Table, np.ndarray]:
    """The events, sorted, and the answers (n, K, classes), of a value (n, K, 1), for them in the K files."""
    known = list(dict.fromkeys([*about(pq.read_schema(files[0]).names), "split", question.name]))
    tables = [pq.read_table(file, columns=[*known, *columns_of(question)]).sort_by("event") for file in files]
    events = tables[0].select(known)
    for file, table in zip(files, tables, strict=True):
        if not all(table[key].equals(events[key]) for key in ("event", "split", question.name)):
            raise InputError(
                f"{file}: its events or their split are not those of {files[0]}; evaluate both on one split"
            )
    of_classes = [[table[name].to_numpy() for name in columns_of(question)] for table in tables]
    return events, np.array(of_classes).transpose(2, 0, 1)
