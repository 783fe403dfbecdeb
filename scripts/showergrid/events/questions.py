"""What is asked of every event: questions, each of a column of the events table, with its classes or for its value.

A question of prongs is likewise of a column of prongs.parquet, and so is one of hits: each is what the prong is that it
is of. A question tells the truth (E,) of events, which of them have an answer, and what they are called in tables of
answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import numpy as np
import pyarrow as pa
from pydantic import Discriminator, Field, StrictInt, StrictStr, Tag, model_validator

from showergrid.core.errors import InputError
from showergrid.core.settings import Label, Name, Settings
from showergrid.events.collections import is_number

Value = StrictInt | StrictStr
# Columns that stand beside those of a question: of predictions, scores, variations and heat maps
TAKEN = {"event", "energy", "n_hits", "number", "source", "split", "group", "outside", "variation"}
TAKEN |= {"place", "value", "heat", "prong"}
TAKEN_OF_HITS = {"hit", "charge"}
REPEATED = ("energy", "n_hits")  # columns of the events that predictions repeat: their value may be asked by their name


class Class(Settings):
    """One of the classes of a question."""

    name: Name = Field(description="its name in files")
    label: Label | None = Field(default=None, description="its name in tables and figures; null: that in files")
    values: list[Value] = Field(min_length=1, description="values of the column that belong to it")
    left_out: bool = Field(
        default=False,
        exclude_if=lambda left_out: not left_out,
        description="whether all its events are test events, so that it is new to every model",
    )


class Question(Settings):
    """What networks tell of an event, of each of its prongs or of each of its hits: which of some classes it is of."""

    kind: Literal["classes"] = Field(default="classes", exclude=True, description="what the answer is")
    name: Name = Field(description="its name in files")
    label: Label | None = Field(default=None, description="its name in tables; null: that in files")
    of: Literal["event", "prong", "hit"] = Field(
        default="event", description="what has an answer: an event, or each prong, or each hit, that a model sees of it"
    )
    column: str = Field(
        min_length=1,
        description="column of whole numbers or text: of events.parquet, or of prongs.parquet, for their hits too",
    )
    classes: list[Class] = Field(min_length=2, description="in the order of the answers; ties go to the first")
    positive: Name | None = Field(
        default=None,
        description="of two classes the one that efficiency, purity and ROC curve are of; null: each against the rest",
    )
    other: Literal["refuse", "drop"] = Field(
        default="refuse", description="what happens to events whose value belongs to no class"
    )
    weight: float = Field(default=1.0, gt=0, description="factor of its loss beside those of the other questions")
    focal: float = Field(
        default=0.0,
        ge=0,
        exclude_if=lambda focal: focal == 0,
        description="exponent gamma of the focal loss; 0: cross-entropy",
    )

    @model_validator(mode="after")
    def _check(self) -> Question:
        where = f"question {self.name}"
        if self.name in TAKEN or (self.of == "hit" and self.name in TAKEN_OF_HITS):
            raise ValueError(f"{where}: a column of predictions has this name; choose another")
        if "answer" in self.names:
            raise ValueError(
                f"{where}: class 'answer': the column {self.name}.answer holds the likeliest class; rename it"
            )
        values = [value for kind in self.classes for value in kind.values]
        shown = [kind.label or kind.name for kind in self.classes]
        for what, entries in (("class", self.names), ("value", values), ("label", shown)):
            if doubled := [entry for entry in entries if entries.count(entry) > 1]:
                raise ValueError(f"{where}: {what} {doubled[0]!r} stands twice")
        if self.of == "prong" and (self.other == "drop" or self.left_out):
            raise ValueError(f"{where}: of prongs none is dropped or left out; give the others a class of their own")
        if self.of == "hit" and (self.other == "drop" or self.left_out):
            raise ValueError(f"{where}: hits of no class have no answer; leave out other and left_out")
        if all(kind.left_out for kind in self.classes):
            raise ValueError(f"{where}: left_out: no class is left to train on; leave fewer out")
        if len({type(value) for value in values}) > 1:
            raise ValueError(f"{where}: values are whole numbers or texts, not both")
        if self.positive is not None and len(self.classes) > 2:
            raise ValueError(f"{where}: positive is for two classes, and there are {len(self.classes)}; leave it out")
        if self.positive is not None and self.positive not in self.names:
            raise ValueError(f"{where}: positive: {self.positive!r} is none of {', '.join(self.names)}")
        return self

    def truth(self, events: pa.Table) -> np.ndarray:
        """(E,) int64: the class of each of the `events`, -1 where it belongs to none; raises as `labels`."""
        return labels(events, self.column, self.values)

    def shown(self, truth: np.ndarray) -> pa.Array:
        """The names of the classes `truth` (E,) as a column; of none, -1, it is null."""
        return pa.array([*self.names, None], pa.string()).take(pa.array(truth % (len(self.names) + 1)))

    def told(self) -> dict[str, Any]:
        """What an export says of it."""
        return {"name": self.name, "classes": self.names}

    @property
    def answers(self) -> list[str]:
        """What its answers are called behind its own name: the probability of each class."""
        return self.names

    @property
    def names(self) -> list[str]:
        """The names of the classes."""
        return [kind.name for kind in self.classes]

    @property
    def values(self) -> list[list[Value]]:
        """The values of each class."""
        return [kind.values for kind in self.classes]

    @property
    def left_out(self) -> list[int]:
        """The classes that no model is trained on."""
        return [k for k, kind in enumerate(self.classes) if kind.left_out]

    @property
    def against_rest(self) -> list[int]:
        """The classes that are looked at one against the rest: the positive one alone, or else all."""
        return [self.names.index(self.positive)] if self.positive else list(range(len(self.classes)))


class ValueQuestion(Settings):
    """What networks tell of an event: a number, such as its energy."""

    kind: Literal["value"] = Field(description="what the answer is")
    name: Name = Field(description="its name in files")
    label: Label | None = Field(default=None, description="its name in tables; null: that in files")
    of: Literal["event"] = Field(default="event", description="what has an answer")
    column: str = Field(min_length=1, description="column of events.parquet, of numbers")
    unit: str = Field(default="", description="unit of the column, as tables and figures show it")
    delta: float = Field(
        default=1.0, gt=0, description="residual from which on the Huber loss is linear [standard deviations]"
    )
    other: Literal["refuse", "drop"] = Field(default="refuse", description="what happens to events without a value")
    weight: float = Field(default=1.0, gt=0, description="factor of its loss beside those of the other questions")

    @model_validator(mode="after")
    def _check(self) -> ValueQuestion:
        if self.name in TAKEN and not (self.name == self.column and self.name in REPEATED):
            raise ValueError(f"question {self.name}: a column of predictions has this name; choose another")
        return self

    def truth(self, events: pa.Table) -> np.ndarray:
        """(E,) float64: the value of each of the `events`, NaN where there is none; raises as `numbers`."""
        return numbers(events, self.column)

    def shown(self, truth: np.ndarray) -> pa.Array:
        """The values `truth` (E,) as a column."""
        return pa.array(np.ascontiguousarray(truth, dtype=np.float64))

    def told(self) -> dict[str, Any]:
        """What an export says of it."""
        return {"name": self.name, "value": self.column}

    @property
    def answers(self) -> list[str]:
        """What its answer is called behind its own name."""
        return ["value"]


def _class_of(question: Any) -> str | None:
    """The class of a question, as a configuration writes it, by its kind; without one it is of classes."""
    kind = question.get("kind", "classes") if isinstance(question, dict) else getattr(question, "kind", "classes")
    return {"classes": "Question", "value": "ValueQuestion"}.get(kind)


AnyQuestion = Annotated[
    Annotated[Question, Tag("Question")] | Annotated[ValueQuestion, Tag("ValueQuestion")],
    Discriminator(
        _class_of, custom_error_type="kind", custom_error_message="the kind of a question is classes or value"
    ),
]


def of_classes(questions: Iterable[Question | ValueQuestion]) -> list[Question]:
    """Those of the `questions` whose answer is a class."""
    return [question for question in questions if isinstance(question, Question)]


def of_events(questions: Iterable[Question | ValueQuestion]) -> list[Question | ValueQuestion]:
    """Those of the `questions` that are of events."""
    return [question for question in questions if question.of == "event"]


def of_prongs(questions: Iterable[Question | ValueQuestion]) -> list[Question]:
    """Those of the `questions` that are of prongs."""
    return [question for question in questions if question.of == "prong"]


def of_hits(questions: Iterable[Question | ValueQuestion]) -> list[Question]:
    """Those of the `questions` that are of hits."""
    return [question for question in questions if question.of == "hit"]


def has_answer(truth: np.ndarray) -> np.ndarray:
    """(E,) bool: whether events with the `truth` (E,) of a question have an answer to it."""
    return truth >= 0 if truth.dtype.kind == "i" else ~np.isnan(truth)


def numbers(events: pa.Table, column: str) -> np.ndarray:
    """(E,) float64: the number of each of the `events` in `column`, NaN where it is missing or not finite.

    Raises:
        InputError: there is no such column of numbers.
    """
    valid = [field.name for field in events.schema if field.name != "event" and is_number(field.type)]
    if column not in valid:
        raise InputError(f"events: no column {column!r} of numbers; valid: {', '.join(valid)}")
    values = events[column].to_numpy().astype(np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def labels(events: pa.Table, column: str, values: list[list[Value]]) -> np.ndarray:
    """(E,) int64: the class of each of the `events` by its value in `column`, -1 where it belongs to none.

    Raises:
        InputError: there is no such column, or it is of another type than the `values` of the classes.
    """
    valid = [field.name for field in events.schema if field.name != "event" and type_of(field.type)]
    if column not in valid:
        raise InputError(f"events: no column {column!r} of whole numbers or text; valid: {', '.join(valid)}")
    wanted = type_of(events.schema.field(column).type)
    if any(not isinstance(value, wanted) for group in values for value in group):
        kind = "whole numbers" if wanted is int else "text"
        raise InputError(f"events: column {column} holds {kind}, and the values of its classes do not; correct them")
    found = events[column].combine_chunks().dictionary_encode()
    of_value = {value: label for label, group in enumerate(values) for value in group}
    of_entry = np.array([of_value.get(value, -1) for value in found.dictionary.to_pylist()], dtype=np.int64)
    return np.append(of_entry, -1)[found.indices.fill_null(of_entry.size).to_numpy(zero_copy_only=False)]


def type_of(column: pa.DataType) -> type | None:
    """The type of the values in a column of whole numbers or text; None for any other column."""
    if pa.types.is_integer(column):
        return int
    return str if pa.types.is_string(column) else None
