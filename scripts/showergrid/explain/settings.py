"""Settings of the explanations of a trained cell: its answers without some of the hits, and heat maps of pixels."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from showergrid.core.settings import Settings

Events = Annotated[int, Field(ge=2, le=100_000, description="test events to ask about; all where there are fewer")]


class Removal(Settings):
    """How many hits are left to an event."""

    events: Events
    kept: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        min_length=1, description="shares of an event's hits that are left to it"
    )

    @field_validator("kept")
    @classmethod
    def _each_once(cls, kept: list[float]) -> list[float]:
        if len(set(kept)) < len(kept):
            raise ValueError("a share stands twice")
        return kept


class HeatMaps(Settings):
    """How heat maps are computed and tested."""

    events: Events
    steps: int = Field(
        ge=2, le=1000, description="images between the empty one and the event's over which gradients are averaged"
    )
    masked: float = Field(gt=0, lt=1, description="share of an event's occupied pixels that the test of the maps masks")


class Shown(Settings):
    """How many events are drawn."""

    heatmaps: int = Field(
        ge=1, le=10, description="events in heatmaps.pdf of each class, answered right and wrong each"
    )
    mistakes: int = Field(ge=1, le=40, description="events in mistakes.pdf of each class")


class Explanation(Settings):
    """Everything that is asked of a trained cell."""

    seed: int = Field(ge=0, description="seed of the choice of events, and of what is removed or masked at random")
    removal: Removal = Field(description="answers without some of the hits")
    heatmaps: HeatMaps = Field(description="heat maps of pixels")
    shown: Shown = Field(description="how many events are drawn")
