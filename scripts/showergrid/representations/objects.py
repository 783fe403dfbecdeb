"""The objects of an event, such as its leptons and jets, as a set of entries with variables on a common scale."""

from __future__ import annotations

import numpy as np
from pydantic import Field, model_validator

from showergrid.core.settings import Name, Settings
from showergrid.inputs.variables import Scale, Tables, Variables

KIND = "set"
COUNTED = "objects"


class Parameters(Settings):
    """Which objects and variables, their order and their scale."""

    collection: Name = Field(description="collection that the objects stand in")
    columns: list[str] = Field(min_length=1, description="columns of the collection, in their order")
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


def names(parameters: Parameters) -> list[str]:
    """The names of the variables, in their order."""
    return parameters.columns


def reads(parameters: Parameters) -> dict[str, list[str]]:
    """The collection that is read, and its columns."""
    return {parameters.collection: parameters.columns}


def variables(tables: Tables, parameters: Parameters) -> Variables:
    """The objects of all events, in the order asked."""
    values = np.stack([tables.of_entry[name] for name in parameters.columns], axis=1)
    if parameters.sort is not None:
        values = values[np.lexsort((-tables.of_entry[parameters.sort], tables.row))]
    return Variables(tables.event, tables.offsets, values, parameters.columns)
