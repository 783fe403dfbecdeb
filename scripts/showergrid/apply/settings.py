"""Settings of the events that a trained cell classifies."""

from __future__ import annotations

from pydantic import Field, model_validator

from showergrid.core.cells import Cell
from showergrid.core.settings import Name, Resolution, Seed
from showergrid.events.detector import Box
from showergrid.events.settings import Order
from showergrid.inputs.settings import NAMED
from showergrid.sources.reading.file_settings import Files


class Unlabelled(Files):
    """Files of hits, or tables of events, that are to be classified.

    Without `columns`, files of hits are tables as a study writes them (Parquet), or laid out as the reference's.
    """

    order: Order | None = Field(
        default=None, description="as_given: the rows stand in the order of the cell's study; null: they are put in it"
    )
    detector: Box | None = Field(default=None, description="bounds of the detector; null: those of the study")

    @model_validator(mode="after")
    def _of_hits(self) -> Unlabelled:
        given = [name for name in ("order", "detector") if getattr(self, name) is not None]
        if self.events is not None and given:
            raise ValueError(f"{given[0]}: is for hits; leave it out beside events")
        return self


class Prediction(Unlabelled):
    """Files of events and the cell that is asked about them."""

    name: Name = Field(description="name of the output")
    representation: str = Field(pattern=NAMED, description="representation of the cell")
    resolution: Resolution | None = Field(default=None, description="its resolution; null: nothing is binned")
    model: str = Field(pattern=NAMED, description="its network")
    seed: Seed = Field(description="its seed")

    @property
    def cell(self) -> Cell:
        """The cell that is asked."""
        return Cell(self.representation, self.resolution, self.model, self.seed)
