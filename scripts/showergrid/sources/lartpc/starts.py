"""How each shower starts, as only the simulation knows it: the processes that decide what class it looks like."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from showergrid.events.hits import AXES
from showergrid.sources.lartpc.geant4 import Deposits, Primaries, Tracks
from showergrid.sources.lartpc.readout import TimedHits
from showergrid.sources.lartpc.start_settings import STARTS, Starts

PHOTON = 22  # PDG code
COMPTON, PAIR, PHOTOELECTRIC = "compton", "pair", "photoelectric"
PROCESSES = {b"Compton": COMPTON, b"Conversion": PAIR, b"Photoelectric": PHOTOELECTRIC}  # by Geant4's names
RADIATED, KNOCKED = b"Bremsstrahlung", b"Ionisation"  # Geant4's names of what makes photons and electrons of electrons
PRIMARY = 1  # number of an event's primary among its tracks


def starts_of(
    primaries: Primaries, deposits: Deposits, track: np.ndarray, tracks: Tracks, settings: Starts
) -> pa.Table:
    """How the showers of a run start: a table as STARTS, a row for each of the primaries in their order.

    Of hits, `off` and `nearest`, it tells nothing yet.

    Args:
        primaries: of the run.
        deposits: of their showers.
        track: (N,) int64, the number of the track of each deposit in its event.
        tracks: of the showers, sorted by event and number.
        settings: what is told.
    """
    count = primaries.pdg.size
    photon = primaries.pdg == PHOTON
    child = tracks.parent == PRIMARY  # of the primary, in the order in which it makes them
    freed = child & photon[tracks.event] & np.isin(tracks.creator, list(PROCESSES))
    first = _first(tracks.event, freed & (tracks.energy >= settings.least), count)
    known = first >= 0
    start = np.where(photon[:, None], np.nan, primaries.vertex)
    start[known] = tracks.position[first[known]]
    process = [PROCESSES[tracks.creator[row]] if row >= 0 else None for row in first.tolist()]
    scattered = known & (tracks.creator[first] == b"Compton")
    pair, share = _pair(tracks, freed & (tracks.creator == b"Conversion"), count)

    near = child & ~photon[tracks.event] & (_distance(tracks.position, start[tracks.event]) <= settings.length)
    absorbed = _absorbed(tracks, settings.least)
    radiated = near & (tracks.creator == RADIATED)
    radiated &= _distance(absorbed, start[tracks.event]) <= settings.length
    hardest = _hardest(tracks, radiated, count)
    knocked = _hardest(tracks, near & (tracks.creator == KNOCKED), count)

    left = near_axis(deposits, start, primaries.direction, settings) / settings.length
    creator = tracks.creator[branches(tracks)[tracks.rows(deposits.event, track)]]
    of_radiated, of_knocked = (
        np.bincount(deposits.event, left * (creator == name), count) for name in (RADIATED, KNOCKED)
    )
    columns = {
        "event": np.arange(count),
        **{axis: start[:, i] for i, axis in enumerate(AXES)},
        "off": np.full(count, np.nan),
        "nearest": np.full(count, np.nan),
        "dedx": np.where(np.isnan(start[:, 0]), np.nan, np.bincount(deposits.event, left, count)),
        "process": process,
        "depth": np.where(photon, _distance(start, primaries.vertex), np.nan),
        "compton": np.where(scattered, tracks.energy[first], np.nan),
        "pair": pair,
        "share": share,
        "radiated": _taken(tracks.energy, hardest),
        "flight": _taken(_distance(absorbed, tracks.position), hardest),
        "knocked": _taken(tracks.energy, knocked),
        "dedx_radiated": np.where(photon, np.nan, of_radiated),
        "dedx_knocked": np.where(photon, np.nan, of_knocked),
    }
    return pa.Table.from_arrays([_with_nulls(columns[field.name], field.type) for field in STARTS], schema=STARTS)


def numbered(starts: pa.Table, number: np.ndarray) -> pa.Table:
    """The same rows with other numbers (E,) int64 of their events."""
    return starts.set_column(0, STARTS.field("event"), pa.array(number))


def gathered(parts: Sequence[pa.Table], hits: TimedHits) -> pa.Table:
    """The starts of all showers of a shard, sorted by event, with how far from each its first and nearest hit lie.

    `hits` are those of the same events, each of which has some, in the study's order.
    """
    table = pa.concat_tables(parts).sort_by("event")
    start = np.stack([table[axis].to_numpy() for axis in AXES], axis=1)  # nulls become NaN
    away = _distance(hits.position, start[hits.event])
    first = np.flatnonzero(np.diff(hits.event, prepend=-1))
    for name, distance in (("off", away[first]), ("nearest", np.minimum.reduceat(away, first))):
        place = STARTS.get_field_index(name)
        table = table.set_column(place, STARTS.field(name), _with_nulls(distance, STARTS.field(name).type))
    return table


def near_axis(deposits: Deposits, start: np.ndarray, direction: np.ndarray, settings: Starts) -> np.ndarray:
    """The energy (N,) [MeV] of each deposit that lies within the length from the start and the radius from the axis.

    Along the axis a deposit is cut where the length begins and ends; across it its middle decides.

    Args:
        deposits: of E showers.
        start: (E, 3) [cm]; of what starts nowhere, NaN, nothing is near.
        direction: (E, 3) unit, of the axes.
        settings: length and radius.
    """
    axis = direction[deposits.event]
    ends = [end - start[deposits.event] for end in (deposits.start, deposits.end)]
    depth = np.sort([np.einsum("ij,ij->i", end, axis) for end in ends], axis=0)
    extent = np.diff(depth, axis=0)[0]
    inside = np.diff(np.clip(depth, 0, settings.length), axis=0)[0]
    at_once = (depth[0] >= 0) & (depth[0] <= settings.length)  # of deposits that do not advance along the axis
    part = np.where(extent > 0, inside / np.where(extent > 0, extent, 1), at_once)
    middle = (ends[0] + ends[1]) / 2
    across = middle - np.einsum("ij,ij->i", middle, axis)[:, None] * axis
    return np.where(np.linalg.norm(across, axis=1) <= settings.radius, deposits.energy * part, 0)


def branches(tracks: Tracks) -> np.ndarray:
    """(T,) int64: the row of the primary's child that each track descends from; of a primary its own row."""
    above = np.where(tracks.parent > PRIMARY, tracks.rows(tracks.event, tracks.parent), np.arange(tracks.parent.size))
    while not np.array_equal(further := above[above], above):
        above = further
    return above


def _absorbed(tracks: Tracks, least: float) -> np.ndarray:
    """(T, 3) [cm]: where each track first sets an electron of at least `least` [GeV] in motion; NaN: nowhere."""
    rows = np.flatnonzero((tracks.parent > 0) & (tracks.energy >= least) & np.isin(tracks.creator, list(PROCESSES)))
    parent, index = np.unique(tracks.rows(tracks.event[rows], tracks.parent[rows]), return_index=True)
    where = np.full((tracks.number.size, 3), np.nan)
    where[parent] = tracks.position[rows[index]]
    return where


def _pair(tracks: Tracks, made: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Kinetic energy (E,) [GeV] of the two tracks of each event that are `made` (T,), and the smaller one's part."""
    rows = np.flatnonzero(made)
    low, high = np.full(count, np.inf), np.zeros(count)
    np.minimum.at(low, tracks.event[rows], tracks.energy[rows])
    np.maximum.at(high, tracks.event[rows], tracks.energy[rows])
    total = np.where(high > 0, low + high, np.nan)
    return total, low / total


def _first(event: np.ndarray, chosen: np.ndarray, count: int) -> np.ndarray:
    """(E,) int64: the first row of each event that is chosen (T,); -1: it has none."""
    rows = np.flatnonzero(chosen)
    events, index = np.unique(event[rows], return_index=True)
    first = np.full(count, -1)
    first[events] = rows[index]
    return first


def _hardest(tracks: Tracks, chosen: np.ndarray, count: int) -> np.ndarray:
    """(E,) int64: the row of the track with most energy of each event among those chosen (T,); -1: it has none."""
    order = np.lexsort((-tracks.energy, tracks.event))
    best = _first(tracks.event[order], chosen[order], count)
    return np.where(best >= 0, order[best], -1)


def _taken(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.where(rows >= 0, values[rows], np.nan)


def _with_nulls(values: np.ndarray | list[str | None], kind: pa.DataType) -> pa.Array:
    """Values of an Arrow type; NaN becomes null."""
    return pa.array(values, from_pandas=True).cast(kind, safe=False)


def _distance(position: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.linalg.norm(position - other, axis=1)
