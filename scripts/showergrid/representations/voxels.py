"""The shower in three dimensions: each voxel holds its charge."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from showergrid.core.settings import Settings
from showergrid.events.hits import AXES, Hits
from showergrid.inputs.pixels import Bins, Grid, Pixels, scaled_charge

KIND = "image"
CHANNELS = 1


class Parameters(Settings):
    """How the voxels are filled."""

    cube_pool: Literal["mean", "max"] = Field(description="charge of several hits in one voxel")
    log_trans: bool = Field(description="scale the logarithm of the charge instead of the charge")
    headroom: float = Field(ge=1, le=10, description="voxel value 1 stands for so many times the training maximum")


def axes(parameters: Parameters) -> tuple[str, ...]:
    """The detector axes of the images, in the order of their dimensions."""
    return AXES


def ranges(hits: Hits, grid: Grid, parameters: Parameters) -> dict[str, float]:
    """Largest charge of a hit [tick ADC]; chunks are joined by their maximum."""
    return {"charge": float(hits.charge.max())}


def places(hits: Hits, grid: Grid, parameters: Parameters) -> np.ndarray:
    """(N, 3) int64: the voxel of each hit, from the origin of its event."""
    return grid.relative(hits)


def pixels(hits: Hits, grid: Grid, ranges: dict[str, float], parameters: Parameters) -> Pixels:
    """Fill the voxels of a chunk of events; values (P, 1)."""
    voxel = Bins.of(hits.row, places(hits, grid, parameters))
    charge = voxel.pool(hits.charge, parameters.cube_pool)
    value = scaled_charge(charge, ranges["charge"], parameters.headroom, parameters.log_trans)
    return Pixels(voxel.row, voxel.place, value[:, None], charge=voxel.sum(hits.charge), hits=voxel.count())
