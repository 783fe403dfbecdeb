"""The summed charge of an event's hits, from which a calorimeter tells the energy.

It is all charge that was read out: what was lost below the threshold, to recombination or outside of the detector is
not made good.
"""

from __future__ import annotations

import numpy as np

from showergrid.core.settings import Settings
from showergrid.events.hits import Hits
from showergrid.inputs.pixels import Grid, scaled_charge

KIND = "table"
COUNTED = "variable"


class Parameters(Settings):
    """A sum has no parameters."""


def names(parameters: Parameters) -> list[str]:
    """The name of its only variable."""
    return ["charge"]


def ranges(hits: Hits, grid: Grid, parameters: Parameters) -> dict[str, float]:
    """Largest charge of an event [tick ADC]; chunks are joined by their maximum."""
    return {"charge_event": float(np.bincount(hits.row, hits.charge).max())}


def rows(hits: Hits, grid: Grid, ranges: dict[str, float], parameters: Parameters) -> np.ndarray:
    """(E, 1) float64: the charge of a chunk of events, as a share of the largest of the training events."""
    total = np.bincount(hits.row, hits.charge, hits.event.size)
    return scaled_charge(total, ranges["charge_event"], headroom=1, logarithm=False)[:, None]
