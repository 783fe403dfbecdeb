"""The shower as a list of its hits, for networks and trees that take a set or a sequence instead of an image.

Hits that share a voxel of the grid are merged into one hit with the voxel's place and their summed charge. They are
sorted by distance from the event's first hit or in the order of the event's hits. A window of 128 holds the first 128;
entries that an event lacks are 0 in every variable.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from showergrid.core.settings import Settings
from showergrid.events.hits import Hits
from showergrid.inputs.pixels import Bins, Entries, Grid, scaled_charge

KIND = "set"
COUNTED = "hits"
VARIABLES = 6  # x, y, z from the first hit, distance from it, charge, and 1 for a hit that is there
CENTIMETRES = 10.0  # length that stands for 1 in places and distance


class Parameters(Settings):
    """How the list is made."""

    sort: Literal["distance", "order"] = Field(
        description="by distance from the first hit, or in the order of the event's hits"
    )
    headroom: float = Field(ge=1, le=10, description="charge 1 stands for so many times the training maximum")


def ranges(hits: Hits, grid: Grid, parameters: Parameters) -> dict[str, float]:
    """Largest summed charge of a voxel [tick ADC]; chunks are joined by their maximum."""
    return {"charge_sum": float(Bins.of(hits.row, grid.relative(hits)).sum(hits.charge).max())}


def entries(hits: Hits, grid: Grid, ranges: dict[str, float], parameters: Parameters) -> Entries:
    """List the hits of a chunk of events; values (P, 6)."""
    voxel = Bins.of(hits.row, grid.relative(hits))
    offset = voxel.place * grid.size  # (B, 3) cm
    distance = np.sqrt(np.einsum("ij,ij->i", offset, offset))
    first = voxel.order[voxel.start]  # (B,) the first hit in each voxel
    rank = np.lexsort((first, distance, voxel.row) if parameters.sort == "distance" else (first, voxel.row))
    charge = voxel.sum(hits.charge)[rank]
    row = voxel.row[rank]
    value = scaled_charge(charge, ranges["charge_sum"], parameters.headroom, logarithm=True)
    place = np.column_stack([offset[rank], distance[rank]]) / CENTIMETRES
    return Entries(
        row=row,
        values=np.column_stack([place, value, np.ones_like(value)]),
        charge=charge,
        hits=voxel.count()[rank],
    )
