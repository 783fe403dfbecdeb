"""What is asked of every event: questions, each with a column of the events table and its classes."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pyarrow as pa
from pydantic import Field, StrictInt, StrictStr, model_validator

from showergrid.core.errors import InputError
from showergrid.core.settings import Label, Name, Settings

Value = StrictInt | StrictStr
# Columns that stand beside those of a question: of predictions, scores, variations and heat maps
TAKEN = {"event", "energy", "n_hits", "number", "source", "split", "group", "outside", "variation"}
TAKEN |= {"place", "value", "heat"}


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
    """What networks tell of an event: which of some classes it belongs to."""

    name: Name = Field(description="its name in files")
    label: Label | None = Field(default=None, description="its name in tables; null: that in files")
    of: Literal["event"] = Field(default="event", description="what has an answer")
    column: str = Field(min_length=1, description="column of events.parquet, of whole numbers or text")
    classes: list[Class] = Field(min_length=2, description="in the order of the answers; ties go to the first")
    positive: Name | None = Field(
        default=None,
        description="of two classes the one that efficiency, purity and ROC curve are of; null: each against the rest",
    )
    other: Literal["refuse", "drop"] = Field(
        default="refuse", description="what happens to events whose value belongs to no class"
    )
    weight: float = Field(default=1.0, gt=0, description="factor of its loss beside those of the other questions")

    @model_validator(mode="after")
    def _check(self) -> Question:
        where = f"question {self.name}"
        if self.name in TAKEN:
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
        if all(kind.left_out for kind in self.classes):
            raise ValueError(f"{where}: left_out: no class is left to train on; leave fewer out")
        if len({type(value) for value in values}) > 1:
            raise ValueError(f"{where}: values are whole numbers or texts, not both")
        if self.positive is not None and len(self.classes) > 2:
            raise ValueError(f"{where}: positive is for two classes, and there are {len(self.classes)}; leave it out")
        if self.positive is not None and self.positive not in self.names:
            raise ValueError(f"{where}: positive: {self.positive!r} is none of {', '.join(self.names)}")
        return self

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
