"""One projection: the shower seen along one axis, each pixel as bright as the charge behind it.

Hits that share a voxel are pooled to one charge (`cube_pool`), then the voxels behind one pixel (`projection_pool`).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from showergrid.core.settings import Settings
from showergrid.events.hits import AXES, Hits
from showergrid.inputs.pixels import Bins, Grid, Pixels, columns, scaled_charge

KIND = "image"
CHANNELS = 1


class Parameters(Settings):
    """How the projection is made."""

    axis: Literal["x", "y", "z"] = Field(description="axis that is dropped: the direction of view")
    cube_pool: Literal["mean", "max"] = Field(description="charge of several hits in one voxel")
    projection_pool: Literal["mean", "max"] = Field(description="charge of several voxels in one pixel")
    log_trans: bool = Field(description="scale the logarithm of the charge instead of the charge")
    headroom: float = Field(ge=1, le=10, description="pixel value 1 stands for so many times the training maximum")


def axes(parameters: Parameters) -> tuple[str, ...]:
    """The detector axes of the images, in the order of their dimensions."""
    return tuple(axis for axis in AXES if axis != parameters.axis)


def ranges(hits: Hits, grid: Grid, parameters: Parameters) -> dict[str, float]:
    """Largest charge of a hit [tick ADC]: the only range a projection needs; chunks are joined by their maximum."""
    return {"charge": float(hits.charge.max())}


def places(hits: Hits, grid: Grid, parameters: Parameters) -> np.ndarray:
    """(N, 2) int64: the pixel of each hit, from the origin of its event."""
    return grid.relative(hits)[:, columns(axes(parameters))]


def pixels(hits: Hits, grid: Grid, ranges: dict[str, float], parameters: Parameters) -> Pixels:
    """Project a chunk of events; values (P, 1)."""
    kept = columns(axes(parameters))
    dropped = AXES.index(parameters.axis)
    voxel = Bins.of(hits.row, grid.relative(hits)[:, [*kept, dropped]])
    pixel = voxel.of_first(len(kept))
    charge = pixel.pool(voxel.pool(hits.charge, parameters.cube_pool), parameters.projection_pool)
    value = scaled_charge(charge, ranges["charge"], parameters.headroom, parameters.log_trans)
    return Pixels(
        row=pixel.row,
        place=pixel.place,
        values=value[:, None],
        charge=pixel.sum(voxel.sum(hits.charge)),
        hits=pixel.sum(voxel.count()).astype("int64"),
    )
