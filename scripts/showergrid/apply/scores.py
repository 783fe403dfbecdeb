"""The scores of a cell for events of files, and the table of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.evaluation.predictions import columns_of
from showergrid.events.questions import Question, ValueQuestion


@dataclass(frozen=True)
class Scores:
    """What a cell says of events, and what there is to say of them.

    events: event, source and number of each; outside (E,) int64: how many of its hits or variables lie outside of the
    ranges of the cell's training events; answers: by question the probabilities (E, classes) float64; lines: what was
    left out, and warnings of what lies outside; counts: for the record.
    """

    events: pa.Table
    outside: np.ndarray
    answers: Mapping[str, np.ndarray]
    lines: list[str]
    counts: dict[str, object]


def write_scores(path: Path, scores: Scores, questions: Sequence[Question | ValueQuestion]) -> None:
    """Write the answers to `questions`, as CSV or as Parquet by the suffix of `path`.

    To each question there are `{question}.answer`, the likeliest class, and `{question}.{class}`, its probability; to
    one of a value `{question}.value`.
    """
    table = scores.events.append_column("outside", pa.array(scores.outside))
    for question in questions:
        answers = scores.answers[question.name]
        if isinstance(question, Question):
            likeliest = np.array(question.names)[answers.argmax(axis=1)]
            table = table.append_column(f"{question.name}.answer", pa.array(likeliest))
        for name, values in zip(columns_of(question), answers.T, strict=True):
            table = table.append_column(name, pa.array(np.ascontiguousarray(values)))
    with replacing(path) as beside:
        if path.suffix == ".csv":
            pa.csv.write_csv(table, beside, pa.csv.WriteOptions(quoting_style="needed"))
        else:
            pq.write_table(table, beside)


def check_suffix(path: Path) -> None:
    """Refuse an output that `write_scores` cannot write.

    Raises:
        InputError: its suffix is neither .csv nor .parquet.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise InputError(f"{path}: scores are written as .csv or .parquet; name such a file")
