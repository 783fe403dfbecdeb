"""Settings of ensembles: several trained cells that answer together."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from showergrid.core.settings import Name, Resolution, Seed, Settings
from showergrid.events.questions import AnyQuestion

Combiner = Literal["mean", "logistic_regression", "random_forest"]


class Member(Settings):
    """The cells of one place of the grid, all of whose seeds are members."""

    representation: str = Field(min_length=1, description="one of the representations")
    resolution: Resolution | None = Field(default=None, description="pixels across the detector in x; null: not binned")
    model: str = Field(min_length=1, description="one of the models")
    seeds: list[Seed] = Field(min_length=1, description="one cell each")


class Ensemble(Settings):
    """Cells whose scores are made one, in every way of `combine`."""

    name: Name = Field(description="name of the table")
    of: list[Member] = Field(min_length=1, description="which cells")
    combine: list[Combiner] = Field(min_length=1, description="how their scores are made one")
    seed: Seed = Field(description="seed of the random forest")
    question: Name | None = Field(default=None, description="question that it is of; null: the first of classes")

    @model_validator(mode="after")
    def _each_once(self) -> Ensemble:
        places = [(member.representation, member.resolution, member.model) for member in self.of]
        for key, values in [("of", places), ("combine", self.combine), *(("seeds", place.seeds) for place in self.of)]:
            if len(set(values)) < len(values):
                raise ValueError(f"ensemble {self.name}: {key}: a value stands twice")
        if sum(len(member.seeds) for member in self.of) < 2:
            raise ValueError(f"ensemble {self.name}: of: one cell alone is no ensemble")
        return self


class Combination(Settings):
    """Which cells answer together, and how."""

    cells: list[str] = Field(min_length=2, description="folders of the members, below the study's folder")
    question: AnyQuestion
    combine: list[Combiner] = Field(min_length=1, description="how their scores are made one")
    seed: Seed = Field(description="seed of the random forest")
