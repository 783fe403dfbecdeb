"""Settings of the evaluation, the comparisons and the tables."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from showergrid.core.settings import Resolution, Settings
from showergrid.evaluation.settings import Bootstrap, Comparison
from showergrid.events.questions import Question
from showergrid.events.settings import Axis
from showergrid.inputs.settings import Direction, Representation, WindowSettings

Accuracy = Annotated[float, Field(ge=0, le=1)]


class TableBlock(Settings):
    """Cells of one representation and resolution that share their seeds and their status."""

    representation: str = Field(min_length=1, description="column group of the table")
    resolution: int = Field(gt=0, description="pixels across the detector in x")
    models: list[str] = Field(min_length=1, description="networks, rows of the table")
    seeds: list[int] = Field(description="seeds trained; may be empty where nothing was run")
    status: Literal["run", "n/a", "not run", "out of memory"] = Field(description="why there are numbers or none")


class CellSettings(Settings):
    """What the caption says of one representation, resolution and network."""

    window: list[int] = Field(min_length=1, description="size of the window, axis by axis [pixels]")
    counted: str = Field(default="px", min_length=1, description="what it counts, if not pixels")
    window_cm: dict[str, float] | None = Field(
        default=None, description="size along each axis [cm] of a window that was given in cm"
    )
    batch_size: int | None = Field(default=None, gt=0, description="events a batch; none: fitted as a whole")
    precision: str | None = Field(default=None, description="arithmetic of the network: float32, bf16 or auto")
    n_epochs: int | None = Field(default=None, gt=0, description="largest number of epochs")
    pixel_cm: dict[str, float] = Field(default={}, description="size of a pixel along each axis [cm]")
    tuned: list[str] = Field(default=[], description="keys whose values a search has found, instead of those here")


class PlaceSettings(Settings):
    """One representation, resolution and network, trained with one or more seeds."""

    representation: str = Field(min_length=1, description="name of the representation or of a variant of one")
    resolution: int = Field(gt=0, description="pixels across the detector in x")
    model: str = Field(min_length=1, description="name of the network or of a variant of one")
    seeds: list[int] = Field(description="seeds trained; may be empty where nothing was run")
    status: Literal["run", "n/a", "out of memory"] = Field(description="why there are numbers or none")
    settings: CellSettings | None = Field(description="what a caption says of it; none where there is nothing to say")

    @property
    def name(self) -> str:
        """Its folder below cells/."""
        return f"{self.representation}/c{self.resolution}/{self.model}"


class PublishedCell(Settings):
    """Accuracies of one network on one representation as printed in a publication."""

    train: Accuracy = Field(description="training accuracy, last epoch")
    validation: Accuracy = Field(description="validation accuracy, last epoch")
    best_validation: Accuracy = Field(description="validation accuracy, best epoch")


PublishedTable = dict[str, dict[str, PublishedCell | Literal["out of memory", "not run"]]]


class PublishedGrid(Settings):
    """Numbers published by others, never mixed with our own. Further tables of the publication are not shown here."""

    model_config = ConfigDict(extra="ignore")

    note: str = Field(min_length=1, description="where the numbers are from")
    table1: PublishedTable = Field(description="model -> representation -> accuracies")
    draft: PublishedTable = Field(default={}, description="the same table in an earlier draft")


class PublishedResolution(Settings):
    """Best validation accuracies that others published by resolution, with a window fixed in pixels."""

    note: str = Field(min_length=1, description="where the numbers are from")
    representation: str | None = Field(default=None, description="the one that they are of; none: every one shown")
    resolution: dict[str, dict[int, Accuracy]] = Field(description="our network's name -> c -> accuracy")


class Reported(Settings):
    """What every table of cells needs and states beside the numbers."""

    question: Question
    bootstrap: Bootstrap
    comparison: Comparison
    order: str = Field(min_length=1, description="order of an event's hits")
    origin: str = Field(min_length=1, description="what the window follows")


class TableSettings(Reported):
    """Settings of a table of networks and representations, apart from the cell folders."""

    table: str = Field(min_length=1, description="name of the table")
    blocks: list[TableBlock] = Field(min_length=1, description="cells of the study")
    cells: dict[str, CellSettings] = Field(description="representation/cRESOLUTION/model -> settings")
    rows: list[str] = Field(min_length=1, description="networks in the order of the table")
    columns: list[str] = Field(min_length=1, description="representations in the order of the table")
    published: PublishedGrid | None = Field(default=None, description="numbers to set beside ours")


class ResolutionSettings(Reported):
    """Settings of the table of the resolution study, apart from the cell folders."""

    table: str = Field(min_length=1, description="name of the table")
    places: list[PlaceSettings] = Field(min_length=1, description="in the order of the grid")
    published: PublishedResolution | None = Field(default=None, description="numbers to set beside ours")


Value = bool | int | float | str | None
Level = Value | list[Value | list[Value]]


class Factor(Settings):
    """One parameter that an ablation varies."""

    name: str = Field(min_length=1, description="name of the parameter")
    values: list[Level] = Field(min_length=1, description="its values, the one to compare with first")


class Variant(PlaceSettings):
    """A place of an ablation, one combination of the values of its factors."""

    levels: dict[str, Level] = Field(description="value of every factor")


class AblationSettings(Reported):
    """Settings of the table of an ablation, apart from the cell folders."""

    name: str = Field(min_length=1, description="name of the ablation")
    factors: list[Factor] = Field(min_length=1, description="what is varied")
    places: list[Variant] = Field(min_length=1, description="one for every combination of values")


class ImageAxes(Settings):
    """A representation and the axes of its images."""

    name: str = Field(min_length=1, description="name of the representation")
    axes: list[Axis] = Field(min_length=1, description="detector axes in the order of the image's dimensions")


class PlacedWindow(Settings):
    """The window of one network in one place of the grid."""

    representation: str = Field(min_length=1, description="one of the representations")
    resolution: int = Field(gt=0, description="pixels across the detector in x")
    model: str = Field(min_length=1, description="network that sees it")
    window: WindowSettings


class ContainmentSettings(Settings):
    """The shares of events that windows shall hold, and the windows of the study to measure."""

    question: Question
    ranges: list[str] = Field(min_length=1, description="sets of events from which the ranges of the axes come")
    direction: Direction = Field(description="which showers run up")
    representations: list[ImageAxes] = Field(min_length=1, description="in the order of the table")
    resolutions: list[Resolution] = Field(min_length=1, description="pixels across in x")
    shares: list[Annotated[float, Field(gt=0, le=1)]] = Field(min_length=1, description="of the events to be held")
    windows: list[PlacedWindow] = Field(description="windows of the study")


class DrawnRepresentation(Settings):
    """A representation and the resolution at which its events are drawn."""

    representation: Representation
    resolution: Resolution = Field(description="pixels across the detector in x")


class DrawnResolutions(Settings):
    """One event drawn at several resolutions, with the window that a network sees."""

    representation: Representation = Field(description="one with two image axes")
    resolutions: list[Resolution] = Field(min_length=1, description="pixels across in x")
    window: WindowSettings | None = Field(description="window to outline, or none")


class EventFigures(Settings):
    """Which events are drawn, and how."""

    question: Question
    energy: float = Field(gt=0, description="of each class the event nearest to it is drawn [GeV]")
    representations: list[DrawnRepresentation] = Field(min_length=1, description="columns of events.pdf")
    resolutions: DrawnResolutions
