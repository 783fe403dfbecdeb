"""Settings of what shows an ablation: its factors, and its places with the value of each."""

from __future__ import annotations

from pydantic import Field

from showergrid.core.settings import Settings
from showergrid.report.settings.labels import HumanLabels
from showergrid.report.settings.tables import PlaceSettings, Reported

Value = bool | int | float | str | None
Level = Value | list[Value | list[Value]]


class Factor(Settings):
    """One parameter that an ablation varies."""

    name: str = Field(min_length=1, description="name of the parameter")
    values: list[Level] = Field(min_length=1, description="its values, the one to compare with first")


class Variant(PlaceSettings):
    """A place of an ablation, one combination of the values of its factors."""

    levels: dict[str, Level] = Field(description="value of every factor")


class AblationFigureSettings(Reported):
    """Settings of the figure of an ablation."""

    against: str | None = Field(description="factor on the axis; null: a row for each combination of values")
    places: list[Variant] = Field(min_length=1, description="one for every combination of values")


def level_text(value: Level) -> str:
    """A value as text for readers, such as `yes`, `0.2`, `3, 3` for a list or `3x5, 3x5` for a list of pairs."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, list):
        return ", ".join("x".join(map(str, item)) if isinstance(item, list) else level_text(item) for item in value)
    return str(value)


def level_label(factor: str, value: Level, labels: HumanLabels) -> str:
    """A value as tables show it: representations and models by their labels."""
    called = {"representation": labels.representation, "model": labels.model}
    return called[factor](level_text(value)) if factor in called else level_text(value)
