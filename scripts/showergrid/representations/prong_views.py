"""The event and each of its prongs in the views of two or three planes of wires, as TransformerCVN sees them.

The map of the event holds all its hits, the map of a prong those of the prong alone, in the same pixels and on the same
scale, so that a window shows the event and its prongs at one place. Of an event at most `most` prongs are shown, those
with most charge.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from showergrid.core.errors import InputError
from showergrid.core.settings import Settings
from showergrid.events.hits import Hits
from showergrid.inputs.pixels import Grid, scaled_charge
from showergrid.inputs.prongs import EVENT, Maps
from showergrid.inputs.wires import AXES, Angle, WireHits, on_wires, summed

KIND = "prongs"


class Parameters(Settings):
    """Which wires see the event, how many prongs are shown, and how charge is scaled."""

    angles: Annotated[list[Angle], Field(min_length=2, max_length=3)] = Field(
        default=[60, -60, 0], description="angle of the wires of each plane, two or three, to the vertical [degrees]"
    )
    most: int = Field(default=20, ge=1, le=100, description="prongs of an event that are shown, those with most charge")
    align: Literal["first_hit", "charge_centre"] = Field(
        default="first_hit", description="what lies on the same pixel of all views: the first hit, or each one's centre"
    )
    log_trans: bool = Field(default=False, description="scale the logarithm of the charge instead of the charge")
    headroom: float = Field(
        default=1.15, ge=1, le=10, description="pixel value 1 stands for so many times the training maximum"
    )


def axes(parameters: Parameters) -> tuple[str, ...]:
    """The axes of the images: the drift, and z, in whose place a view has its w."""
    return AXES


def channels(parameters: Parameters) -> int:
    """How many views there are."""
    return len(parameters.angles)


def ranges(hits: Hits, grid: Grid, parameters: Parameters) -> dict[str, float]:
    """Largest charge that a pixel of a view of an event sums [tick ADC]; chunks are joined by their maximum."""
    wires = on_wires(hits, grid, parameters.angles, parameters.align)
    return {"charge_sum": float(summed(hits.row[wires.hit], wires, hits.charge, channels(parameters))[1].max())}


def maps(hits: Hits, grid: Grid, ranges: dict[str, float], parameters: Parameters) -> Maps:
    """Show a chunk of events and their prongs in all views; values (P, V), 0 in a view that sees nothing in the pixel.

    Raises:
        InputError: the file of the hits tells of no prongs.
    """
    if hits.prong is None:
        raise InputError("prong_views: the hits have no column prong; give those of a source that tells of prongs")
    views, width = channels(parameters), parameters.most + 1
    wires = on_wires(hits, grid, parameters.angles, parameters.align)
    row, prong = hits.row, hits.prong
    shown = np.flatnonzero((prong >= 0) & (prong < parameters.most))
    name, map_of = np.unique(  # of each map, event by event: that of the event, then its prongs
        np.concatenate([row * width, row[shown] * width + 1 + prong[shown]]), return_inverse=True
    )
    of_prong = np.full(row.size, EVENT)
    of_prong[shown] = map_of[row.size :]
    own = np.flatnonzero(of_prong[wires.hit] != EVENT)
    twice = np.concatenate([np.arange(wires.hit.size), own])  # each entry for the event, and again for its prong
    entries = WireHits(wires.hit[twice], wires.view[twice], wires.place[twice])
    map_row = np.concatenate([map_of[: row.size][wires.hit], of_prong[wires.hit[own]]])
    pixel, charge = summed(map_row, entries, hits.charge, views)
    return Maps(
        event=name // width,
        prong=name % width - 1,
        row=pixel.row,
        place=pixel.place,
        values=scaled_charge(charge, ranges["charge_sum"], parameters.headroom, parameters.log_trans),
        charge=charge.sum(axis=1),
        hits=pixel.count(),
    )
