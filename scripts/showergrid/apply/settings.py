"""Settings of the events that a trained cell classifies."""

from __future__ import annotations

from pydantic import Field

from showergrid.core.settings import Name, Resolution, Seed
from showergrid.events.detector import Box
from showergrid.events.settings import Order
from showergrid.inputs.settings import NAMED
from showergrid.sources.reading.settings import Ingest


class Unlabelled(Ingest):
    """Files of hits whose events are to be classified.

    Without `columns` they are tables of hits as a study writes them (Parquet), or laid out as the reference's.
    """

    order: Order | None = Field(
        default=None, description="as_given: the rows stand in the order of the cell's study; null: they are put in it"
    )
    detector: Box | None = Field(default=None, description="bounds of the detector [cm]; null: those of the study")


class Prediction(Unlabelled):
    """Files of hits and the cell that is asked about them."""

    name: Name = Field(description="name of the output")
    representation: str = Field(pattern=NAMED, description="representation of the cell")
    resolution: Resolution = Field(description="its resolution")
    model: str = Field(pattern=NAMED, description="its network")
    seed: Seed = Field(description="its seed")
