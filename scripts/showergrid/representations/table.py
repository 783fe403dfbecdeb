"""Variables of an event as they stand in the events table, on a common scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field, field_validator

from showergrid.core.patterns import spread
from showergrid.core.settings import Settings
from showergrid.inputs.variables import Scale, Tables, Variables

KIND = "table"
COUNTED = "variables"


class Parameters(Settings):
    """Which variables, and their scale."""

    columns: list[str] = Field(
        min_length=1, description="columns of the events table, in their order, also by patterns: f*, v_{0..9}"
    )
    scale: Scale = Field(
        default="z_score",
        description="common scale of the training events: mean 0 and standard deviation 1, 0 to 1, or none",
    )

    impute: Literal["median"] | None = Field(
        default=None,
        exclude_if=lambda rule: rule is None,
        description="what missing values are taken for: the median of the training events; null: they are refused",
    )

    @field_validator("columns")
    @classmethod
    def _each_once(cls, columns: list[str]) -> list[str]:
        if len(set(columns)) < len(columns):
            raise ValueError("a column stands twice")
        return columns


def expanded(parameters: Parameters, given: Mapping[str, Sequence[str]]) -> Parameters:
    """The parameters with names in place of patterns; `given`: the columns of numbers of each table."""
    return Parameters(**{**parameters.model_dump(), "columns": spread(parameters.columns, given["events"])})


def names(parameters: Parameters) -> list[str]:
    """The names of the variables, in their order."""
    return parameters.columns


def reads(parameters: Parameters) -> dict[str, list[str]]:
    """The table that is read, and its columns."""
    return {"events": parameters.columns}


def variables(tables: Tables, parameters: Parameters) -> Variables:
    """The columns of all events."""
    return Variables.of_events(tables.event, tables.of_event)
