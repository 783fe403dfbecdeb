"""The objects of an event, such as its leptons and jets, as a set of entries with variables on a common scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import Field, model_validator

from showergrid.core.patterns import spread
from showergrid.core.settings import Name, Settings
from showergrid.inputs.variables import Scale, Tables, Variables

KIND = "set"
COUNTED = "objects"


class Parameters(Settings):
    """Which objects and variables, their order and their scale."""

    collection: Name = Field(description="collection that the objects stand in")
    columns: list[str] = Field(
        min_length=1, description="columns of the collection, in their order, also by patterns: v_{0..9}"
    )
    kinds: list[int] | None = Field(
        default=None,
        exclude_if=lambda kinds: kinds is None,
        min_length=1,
        description="values of the column kind of the objects that are taken; null: all are",
    )
    sort: str | None = Field(
        default=None, description="column of which objects with most come first; null: in the order of the file"
    )
    scale: Scale = Field(
        default="z_score",
        description="common scale of the training events: mean 0 and standard deviation 1, 0 to 1, or none",
    )

    @model_validator(mode="after")
    def _check(self) -> Parameters:
        if len(set(self.columns)) < len(self.columns):
            raise ValueError("columns: a column stands twice")
        if self.sort is not None and self.sort not in self.columns:
            raise ValueError(f"sort: {self.sort!r} is none of columns")
        return self


def expanded(parameters: Parameters, given: Mapping[str, Sequence[str]]) -> Parameters:
    """The parameters with names in place of patterns; `given`: the columns of numbers of each table."""
    columns = spread(parameters.columns, given.get(parameters.collection, ()))
    return Parameters(**{**parameters.model_dump(), "columns": columns})


def names(parameters: Parameters) -> list[str]:
    """The names of the variables, in their order."""
    return parameters.columns


def reads(parameters: Parameters) -> dict[str, list[str]]:
    """The collection that is read, and its columns: kind too where only some kinds are taken."""
    kind = ["kind"] if parameters.kinds and "kind" not in parameters.columns else []
    return {parameters.collection: [*parameters.columns, *kind]}


def variables(tables: Tables, parameters: Parameters) -> Variables:
    """The objects of all events, those that are asked in the order asked."""
    row = tables.row
    entry = np.arange(row.size)
    if parameters.sort is not None:
        entry = np.lexsort((-tables.of_entry[parameters.sort], row))
    if parameters.kinds is not None:
        entry = entry[np.isin(tables.of_entry["kind"][entry], parameters.kinds)]
    values = np.stack([tables.of_entry[name][entry] for name in parameters.columns], axis=1)
    offsets = np.append(0, np.cumsum(np.bincount(row[entry], minlength=tables.event.size)))
    return Variables(tables.event, offsets, values, parameters.columns)
