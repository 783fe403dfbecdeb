"""Settings of the events: how they are divided, and how their hits are ordered."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from showergrid.core.settings import Settings

Axis = Literal["x", "y", "z"]
Order = Literal["axis", "truth_time", "as_given"]


class Split(Settings):
    """The division of the events: stratified by class, with a seed of its own, never that of a model."""

    seed: int = Field(ge=0, description="seed of the split alone")
    test_fraction: float = Field(gt=0, lt=1, description="share of each class kept for the test set")
    validation_fraction: float = Field(gt=0, lt=1, description="share of the rest of each class kept for validation")
    by: str | None = Field(
        default=None, min_length=1, description="column of events.parquet whose equal values stay in one set"
    )
