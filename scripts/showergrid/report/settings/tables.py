"""Settings that all tables of cells share: the cells that they show, and what they state beside the numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from showergrid.core.cells import input_name
from showergrid.core.settings import Settings
from showergrid.evaluation.settings import Bootstrap, Comparison
from showergrid.events.questions import Question
from showergrid.report.settings.labels import HumanLabels


class CellSettings(Settings):
    """What a table says of one representation, resolution and network."""

    window: list[int] = Field(min_length=1, description="size of the window, axis by axis [pixels]")
    counted: str = Field(default="px", min_length=1, description="what it counts, if not pixels")
    window_cm: dict[str, float] | None = Field(
        default=None, description="size along each axis [cm] of a window that was given in cm"
    )
    batch_size: int | None = Field(default=None, gt=0, description="events a batch; none: fitted as a whole")
    precision: str | None = Field(default=None, description="arithmetic of the network: float32, bf16 or auto")
    n_epochs: int | None = Field(default=None, gt=0, description="largest number of epochs")
    optim_lr: float | None = Field(default=None, gt=0, description="learning rate of the first epoch")
    pixel_cm: dict[str, float] = Field(default={}, description="size of a pixel along each axis [cm]")
    order: str | None = Field(
        default=None, min_length=1, description="order of the hits that it shows, if not that of the study"
    )
    mixed: bool = Field(default=False, description="whether its events are each seen by one of several readouts")
    tuned: list[str] = Field(default=[], description="keys whose values a search has found, instead of those here")


class PlaceSettings(Settings):
    """One representation, resolution and network, trained with one or more seeds."""

    representation: str = Field(min_length=1, description="name of the representation or of a variant of one")
    resolution: int | None = Field(gt=0, description="pixels across the detector in x; null: not binned")
    model: str = Field(min_length=1, description="name of the network or of a variant of one")
    seeds: list[int] = Field(description="seeds trained; may be empty where nothing was run")
    status: Literal["run", "n/a", "out of memory"] = Field(description="why there are numbers or none")
    settings: CellSettings | None = Field(description="what a table says of it; none where there is nothing to say")

    @property
    def key(self) -> tuple[str, int | None, str]:
        """Representation, resolution and model."""
        return self.representation, self.resolution, self.model

    @property
    def name(self) -> str:
        """Its folder below cells/."""
        return f"{input_name(self.representation, self.resolution)}/{self.model}"


class Reported(Settings):
    """What every table of cells shows, and states beside the numbers."""

    name: str = Field(min_length=1, description="name of the table")
    places: list[PlaceSettings] = Field(min_length=1, description="in the order of the study")
    question: Question
    labels: HumanLabels = HumanLabels()
    chosen_by: str | None = Field(default=None, description="the question that chose the epochs, if it is another")
    chosen_by_loss: bool = Field(default=False, description="whether that one, of a value, left the choice to the loss")
    bootstrap: Bootstrap
    comparison: Comparison
    order: str = Field(min_length=1, description="order of an event's hits")
    origin: str = Field(min_length=1, description="what the window follows")

    def order_of(self, cells: Iterable[CellSettings | None]) -> str:
        """The order of the hits that cells show; all of theirs, if they differ."""
        orders = dict.fromkeys(cell.order or self.order for cell in cells if cell is not None)
        return " and ".join(orders) or self.order
