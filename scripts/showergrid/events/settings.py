"""Settings of the events: how they are divided, and how their hits are ordered."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from showergrid.core.settings import Settings

Axis = Literal["x", "y", "z"]
Order = Literal["axis", "beam", "truth_time", "as_given"]


class FurtherSplit(Settings):
    """Another division of the same events, with which the first is compared."""

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="name, which the key split of a training says")
    by: str | None = Field(
        default=None, min_length=1, description="column whose equal values stay in one set; null: each event by itself"
    )


class Split(Settings):
    """The division of the events: stratified by class, with a seed of its own, never that of a model."""

    seed: int = Field(ge=0, description="seed of the split alone")
    test_fraction: float = Field(gt=0, lt=1, description="share of each class kept for the test set")
    validation_fraction: float = Field(gt=0, lt=1, description="share of the rest of each class kept for validation")
    by: str | None = Field(
        default=None, min_length=1, description="column of events.parquet whose equal values stay in one set"
    )
    further: list[FurtherSplit] = Field(
        default=[], exclude_if=lambda further: not further, description="other divisions of the same events"
    )

    @model_validator(mode="after")
    def _beside_groups(self) -> Split:
        names = [further.name for further in self.further]
        if self.further and self.by is None:
            raise ValueError("further: by is null; name there the column that decides what intervals draw")
        if len(set(names)) < len(names):
            raise ValueError("further: a name stands twice")
        return self

    @property
    def divisions(self) -> dict[str | None, Split]:
        """Every division by its name, the first by None."""
        alike = {further.name: self.model_copy(update={"by": further.by, "further": []}) for further in self.further}
        return {None: self, **alike}
