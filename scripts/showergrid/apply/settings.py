"""Settings of events that a trained cell is asked about."""

from __future__ import annotations

from pydantic import Field

from showergrid.inputs.settings import NAMED, Order
from showergrid.sources.files.settings import Ingest
from showergrid.sources.showers.settings import Box


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

    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="name of the output")
    representation: str = Field(pattern=NAMED, description="representation of the cell")
    resolution: int = Field(ge=1, le=20_000, description="its resolution")
    model: str = Field(pattern=NAMED, description="its network")
    seed: int = Field(ge=0, lt=2**31, description="its seed")
