"""The order of an event's hits, whose first is the origin of every image.

`truth_time` is the order of the simulation's true time, which no detector observes. `axis` is an order that a
reconstruction could find: along the axis of the shower, from its start. Both are orders of rows, (N,) int64,
that keep events together and sorted; hits that tie keep their order.
"""

from __future__ import annotations

import numpy as np

from showergrid.core.errors import InputError
from showergrid.events.hits import Hits

TRUNK_RADIUS = 5.0  # cm from the axis within which the start is looked for, half of argon's Moliere radius of 10 cm
TRUNK_NEIGHBOURS = 3  # other hits that a hit of the trunk has within TRUNK_SPACING
TRUNK_SPACING = 3.0  # cm
EVENT_SPACING = 1e5  # cm between events in the tree of neighbours, more than any detector measures


def reordered(hits: Hits, order: str) -> Hits:
    """The same events with their hits in the `order` axis, or truth_time, which needs their time.

    Raises:
        InputError: a hit has no time.
    """
    if order == "axis":
        return hits.sorted(along_axis(hits.row, hits.position, hits.charge))
    if not np.isfinite(hits.time).all():
        raise InputError("order: truth_time: the hits have no time; choose axis, or ingest files that hold it")
    return hits.sorted(truth_time(hits.row, hits.time))


def truth_time(event: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Rows of each event by true time; `event` (N,), `time` (N,) [ns]."""
    return np.lexsort((time, event))


def along_axis(event: np.ndarray, position: np.ndarray, charge: np.ndarray) -> np.ndarray:
    """Rows of each event along the axis of its shower, from the start on; hits before the start come last.

    The axis is the direction in which the charge spreads most; it points to where the shower widens. The start is the
    first hit along it that lies in the trunk: within TRUNK_RADIUS of the axis and with TRUNK_NEIGHBOURS hits within
    TRUNK_SPACING, so that a stray hit upstream does not count. Where an event has no such hit, it starts with its
    first along the axis. Hits before the start follow after all others, the nearest to the start first.

    Args:
        event: (N,) any integers, rows of an event together and sorted.
        position: (N, 3) [cm].
        charge: (N,) > 0.
    """
    if event.size == 0:
        return np.empty(0, np.int64)
    row = np.cumsum(np.diff(event, prepend=event[0]) != 0)  # 0 to E - 1
    count = int(row[-1]) + 1
    depth, radius = shower_frame(row, count, position, charge)
    start = trunk_start(row, count, position, depth, radius)
    beyond = depth - start[row]
    return np.lexsort((np.abs(beyond), beyond < 0, row))


def shower_frame(
    row: np.ndarray, count: int, position: np.ndarray, charge: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each hit, the coordinate along its shower's axis from the centre of charge and the distance from the axis."""
    total = np.bincount(row, charge, count)
    centre = np.stack([np.bincount(row, charge * position[:, i], count) / total for i in range(3)], axis=1)
    offset = position - centre[row]
    spread = np.empty((count, 3, 3))
    for i in range(3):
        for j in range(3):
            spread[:, i, j] = np.bincount(row, charge * offset[:, i] * offset[:, j], count) / total
    axis = np.linalg.eigh(spread)[1][:, :, 2]  # (E, 3): the eigenvector of the largest eigenvalue
    axis *= np.where(axis[:, 2:] < 0, -1, 1)
    depth = np.einsum("ij,ij->i", offset, axis[row])
    radius = np.sqrt(np.maximum(np.einsum("ij,ij->i", offset, offset) - depth**2, 0))
    widening = np.bincount(row, charge * radius * depth, count)
    return np.where(widening[row] < 0, -depth, depth), radius


def trunk_start(row: np.ndarray, count: int, position: np.ndarray, depth: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """(E,) depth of the first hit in the trunk of each event, or of its first hit where there is no trunk."""
    points = np.column_stack([position, row * EVENT_SPACING])
    near = np.flatnonzero(radius < TRUNK_RADIUS)
    from scipy.spatial import cKDTree  # here, since it takes 0.4 s and most users of this module do not need it

    distance, _ = cKDTree(points).query(
        points[near], k=[TRUNK_NEIGHBOURS + 1], distance_upper_bound=TRUNK_SPACING
    )  # the nearest is the hit itself
    trunk = near[np.isfinite(distance[:, 0])]
    start, first = np.full(count, np.inf), np.full(count, np.inf)
    np.minimum.at(start, row[trunk], depth[trunk])
    np.minimum.at(first, row, depth)
    return np.where(np.isfinite(start), start, first)
