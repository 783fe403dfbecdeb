"""The energy that each prong of an event leaves per length along it, from its start on; and that of the whole event.

A prong starts at that of its hits which is nearest to the first hit of the event, and runs towards the mean of its own
hits near its start. Its profile counts those within `radius` of that line, in slices as thick as a pixel. The event has
the same by the distance from its first hit, in every direction. Windows must be placed from
pixel 0 (FROM_START): they follow the first hit, which stands at their start but for a margin, empty in front of it.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from showergrid.core.errors import InputError
from showergrid.core.settings import Settings
from showergrid.events.hits import Hits
from showergrid.inputs.pixels import Bins, Grid
from showergrid.inputs.prongs import Maps

KIND = "prongs"
AXES = ("z",)  # in whose place stands the distance along the prong; pixels are as long on all
FROM_START = True  # pixels count from the start of each prong, so that a window that follows another origin is refused


class Parameters(Settings):
    """Which hits are counted, and how charge becomes energy."""

    most: int = Field(default=20, ge=1, le=100, description="prongs of an event that are shown, those with most charge")
    reach: float = Field(default=20, gt=0, description="hits so near to a prong's start tell its direction [cm]")
    radius: float = Field(default=5, gt=0, description="hits farther from a prong's line are left out [cm]")
    charge_per_energy: float = Field(
        default=188, gt=0, description="charge that a minimum ionising track leaves [tick ADC/MeV]"
    )


def axes(parameters: Parameters) -> tuple[str, ...]:
    """The only axis: the distance along a prong."""
    return AXES


def channels(parameters: Parameters) -> int:
    """There is one view."""
    return 1


def ranges(hits: Hits, grid: Grid, parameters: Parameters) -> dict[str, float]:
    """Largest energy per length of a profile [MeV/cm], which is told and not used: profiles keep their unit."""
    return {"energy_per_length": float(maps(hits, grid, {}, parameters).values.max(initial=0))}


def maps(hits: Hits, grid: Grid, ranges: dict[str, float], parameters: Parameters) -> Maps:
    """Profiles of a chunk of events and of their prongs; values (P, 1) [MeV/cm], place (P, 1) pixels from the start.

    Raises:
        InputError: the file of the hits tells of no prongs.
    """
    if hits.prong is None:
        raise InputError("prong_profile: the hits have no column prong; give those of a source that tells of prongs")
    width = parameters.most + 1
    row, size = hits.row, float(grid.size[2])
    from_first = hits.position - hits.position[hits.offsets[:-1]][row]
    distance = _length(from_first)
    shown = np.flatnonzero((hits.prong >= 0) & (hits.prong < parameters.most))
    name, map_of = np.unique(  # of each map, event by event: that of the event, then its prongs
        np.concatenate([row * width, row[shown] * width + 1 + hits.prong[shown]]), return_inverse=True
    )
    of_event, of_prong = map_of[: row.size], map_of[row.size :]
    along, aside = _along(of_prong, hits.position[shown], distance[shown], hits.charge[shown], parameters.reach)
    near = aside <= parameters.radius
    charge = np.concatenate([hits.charge, hits.charge[shown[near]]])
    place = np.floor(np.concatenate([distance, along[near]]) / size).astype(np.int64)
    pixel = Bins.of(np.concatenate([of_event, of_prong[near]]), place[:, None])
    held = pixel.sum(charge)
    return Maps(
        event=name // width,
        prong=name % width - 1,
        row=pixel.row,
        place=pixel.place,
        values=held[:, None] / (parameters.charge_per_energy * size),
        charge=held,
        hits=pixel.count(),
    )


def _along(
    prong: np.ndarray, position: np.ndarray, distance: np.ndarray, charge: np.ndarray, reach: float
) -> tuple[np.ndarray, np.ndarray]:
    """How far each hit (N,) lies along the line of its prong, and how far from that line [cm].

    prong (N,): number of the prong; position (N, 3) [cm]; distance (N,) from the event's first hit [cm].
    """
    order = np.lexsort((distance, prong))
    numbers, first, index = np.unique(prong[order], return_index=True, return_inverse=True)
    owner = np.empty_like(index)
    owner[order] = index
    offset = position - position[order[first]][owner]
    weight = np.where(_length(offset) <= reach, charge, 0.0)
    towards = np.stack([np.bincount(owner, weight * axis, numbers.size) for axis in offset.T], axis=1)
    length = _length(towards)[:, None]
    direction = np.divide(towards, length, out=np.zeros(towards.shape), where=length > 0)[owner]
    along = np.sum(offset * direction, axis=1)
    return along, _length(offset - along[:, None] * direction)


def _length(vectors: np.ndarray) -> np.ndarray:
    """(N,) of vectors (N, 3)."""
    return np.sqrt(np.sum(vectors**2, axis=1))
