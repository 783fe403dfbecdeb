"""Settings of spectra: how a variable is distributed over all events, and over those that a cell calls each class."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator, model_validator

from showergrid.apply.settings import Unlabelled
from showergrid.core.cells import Cell
from showergrid.core.settings import Label, Name, Resolution, Seed, Settings
from showergrid.events.questions import Question
from showergrid.inputs.settings import NAMED, Representation
from showergrid.report.settings.labels import HumanLabels


def _rising(ends: tuple[float, float]) -> tuple[float, float]:
    if ends[0] >= ends[1]:
        raise ValueError(f"{list(ends)} does not rise")
    return ends


class Interval(Settings):
    """Values whose events are counted: from the lower end, included, to the upper one."""

    name: Name = Field(description="its name in files")
    label: Label | None = Field(default=None, description="its name in figures; null: that in files")
    range: tuple[float, float] = Field(description="its ends, in the unit of the variable")
    trained: bool = Field(default=True, description="false: no class of the training was meant for it; drawn hatched")

    _range = field_validator("range")(_rising)


class Distribution(Settings):
    """A variable of the events, and how it is drawn."""

    column: str = Field(min_length=1, description="variable of the representation that is drawn")
    where: dict[str, float] = Field(default={}, description="variables, and the value of each that an event must have")
    label: Label = Field(description="what the axis is called, with its unit")
    range: tuple[float, float] = Field(description="ends of the axis, in the unit of the variable")
    bins: int = Field(ge=1, le=1000, description="bins of the axis")
    log: bool = Field(default=False, description="bins of equal width in the logarithm of the variable")
    intervals: list[Interval] = Field(default=[], description="where events are counted, beside all of them")

    _range = field_validator("range")(_rising)

    @model_validator(mode="after")
    def _check(self) -> Distribution:
        names = [interval.name for interval in self.intervals]
        if doubled := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"intervals: {doubled[0]!r} stands twice")
        if self.log and self.range[0] <= 0:
            raise ValueError(f"range: {list(self.range)} is no range of a logarithm; begin above 0")
        return self


class ShownEvents(Settings):
    """Events and the answers to them: those of files, or the test events of the study as a cell answers."""

    prediction: Name | None = Field(default=None, description="one of predict, in place of a cell")
    representation: str | None = Field(default=None, pattern=NAMED, description="representation of the cell")
    resolution: Resolution | None = Field(default=None, description="its resolution; null: nothing is binned")
    model: str | None = Field(default=None, pattern=NAMED, description="its network")
    seed: Seed | None = Field(default=None, description="its seed")
    label: Label | None = Field(default=None, description="what figures call it; null: its name, or that of the cell")

    @model_validator(mode="after")
    def _one_way(self) -> ShownEvents:
        of_cell = [self.representation, self.model, self.seed]
        if self.prediction is None and None in of_cell:
            raise ValueError("give the name of a prediction, or representation, model and seed of a cell")
        if self.prediction is not None and any(value is not None for value in (*of_cell, self.resolution)):
            raise ValueError("give the name of a prediction or a cell, not both")
        return self

    @property
    def cell(self) -> Cell | None:
        """The cell that answers; None for a prediction."""
        return None if self.prediction else Cell(self.representation, self.resolution, self.model, self.seed)


class SpectrumEntry(Distribution):
    """A spectrum of a study."""

    name: Name = Field(description="name of the figure and of its numbers")
    representation: Name = Field(description="a table of variables, one of which is drawn as it is, not scaled")
    of: list[ShownEvents] = Field(min_length=1, description="whose events and answers each panel shows")


class Panel(Settings):
    """Events and answers that are drawn together."""

    name: str = Field(min_length=1, description="its name in files")
    label: str = Field(min_length=1, description="its name in the figure")
    answers: str = Field(min_length=1, description="file of the answers, below the study's folder")
    files: Unlabelled | None = Field(description="where the events are read from; null: the study's own test events")


class Spectrum(Settings):
    """What a spectrum is made from, apart from the files."""

    question: Question
    labels: HumanLabels = HumanLabels()
    level: float = Field(gt=0.5, lt=1, description="confidence level of the intervals")
    representation: Representation
    tables: list[str] = Field(description="tables that the values of the study's own events come from")
    distribution: Distribution
    panels: list[Panel] = Field(min_length=1)

    def reads(self, results: Path) -> dict[str, list[Path]]:
        """The files that it is made from; `results` is the study's folder."""
        return {
            "answers": [results / panel.answers for panel in self.panels],
            "tables": [results / f"data/{name}.parquet" for name in self.tables],
            "files": [Path(name) for panel in self.panels if panel.files for name in panel.files.named],
        }
