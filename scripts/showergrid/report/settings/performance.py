"""Settings of the comparison of all places, and of what is measured beside their accuracy."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from showergrid.core.settings import Label, Name, Settings
from showergrid.evaluation.settings import Bootstrap, Comparison
from showergrid.events.questions import Question
from showergrid.report.settings.labels import HumanLabels
from showergrid.report.settings.tables import PlaceSettings

AGAINST = ("all", "energy", "angle", "hits", "threshold", "efficiency", "score")  # what answers are always looked at
Efficiency = Annotated[float, Field(gt=0, lt=1)]


class KnownColumn(Settings):
    """What is known of events beside energy, angle and hits."""

    column: str = Field(min_length=1, description="column of numbers of the events")
    label: Label = Field(description="what tables and figures call it, with its unit")


class Performance(Settings):
    """Where the answers of a cell are looked at more closely."""

    bins: int = Field(ge=1, le=100, description="bins of energy, angle and hits, with as many test events each")
    efficiencies: list[Efficiency] = Field(
        min_length=1, description="efficiencies for a class at which the rejection of the rest is told"
    )
    mistaken: list[Efficiency] = Field(
        default=[0.01, 0.05, 0.1],
        min_length=1,
        description="shares of the rest taken for a class at which reports of module efficiencies tell its efficiency",
    )
    ratio: float = Field(gt=0, description="positive events to one of the other class where purity is re-weighted")
    columns: list[KnownColumn] = Field(
        default=[],
        exclude_if=lambda columns: not columns,
        description="further columns of the events against which answers are looked at",
    )
    pair: Annotated[list[Name], Field(min_length=2, max_length=2)] | None = Field(
        default=None,
        exclude_if=lambda pair: pair is None,
        description="two classes, such as p and Fe, how far apart which are told reports of module groups tell",
    )

    @property
    def called(self) -> dict[str, str]:
        """What each of the further columns is called."""
        return {known.column: known.label for known in self.columns}


class CellPerformance(Settings):
    """Settings of the performance of one cell, apart from its folder."""

    question: Question
    labels: HumanLabels = HumanLabels()
    bootstrap: Bootstrap
    performance: Performance


class Overlaid(CellPerformance):
    """The same for places that are drawn over each other."""

    places: list[PlaceSettings] = Field(min_length=1, description="in the order of the grid")


class Compared(Settings):
    """Settings of the comparison of all pairs of places, apart from the cell folders."""

    question: Question
    labels: HumanLabels = HumanLabels()
    comparison: Comparison
    level: float = Field(gt=0.5, lt=1, description="confidence level of the intervals")
    places: list[PlaceSettings] = Field(min_length=1, description="in the order of the grid")
