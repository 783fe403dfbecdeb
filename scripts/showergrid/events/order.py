"""The order of an event's hits, whose first is the origin of every image.

`truth_time` is the order of the simulation's true time, which no detector observes. `axis` is an order that a
reconstruction could find: along the axis of the shower, from its start. `beam` is the same where showers fly down the
beam, so that it is known at which end they start. All are orders of rows, (N,) int64, that keep events together and
sorted; hits that tie keep their order.
"""

from __future__ import annotations

import numpy as np

from showergrid.core.errors import InputError
from showergrid.events.hits import Hits

TRUNK_RADIUS = 5.0  # cm from the axis within which the start is looked for, half of argon's Moliere radius of 10 cm
TRUNK_NEIGHBOURS = 3  # other hits that a hit of the trunk has within TRUNK_SPACING
TRUNK_SPACING = 3.0  # cm


def reordered(hits: Hits, order: str) -> Hits:
    """The same events with their hits in the `order` axis or beam, or truth_time, which needs their time.

    Raises:
        InputError: a hit has no time, or there is no such order.
    """
    if order == "truth_time" and not np.isfinite(hits.time).all():
        raise InputError("order: truth_time: the hits have no time; choose axis or beam, or ingest files that hold it")
    return hits.sorted(rows_in_order(order, hits.row, hits.position, hits.charge, hits.time))


def rows_in_order(
    order: str, event: np.ndarray, position: np.ndarray, charge: np.ndarray, time: np.ndarray | None
) -> np.ndarray:
    """Rows (N,) of hits that are sorted by event, those of an event in the `order`; arguments as those of the orders.

    Raises:
        InputError: there is no such order.
    """
    match order:
        case "truth_time":
            return truth_time(event, time)
        case "axis":
            return along_axis(event, position, charge)
        case "beam":
            return along_beam(event, position, charge)
    raise InputError(f"order: {order} is unknown; use axis, beam or truth_time")


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
    row, count = _rows_of_events(event)
    depth, radius = shower_frame(row, count, position, charge)
    widening = np.bincount(row, charge * radius * depth, count)
    return _from_start(row, count, position, np.where(widening[row] < 0, -depth, depth), radius)


def along_beam(event: np.ndarray, position: np.ndarray, charge: np.ndarray) -> np.ndarray:
    """As along_axis, with an axis that points to larger z.

    Where showers fly down the beam that takes the end at which a shower is narrower for its start less often.
    """
    row, count = _rows_of_events(event)
    return _from_start(row, count, position, *shower_frame(row, count, position, charge))


def _rows_of_events(event: np.ndarray) -> tuple[np.ndarray, int]:
    """(N,) the place of each hit's event, from 0 on, and how many events there are."""
    row = np.cumsum(np.diff(event, prepend=event[:1]) != 0)
    return row, int(row.max(initial=-1)) + 1


def _from_start(row: np.ndarray, count: int, position: np.ndarray, depth: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Rows (N,) of each event by `depth` from its start on, then those before it, the nearest first."""
    beyond = depth - _trunk_start(row, count, position, depth, radius)[row]
    return np.lexsort((np.abs(beyond), beyond < 0, row))


def shower_frame(
    row: np.ndarray, count: int, position: np.ndarray, charge: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each hit, the coordinate along its shower's axis from the centre of charge and the distance from the axis.

    The axis points to larger z.
    """
    total = np.bincount(row, charge, count)
    centre = np.stack([np.bincount(row, charge * position[:, i], count) / total for i in range(3)], axis=1)
    offset = position - centre[row]
    spread = np.zeros((count, 3, 3))  # symmetric: eigh reads its lower half
    for i in range(3):
        for j in range(i + 1):
            spread[:, i, j] = np.bincount(row, charge * offset[:, i] * offset[:, j], count) / total
    axis = np.linalg.eigh(spread)[1][:, :, 2]  # (E, 3): the eigenvector of the largest eigenvalue
    axis *= np.where(axis[:, 2:] < 0, -1, 1)
    depth = np.einsum("ij,ij->i", offset, axis[row])
    return depth, np.sqrt(np.maximum(np.einsum("ij,ij->i", offset, offset) - depth**2, 0))


def _trunk_start(
    row: np.ndarray, count: int, position: np.ndarray, depth: np.ndarray, radius: np.ndarray
) -> np.ndarray:
    """(E,) depth of the first hit in the trunk of each event, or of its first hit where there is no trunk.

    The hits near an event's axis are tried from its first on, a few at a time, since one of the first is in the trunk.
    """
    along = np.lexsort((depth, row))
    row, position, depth = row[along], position[along], depth[along]
    first = np.searchsorted(row, np.arange(count))
    start = depth[first]
    near = np.flatnonzero(radius[along] < TRUNK_RADIUS)
    rank = np.arange(near.size) - np.searchsorted(near, first)[row[near]]  # of a hit among those of its event
    without = np.ones(count, bool)
    tried = 4
    while near.size:
        now = rank < tried
        trunk = near[now][_neighbours(near[now], row, position, depth) >= TRUNK_NEIGHBOURS][::-1]
        start[row[trunk]] = depth[trunk]  # of an event's hits, the first is written last
        without[row[trunk]] = False
        later = ~now & without[row[near]]
        near, rank = near[later], rank[later]
        tried *= 3
    return start


def _neighbours(chosen: np.ndarray, row: np.ndarray, position: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """(M,) how many other hits of its event each of the `chosen` has within TRUNK_SPACING.

    Args:
        chosen: (M,) places of hits.
        row, position, depth: (N,), (N, 3), (N,) of all hits, sorted by event and depth.
    """
    # One order along all axes; no hit within the spacing is further off along its axis; twice, for rounding
    place = row * (np.ptp(depth) + 5 * TRUNK_SPACING) + depth
    begin = np.searchsorted(place, place[chosen] - 2 * TRUNK_SPACING)
    size = np.searchsorted(place, place[chosen] + 2 * TRUNK_SPACING) - begin
    which = np.repeat(np.arange(chosen.size), size)
    other = np.arange(which.size) - np.repeat(np.cumsum(size) - size - begin, size)
    offset = position[other] - position[chosen[which]]
    close = (offset**2).sum(axis=1) < TRUNK_SPACING**2
    return np.bincount(which, close, chosen.size).astype(np.int64) - 1
