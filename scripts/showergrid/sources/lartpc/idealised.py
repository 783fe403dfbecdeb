"""Showers turned to where their primaries fly, as only the simulation knows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from showergrid.sources.lartpc.readout import TimedHits


def turned(hits: TimedHits, direction: np.ndarray) -> TimedHits:
    """Hits turned about the first one of their event until its primary flies along z.

    What points along y stays in the plane of y and z.

    Args:
        hits: events 0 to E - 1 in this order, each with a hit.
        direction: (E, 3) unit, of the primaries; none along y.
    """
    first = np.flatnonzero(np.diff(hits.event, prepend=-1))
    origin = hits.position[first][hits.event]
    across = np.cross([0.0, 1.0, 0.0], direction)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    frame = np.stack([across, np.cross(direction, across), direction], axis=1)  # (E, 3, 3): the new axes in the old
    offset = np.einsum("nij,nj->ni", frame[hits.event], hits.position - origin)
    return replace(hits, position=origin + offset)
