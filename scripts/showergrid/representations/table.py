"""Variables of an event as they stand in the events table, on a common scale."""

from __future__ import annotations

from pydantic import Field, field_validator

from showergrid.core.settings import Settings
from showergrid.inputs.variables import Scale, Tables, Variables

KIND = "table"
COUNTED = "variables"


class Parameters(Settings):
    """Which variables, and their scale."""

    columns: list[str] = Field(min_length=1, description="columns of the events table, in their order")
    scale: Scale = Field(
        default="z_score",
        description="common scale of the training events: mean 0 and standard deviation 1, 0 to 1, or none",
    )

    @field_validator("columns")
    @classmethod
    def _each_once(cls, columns: list[str]) -> list[str]:
        if len(set(columns)) < len(columns):
            raise ValueError("a column stands twice")
        return columns


def names(parameters: Parameters) -> list[str]:
    """The names of the variables, in their order."""
    return parameters.columns


def reads(parameters: Parameters) -> dict[str, list[str]]:
    """The table that is read, and its columns."""
    return {"events": parameters.columns}


def variables(tables: Tables, parameters: Parameters) -> Variables:
    """The columns of all events."""
    return Variables.of_events(tables.event, tables.of_event)
