"""Settings of reading tables from files: events with one row each, and collections with any number of rows an event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import pyarrow as pa
from pydantic import BeforeValidator, Field, StrictFloat, StrictInt, StrictStr, model_validator

from showergrid.core.errors import InputError
from showergrid.core.patterns import matching, numbered
from showergrid.core.settings import Name, Settings
from showergrid.events.hits import ANY_EVENTS
from showergrid.sources.reading.settings import (
    ENERGIES,
    LENGTHS,
    TIMES,
    ColumnList,
    ColumnName,
    FileFormat,
    named,
    unit_of,
)

UNITS = {**LENGTHS, **ENERGIES, **TIMES}
READ_AS = {"number": pa.float64(), "whole": pa.int64(), "text": pa.string()}
WRITTEN_AS = {**READ_AS, "number": pa.float32()}
CONSTANTS = {"number": (int, float), "whole": (int,), "text": (str,)}

Bounds = Annotated[list[float | None], Field(title="least and largest value", min_length=2, max_length=2)]


class TableColumn(Settings):
    """What a table has of each of its rows: a number, unit * value, a whole number or a text."""

    column: ColumnList = Field(
        default=[],
        description="its column; of a collection several, when each row of a file holds so many of its rows",
    )
    type: Literal["number", "whole", "text"] = Field(default="number", description="what it holds")
    unit: Annotated[str | float, unit_of(UNITS, "cm, GeV, ns or what the study takes")] = Field(
        default=1.0, description="unit of a number: of cm, GeV or ns as in a column map, or a factor"
    )
    constant: StrictInt | StrictFloat | StrictStr | None = Field(
        default=None, description="what all rows hold, in place of a column, such as the kind of all objects of a file"
    )

    @model_validator(mode="after")
    def _check(self) -> TableColumn:
        if self.type != "number" and self.unit != 1:
            raise ValueError(f"unit: a column of type {self.type} has none; leave it out")
        if bool(self.column) == (self.constant is not None):
            raise ValueError("column: name one, or give a constant in its place")
        if self.constant is not None and not isinstance(self.constant, CONSTANTS[self.type]):
            raise ValueError(f"constant {self.constant!r} is not of type {self.type}; say of which type it is")
        return self


def _spread(key: str, told: Any, names: list[str] | None) -> dict[str, Any]:
    """The columns that an entry of a map stands for: one, or, if its key is a pattern, one of each name.

    Raises:
        ValueError: the names are not known, or there are not as many columns.
    """
    if "*" not in key and "{" not in key:
        return {key: told}
    told = named(told) or {}
    column = told.get("column", key)
    pattern = column if isinstance(column, str) else column[0]
    try:
        if "*" in key:
            if names is None or pattern != key:
                raise InputError(f"{key!r}: give `names`, and no other column; or numbers such as v_{{0..9}}")
            keys = columns = matching(key, names)
        else:
            keys, columns = numbered(key), numbered(pattern)
    except InputError as error:
        raise ValueError(str(error)) from None
    if len(keys) != len(columns):
        raise ValueError(f"columns.{key}: stands for {len(keys)} columns, {pattern} for {len(columns)}; give as many")
    return {name: {**told, "column": [column]} for name, column in zip(keys, columns, strict=True)}


class TableFiles(FileFormat):
    """Files that are one table, and what its columns mean. A column's name may stand alone if it holds numbers."""

    files: list[ColumnName] = Field(min_length=1, description="files, whose rows follow each other")
    event: ColumnList = Field(
        default=[],
        description="column that numbers the events, or several that together tell it; none: each row of a file is one",
    )
    names: list[ColumnName] | None = Field(
        default=None, description="names of all columns of a CSV file whose first line does not hold them"
    )
    columns: dict[Name, Annotated[TableColumn, BeforeValidator(named)]] = Field(
        min_length=1, description="columns of the table to write, by name, also by patterns: f*, v_{0..9}"
    )
    within: dict[Name, Bounds] = Field(
        default={},
        exclude_if=lambda within: not within,
        description="least and largest value of some of these columns, null for none; rows beyond are left out",
    )
    missing: list[StrictInt | StrictFloat | StrictStr] = Field(
        default=[],
        exclude_if=lambda missing: not missing,
        description="what stands for a missing number, in CSV files also texts, and NaN too then; []: none is missing",
    )

    @model_validator(mode="before")
    @classmethod
    def _without_patterns(cls, values: Any) -> Any:
        if not isinstance(values, dict) or not isinstance(values.get("columns"), dict):
            return values
        spread = {}
        for key, told in values["columns"].items():
            spread |= _spread(key, told, values.get("names"))
        return {**values, "columns": spread}

    @model_validator(mode="after")
    def _bounds(self) -> TableFiles:
        for name, (low, high) in self.within.items():
            if name not in self.columns or self.columns[name].type == "text":
                raise ValueError(f"within: {name!r} is none of the columns of numbers; name one of them")
            if low is not None and high is not None and low > high:
                raise ValueError(f"within.{name}: the least value lies above the largest; turn them round")
        return self

    @model_validator(mode="after")
    def _one_type(self) -> TableFiles:
        if not any(column.column for column in self.columns.values()):
            raise ValueError("columns: all are constants; name a column of the files")
        texts = {name for column in self.columns.values() if column.type == "text" for name in column.column}
        others = {name for column in self.columns.values() if column.type != "text" for name in column.column}
        if both := sorted(texts & {*others, *self.event}):
            raise ValueError(f"column {both[0]!r} is named as text and as a number; choose one")
        return self

    @property
    def read_as(self) -> dict[str, pa.DataType]:
        """The columns of a file that are read; those that hold whole numbers for one of their uses do so for all."""
        kinds = [(name, column.type) for column in self.columns.values() for name in column.column]
        kinds.sort(key=lambda kind: kind[1] == "whole")
        return {name: READ_AS[kind] for name, kind in kinds} | dict.fromkeys(self.event, pa.int64())

    @property
    def rows_each(self) -> int:
        """How many rows of the table a row of a file holds."""
        return max(len(column.column) for column in self.columns.values())

    @property
    def header(self) -> list[str] | None:
        """The names of the columns of a CSV file; None if its first line holds them."""
        return self.names

    @property
    def empty(self) -> list[str]:
        """The texts in a CSV file that stand for a missing number."""
        return [text for text in self.missing if isinstance(text, str)]

    @property
    def fields(self) -> list[pa.Field]:
        """The columns of the table to write that are named here."""
        gaps = {name: column.type == "number" and bool(self.missing) for name, column in self.columns.items()}
        return [pa.field(name, WRITTEN_AS[self.columns[name].type], nullable=gaps[name]) for name in self.columns]


class EventFiles(TableFiles):
    """The table of the events, one row each."""

    thing = "event"

    @model_validator(mode="after")
    def _check(self) -> EventFiles:
        for name, column in self.columns.items():
            if name in ANY_EVENTS.names:
                raise ValueError(f"columns.{name}: every table of events has a column of this name; choose another")
            if len(column.column) > 1:
                raise ValueError(f"columns.{name}: an event has one value; name one column")
        return self

    def schema(self, collections: Iterable[str]) -> pa.Schema:
        """The columns of events.parquet, with the number of rows that an event has in each of the `collections`."""
        sizes = [pa.field(f"n_{name}", pa.int32(), nullable=False) for name in collections]
        event, *origin = ANY_EVENTS
        return pa.schema([event, *self.fields, *sizes, *origin])


class RowFiles(TableFiles):
    """Files with any number of rows an event."""

    thing = "row"

    min_rows: int = Field(
        default=0,
        ge=0,
        exclude_if=lambda least: not least,
        description="fewest rows of these files that an event has; events with fewer are left out",
    )

    @model_validator(mode="after")
    def _check(self) -> RowFiles:
        if "event" in self.columns:
            raise ValueError("columns.event: every collection has a column of this name; choose another")
        counts = {name: len(column.column) for name, column in self.columns.items() if column.column}
        first = next(iter(counts))
        for name, count in counts.items():
            if count != counts[first]:
                raise ValueError(f"columns.{name} names {count} columns, {first} {counts[first]}; give each as many")
        return self

    @property
    def schema(self) -> pa.Schema:
        """The columns of the collection's table."""
        return pa.schema([ANY_EVENTS.field("event"), *self.fields])


class CollectionFiles(RowFiles):
    """A collection of the events, such as their objects."""

    more: list[RowFiles] = Field(
        default=[], description="further files with columns of the same names, such as jets beside muons"
    )

    @model_validator(mode="after")
    def _alike(self) -> CollectionFiles:
        for k, other in enumerate(self.more):
            if {*other.fields} != {*self.fields}:
                raise ValueError(f"more.{k}.columns: they are not those of the first files; give the same, of one type")
            if len(other.event) != len(self.event):
                raise ValueError(f"more.{k}.event: names {len(other.event)} columns, the first files {len(self.event)}")
        return self

    @property
    def parts(self) -> list[RowFiles]:
        """Its first files and the further ones."""
        return [self, *self.more]
