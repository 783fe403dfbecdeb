"""Settings of the data analysis: simple classifiers, and published numbers to set ours beside."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import Field

from showergrid.core.settings import Seed, Settings

T = TypeVar("T")
Quartiles = tuple[float, float, float]
Accuracy = Annotated[float, Field(gt=0, lt=1)]


class Boosting(Settings):
    """XGBoost on the first hits of an event."""

    seed: Seed = Field(description="seed of the sampling of rows and columns")
    hits: int = Field(ge=1, le=2000, description="hits of an event that it sees, in the study's order")
    trees: int = Field(ge=1, le=10_000, description="boosting rounds")
    depth: int = Field(ge=1, le=20, description="largest depth of a tree")
    learning_rate: float = Field(gt=0, le=1, description="shrinkage of a round")
    rows: float = Field(gt=0, le=1, description="share of events that a tree sees")
    columns: float = Field(gt=0, le=1, description="share of features that a tree sees")


class Baselines(Settings):
    """Classifiers that show how easy the showers are."""

    start_length: float = Field(
        gt=0, description="the one-cut classifier sees the charge of the hits this near to the first [cm]"
    )
    xgboost: Boosting = Field(description="boosted trees on the first hits of an event")


class MedianHits(Settings):
    """Hits of a typical event of one energy."""

    energy: float = Field(gt=0, description="centre of the bin [GeV]")
    width: float = Field(gt=0, description="full width of the bin in which we take our median [GeV]")
    hits: float = Field(gt=0, description="published hits an event")


class Extents(Settings, Generic[T]):
    """A value for the extent of an event along each axis."""

    x: T = Field(description="extent in x [cm]")
    y: T = Field(description="extent in y [cm]")
    z: T = Field(description="extent in z [cm]")


class PublishedData(Settings):
    """What was published of the reference's events."""

    note: str = Field(min_length=1, description="where the numbers are from")
    hits: list[MedianHits] = Field(min_length=1, description="hits of a typical event by its energy")
    smallest: int = Field(ge=1, description="hits of the smallest event")
    quartiles: Extents[Quartiles] = Field(description="quartiles of the extent of an event")
    largest: Extents[float] = Field(description="largest extent of an event")
    accuracy: dict[str, Accuracy] = Field(description="test accuracy of baselines on hits, by name")
