"""Whether the events of a source have what a study asks of them."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from showergrid.core.errors import InputError
from showergrid.events.collections import is_number
from showergrid.events.questions import Question, ValueQuestion, type_of

ROWS = {"event": "events", "prong": "prongs", "hit": "prongs"}  # of the table that holds what is asked


def check_columns(schema: pa.Schema, questions: Sequence[Question | ValueQuestion]) -> None:
    """Refuse a question of a column that the events lack, or that is of another type than its answers.

    Raises:
        InputError: there is one.
    """
    for question in questions:
        if question.column not in schema.names:
            raise InputError(
                f"config: question {question.name}: column {question.column!r} is none of the {ROWS[question.of]}; "
                f"valid: {', '.join(schema.names[1:])}"
            )
        if isinstance(question, ValueQuestion):
            if not is_number(schema.field(question.column).type):
                raise InputError(
                    f"config: question {question.name}: column {question.column} holds no numbers; name one"
                )
            continue
        if type_of(schema.field(question.column).type) is not type(question.values[0][0]):
            kind = "text" if isinstance(question.values[0][0], str) else "whole"
            raise InputError(
                f"config: question {question.name}: the values of its classes are of type {kind}, and the column "
                f"{question.column} is not; say so there (type: {kind}), or correct the values"
            )
