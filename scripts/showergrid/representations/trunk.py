"""The first centimetres of the shower as a plain table: its charge along the direction in which it starts.

Depth runs along that direction from the start, radius across it; both are of the hits as they are, not of pixels. The
start is the event's first hit. The features are, radius by radius, the charge in slices of depth, and up to the end of
each slice: per length that is dE/dx, which tells one minimum ionising particle from a pair. The slices have their
numbers of hits too, and how far the charge in them lies from the axis: a pair parts. The charge behind the start tells
of a start found too late.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from showergrid.core.settings import Settings
from showergrid.events.hits import Hits
from showergrid.inputs.pixels import Grid, scaled_charge

KIND = "table"
COUNTED = "features"


class Parameters(Settings):
    """Tubes around the direction of the start, and slices of them."""

    direction: Literal["hits", "z"] = Field(
        description="to the centre of charge of the hits within reach, or along the beam axis"
    )
    reach: float | None = Field(
        default=None,
        gt=0,
        description="distance from the start within which hits give the direction; null along the beam axis [cm]",
    )
    radii: list[Annotated[float, Field(gt=0)]] = Field(min_length=1, description="radii of the tubes [cm]")
    depths: list[float] = Field(min_length=2, description="ends of the slices, from the start on [cm]")

    @model_validator(mode="after")
    def _reaching(self) -> Parameters:
        if self.direction == "hits" and self.reach is None:
            raise ValueError("reach is missing, within which hits give the direction; name it")
        if self.direction == "z" and self.reach is not None:
            raise ValueError("reach means nothing along the beam axis; leave it out, or null")
        return self

    @model_validator(mode="after")
    def _rising(self) -> Parameters:
        for key in ("radii", "depths"):
            if any(low >= high for low, high in pairwise(getattr(self, key))):
                raise ValueError(f"{key} must rise")
        return self


def names(parameters: Parameters) -> list[str]:
    """The names of the features, in their order."""
    start, *ends = parameters.depths
    slices = [f"{low:g} to {high:g} cm" for low, high in pairwise(parameters.depths)]
    return [
        *(f"charge at {part}, radius {radius:g} cm" for radius in parameters.radii for part in slices),
        *(
            f"charge at {start:g} to {end:g} cm, radius {radius:g} cm"
            for radius in parameters.radii
            for end in ends[1:]
        ),
        *(f"hits at {part}" for part in slices),
        *(f"mean radius at {part}" for part in slices),
    ]


def ranges(hits: Hits, grid: Grid, parameters: Parameters) -> dict[str, float]:
    """Largest charge of an event [tick ADC]; chunks are joined by their maximum."""
    return {"charge_event": float(np.bincount(hits.row, hits.charge).max())}


def rows(hits: Hits, grid: Grid, ranges: dict[str, float], parameters: Parameters) -> np.ndarray:
    """(E, F) float64: the features of a chunk of events."""
    depth, radius = along(hits, parameters.reach)
    events, slices, radii = hits.event.size, len(parameters.depths) - 1, len(parameters.radii)
    slice_ = np.searchsorted(parameters.depths, depth, side="right") - 1
    tube = np.searchsorted(parameters.radii, radius, side="right")
    kept = (slice_ >= 0) & (slice_ < slices) & (tube < radii)
    cell = ((hits.row * radii + tube) * slices + slice_)[kept]

    def summed(weight: np.ndarray | None = None) -> np.ndarray:
        """(E, R, S): the sum of `weight` (N,), or the number of hits, in each slice of each tube."""
        rings = np.bincount(cell, weight if weight is None else weight[kept], events * radii * slices)
        return np.cumsum(rings.reshape(events, radii, slices), axis=1)

    charge, count, moment = summed(hits.charge), summed(), summed(hits.charge * radius)
    charges = np.concatenate(
        [charge.reshape(events, -1), np.cumsum(charge, axis=2)[:, :, 1:].reshape(events, -1)], axis=1
    )
    widest = charge[:, -1]
    mean = np.divide(moment[:, -1], widest, out=np.zeros_like(widest), where=widest > 0)
    scaled = scaled_charge(charges, ranges["charge_event"], 1, logarithm=True)
    return np.concatenate([scaled, count[:, -1], mean], axis=1)


def along(hits: Hits, reach: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Depth and radius (N,) [cm] of each hit: along the direction in which its event starts, and across it.

    That is from the first hit to the centre of charge of those within `reach` [cm], or z: if there is no reach, or if
    that centre is the first hit itself.
    """
    row, events = hits.row, hits.event.size
    offset = hits.position - hits.position[hits.offsets[:-1]][row]
    square = np.einsum("ij,ij->i", offset, offset)
    axis = np.tile([0.0, 0.0, 1.0], (events, 1))
    if reach is not None:
        near = square < reach**2
        centre = np.stack(
            [np.bincount(row[near], hits.charge[near] * r, events) for r in offset[near].T], axis=1
        )  # times the charge
        length = np.linalg.norm(centre, axis=1, keepdims=True)
        axis = np.divide(centre, length, out=axis, where=length > 0)
    depth = np.einsum("ij,ij->i", offset, axis[row])
    return depth, np.sqrt(np.maximum(square - depth**2, 0))
