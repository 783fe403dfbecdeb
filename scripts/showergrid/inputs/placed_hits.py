"""Hits and the pixels in which a representation shows them, for questions of hits to a network of pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from showergrid.core.errors import InputError
from showergrid.core.plugins import load
from showergrid.events.hits import read_hits
from showergrid.inputs.calibration import hits_of_events
from showergrid.inputs.pixels import Grid
from showergrid.inputs.settings import Representation


@dataclass(frozen=True)
class PlacedHits:
    """All hits of some events, in the order of hits.parquet; arrays (H,), but place (H, D).

    event int64; number int64: that of the hit in its event, from 0; place int32: its pixel, from the event's origin;
    charge float64 [tick ADC]; prong int64: that of its event which it is of, -1 for none.
    """

    event: np.ndarray
    number: np.ndarray
    place: np.ndarray
    charge: np.ndarray
    prong: np.ndarray


def placed_hits(
    path: Path, events: np.ndarray, representation: Representation, calibration: dict[str, Any]
) -> PlacedHits:
    """Read the hits of the `events` (n,) int64 and place each on the grid of a `representation`.

    Raises:
        InputError: the file cannot be read, or its hits are of no prongs.
    """
    module = load("representations", representation.module)
    parameters = module.Parameters(**representation.parameters)
    grid = Grid.of(calibration["axes"], calibration["resolution"])
    chunks = []
    for hits in hits_of_events(read_hits(path), events):
        if hits.prong is None:
            raise InputError(f"{path}: has no column prong, by which hits have classes; ask nothing of hits")
        row = hits.row
        place = module.places(hits, grid, parameters).astype(np.int32)
        number = np.arange(row.size) - hits.offsets[row]
        chunks.append((hits.event[row], number, place, hits.charge, hits.prong))
    return PlacedHits(*(np.concatenate(column) for column in zip(*chunks, strict=True)))
