"""The readout of the detector: hits made from deposits.

Deposits are cut into short pieces; recombination and the drift leave a packet of electrons of each, which diffusion
moves. Packets are collected in small cubes, a cube with enough charge is a hit, neighbouring hits are merged and those
far from the shower dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from showergrid.events.detector import Box
from showergrid.events.hits import AXES
from showergrid.sources.lartpc.geant4 import Deposits
from showergrid.sources.lartpc.settings import Cuboid, Readout, Recombination

MINIMUM_IONISATION = 1.508  # MeV cm2/g in argon: PDG, Atomic and nuclear properties of materials
LEAST_DENSITY = 1.0  # MeV/cm: neither law was measured below; the modified box turns negative at 0.23
PIECES_PER_PITCH = 5  # a deposit is cut into pieces of at most this part of the cubes' edge


@dataclass(frozen=True)
class TimedHits:
    """Hits with the simulation's truth: event (N,) int64, position (N, 3) [cm], charge (N,) [tick ADC], time (N,) [ns].

    Sorted by event; the time of a hit is the earliest of the deposits in it.
    """

    event: np.ndarray
    position: np.ndarray
    charge: np.ndarray
    time: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> TimedHits:
        """The hits of `rows`: indices or a mask."""
        return TimedHits(self.event[rows], self.position[rows], self.charge[rows], self.time[rows])


@dataclass(frozen=True)
class Shares:
    """Whose charge hits hold: hit (S,) int64: index of the hit; owner (S,) int64; charge (S,), noise apart [tick ADC].

    Sorted by hit, then by owner; each pair stands once.
    """

    hit: np.ndarray
    owner: np.ndarray
    charge: np.ndarray

    def kept(self, chosen: np.ndarray) -> Shares:
        """Those of the hits that are chosen (H,) bool, numbered anew."""
        rows = chosen[self.hit]
        return Shares((np.cumsum(chosen) - 1)[self.hit[rows]], self.owner[rows], self.charge[rows])

    def grouped(self, group: np.ndarray) -> Shares:
        """Those of groups of hits; group (H,) int64: the group of each hit."""
        return summed(group[self.hit], self.owner, self.charge)


def summed(hit: np.ndarray, owner: np.ndarray, charge: np.ndarray) -> Shares:
    """The charge of each pair of hit and owner, all (N,) in any order."""
    order = np.lexsort((owner, hit))
    hit, owner = hit[order], owner[order]
    start = np.flatnonzero(np.diff(hit, prepend=-1) | np.diff(owner, prepend=-1))
    if start.size == 0:
        return Shares(hit, owner, charge)
    return Shares(hit[start], owner[start], np.add.reduceat(charge[order], start))


def recombination(dedx: np.ndarray, settings: Recombination, field: float, density: float) -> np.ndarray:
    """Share of the electrons that escape recombination.

    Birks' law: ICARUS, S. Amoruso et al., Nucl. Instrum. Meth. A 523 (2004) 275. Modified box model: ArgoNeuT,
    R. Acciarri et al., JINST 8 (2013) P08005.

    Args:
        dedx: density of ionisation [MeV/cm]; less than 1 MeV/cm counts as 1.
        settings: the law and its constants.
        field: electric field [kV/cm].
        density: of the argon [g/cm3].
    """
    dedx = np.maximum(dedx, LEAST_DENSITY)
    if settings.model == "birks":
        return settings.birks.a / (1 + settings.birks.k * dedx / (density * field))
    b = settings.modified_box.beta * dedx / (density * field)
    return np.log(settings.modified_box.alpha + b) / b


def ionisation_density(energy: np.ndarray, length: np.ndarray, density: float) -> np.ndarray:
    """dE/dx of deposits [MeV/cm] from their energy [MeV] and length [cm] in matter of `density` [g/cm3].

    Geant4's steps at the end of a winding track are shorter than the way of the electron, down to points. So the
    density is at most that of an electron that stops: energy over range, with the range of Katz and Penfold, Rev.
    Mod. Phys. 24 (1952) 28: R = 0.412 E^(1.265 - 0.0954 ln E) g/cm2 for 0.01 to 2.5 MeV, taken at 0.01 MeV below.
    """
    energy = np.maximum(energy, 1e-12)
    log = np.log(np.clip(energy, 0.01, 2.5))
    stopping = density * np.exp(log) / (0.412 * np.exp(log * (1.265 - 0.0954 * log)))
    return np.minimum(energy / np.maximum(length, 1e-12), stopping)


def delayed(deposits: Deposits, drift_velocity: float) -> tuple[Deposits, np.ndarray]:
    """Deposits where a chamber sees them that takes all charge for as old as the event, and the rows (N,) that it sees.

    What is left a time t after the primary drifts as long as its place asks and seems to come from drift_velocity x t
    [cm/us] farther from the anode; what then lies beyond the cathode, at x = 0, arrives after the readout has ended.
    """
    side = np.where(deposits.start[:, 0] < 0, -1.0, 1.0)
    shift = side[:, None] * drift_velocity * deposits.time / 1e3  # ns to us
    start, end = deposits.start.copy(), deposits.end.copy()
    start[:, 0] -= shift[:, 0]
    end[:, 0] -= shift[:, 1]
    rows = np.flatnonzero(start[:, 0] * side >= 0)
    return Deposits(deposits.event[rows], start[rows], end[rows], deposits.energy[rows], deposits.time[rows]), rows


def read_out(
    deposits: Deposits, vertex: np.ndarray, box: Box, settings: Readout, random: np.random.Generator
) -> TimedHits:
    """Hits of the showers whose deposits are given.

    Args:
        deposits: of all showers together.
        vertex: (E, 3) start of each primary [cm]; used where the study keeps the drift volume of the vertex alone.
        box: the detector; the cathode is at x = 0, the anodes at the bounds of x.
        settings: of the readout.
        random: stream for diffusion and noise.
    """
    return _read_out(deposits, None, vertex, box, settings, random)[0]


def read_out_shares(
    deposits: Deposits,
    owner: np.ndarray,
    vertex: np.ndarray,
    box: Box,
    settings: Readout,
    random: np.random.Generator,
) -> tuple[TimedHits, Shares]:
    """The hits that `read_out` makes, and whose charge they hold.

    owner: (N,) int64 >= 0: whose each deposit is, such as the particle that an event's primary made.
    """
    return _read_out(deposits, owner, vertex, box, settings, random)


def _read_out(
    deposits: Deposits,
    owner: np.ndarray | None,
    vertex: np.ndarray,
    box: Box,
    settings: Readout,
    random: np.random.Generator,
) -> tuple[TimedHits, Shares | None]:
    packets, deposit = _drifted(deposits, box, settings, random)
    if settings.tpc == "vertex":
        beside = (packets.position[:, 0] >= 0) == (vertex[packets.event, 0] >= 0)
        packets, deposit = packets[beside], deposit[beside]
    hits, cubes = _collected(packets, settings.pitch)
    shares = None if owner is None else summed(cubes.group, owner[deposit], packets.charge)
    noise = random.standard_normal(hits.charge.size) * settings.noise * settings.gain
    hits = TimedHits(hits.event, hits.position, hits.charge + noise, hits.time)
    large = hits.charge > threshold_charge(settings)
    hits, shares = hits[large], shares and shares.kept(large)
    if settings.merging:
        hits, cubes = _collected(hits, settings.merging)
        shares = shares and shares.grouped(cubes.group)
    if settings.clustering is not None:
        clustered = _clustered(hits, settings.clustering)
        hits, shares = hits[clustered], shares and shares.kept(clustered)
    return hits, shares


def threshold_charge(settings: Readout) -> float:
    """Charge [tick ADC] that the threshold's energy leaves when a minimum ionising track deposits it."""
    share = recombination(
        np.array(MINIMUM_IONISATION * settings.density), settings.recombination, settings.field, settings.density
    )
    return float(settings.threshold * 1e6 / settings.ionisation_energy * share * settings.gain)


def _drifted(
    deposits: Deposits, box: Box, settings: Readout, random: np.random.Generator
) -> tuple[TimedHits, np.ndarray]:
    """Packets of charge as they arrive, unsorted, and the index of the deposit that each is of.

    Their position is that of their origin, moved by diffusion.
    """
    step = deposits.end - deposits.start
    length = np.sqrt(np.einsum("ij,ij->i", step, step))
    dedx = ionisation_density(deposits.energy, length, settings.density)
    share = recombination(dedx, settings.recombination, settings.field, settings.density)
    charge = deposits.energy * 1e6 / settings.ionisation_energy * share * settings.gain

    pieces = np.maximum(np.ceil(length * (PIECES_PER_PITCH / settings.pitch)), 1).astype(np.int64)
    of = np.repeat(np.arange(pieces.size), pieces)
    number = np.arange(of.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    fraction = (number + 0.5) / pieces[of]
    position = deposits.start[of] + step[of] * fraction[:, None]
    time = deposits.time[of, 0] + np.diff(deposits.time)[of, 0] * fraction
    charge = (charge / pieces)[of]

    anode = np.where(position[:, 0] < 0, -box.x[0], box.x[1])
    drift = np.clip(anode - np.abs(position[:, 0]), 0, None) / settings.drift_velocity  # us
    if settings.lifetime is not None:
        charge = charge * np.exp(-drift / settings.lifetime)
    diffusion = settings.diffusion
    spread = np.sqrt(2e-6 * np.array([diffusion.longitudinal, diffusion.transverse, diffusion.transverse]))
    root = np.sqrt(drift)
    for axis, name in enumerate(AXES):
        position[:, axis] += random.standard_normal(root.size, np.float32) * (root * spread[axis])
        np.clip(position[:, axis], *getattr(box, name), out=position[:, axis])
    return TimedHits(deposits.event[of], position, charge, time), of


def cells(event: np.ndarray, position: np.ndarray, edge: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number of cells in each direction, (3,), and the key (N,) of the cell of each position.

    Keys sort by event first; those of touching cells of one event differ by the same number wherever the cells lie.
    `edge` is one for all directions or (3,) [cm].
    """
    edges = np.broadcast_to(edge, 3)
    cell = [np.floor(position[:, axis] / edges[axis]).astype(np.int64) for axis in range(3)]
    cell = [index - index.min(initial=0) + 1 for index in cell]
    # An empty layer on either side keeps cells of different rows, planes and events from having keys of neighbours.
    sizes = np.array([index.max(initial=0) + 2 for index in cell])
    return sizes, ((event * sizes[0] + cell[0]) * sizes[1] + cell[1]) * sizes[2] + cell[2]


@dataclass(frozen=True)
class _Groups:
    """Parts in groups: order (N,): the parts, those of a group together; start (G,): where each group starts in it."""

    order: np.ndarray
    start: np.ndarray

    @property
    def group(self) -> np.ndarray:
        """(N,) int64: the group of each part."""
        group = np.empty(self.order.size, np.int64)
        group[self.order] = np.repeat(np.arange(self.start.size), np.diff(self.start, append=self.order.size))
        return group


def _collected(parts: TimedHits, edge: float) -> tuple[TimedHits, _Groups]:
    """Merge the parts in each cube of `edge` cm: total charge, mean position weighted by charge, earliest time."""
    _, key = cells(parts.event, parts.position, edge)
    order = np.argsort(key, kind="stable")
    start = np.flatnonzero(np.diff(key[order], prepend=-1))
    if start.size == 0:
        return parts, _Groups(order, start)
    part = parts.charge[order]
    charge = np.add.reduceat(part, start)
    moment = [np.add.reduceat(parts.position[order, axis] * part, start) for axis in range(3)]
    merged = TimedHits(
        event=parts.event[order[start]],
        position=np.stack(moment, axis=1) / charge[:, None],
        charge=charge,
        time=np.minimum.reduceat(parts.time[order], start),
    )
    return merged, _Groups(order, start)


def _clustered(hits: TimedHits, edges: Cuboid) -> np.ndarray:
    """(N,) bool: the hits in the cluster of each event with most charge.

    Hits belong together if their cells touch, even at a corner.
    """
    if hits.event.size == 0:
        return np.zeros(0, bool)
    sizes, key = cells(hits.event, hits.position, np.array([edges.x, edges.y, edges.z]))
    filled, cell = np.unique(key, return_inverse=True)
    # Half of the 26 neighbours: the other half sees the same pairs from the other side.
    around = np.array([(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if (x, y, z) > (0, 0, 0)])
    neighbour = filled[:, None] + (around[:, 0] * sizes[1] + around[:, 1]) * sizes[2] + around[:, 2]
    index = np.minimum(np.searchsorted(filled, neighbour), filled.size - 1)
    linked, side = np.nonzero(filled[index] == neighbour)
    links = coo_array((np.ones(linked.size, np.int8), (linked, index[linked, side])), shape=(filled.size, filled.size))
    cluster = connected_components(links, directed=False)[1][cell]
    charge = np.bincount(cluster, hits.charge)
    event = np.zeros(charge.size, np.int64)
    event[cluster] = hits.event
    best = np.lexsort((charge, event))
    last = np.flatnonzero(np.diff(event[best], append=-1))
    kept = np.zeros(charge.size, bool)
    kept[best[last]] = True
    return kept[cluster]
