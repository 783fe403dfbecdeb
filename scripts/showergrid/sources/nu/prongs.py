"""Prongs: the particles of an event as parts of its hits, in truth or mixed as a reconstruction would mix them.

Each particle that leaves the nucleus is a prong, with all that it makes, but for what flies apart from it: photons of
neutral pions, and photons and protons that neutrons make, are prongs of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from showergrid.sources.lartpc.geant4 import Tracks
from showergrid.sources.lartpc.readout import Shares, TimedHits, cells, summed
from showergrid.sources.nu.particles import NEUTRAL_PION, PHOTON, Outgoing
from showergrid.sources.nu.prong_settings import Merging

NEUTRON, PROTON = 2112, 2212
PROTON_MASS = 0.938272  # GeV, PDG
KINDS = {11: "electron", 13: "muon", PROTON: "proton", 211: "pion", PHOTON: "photon"}  # of |PDG code|
NONE = -1  # prong of a hit that belongs to none


@dataclass(frozen=True)
class Prongs:
    """Prongs in truth: event (P,) int64; pdg, parent (P,) int32: PDG code, and that of what made it, 0 if it left the
    nucleus; momentum (P, 4): energy, px, py, pz [GeV]; start (P, 3) [cm].
    """

    event: np.ndarray
    pdg: np.ndarray
    parent: np.ndarray
    momentum: np.ndarray
    start: np.ndarray

    @property
    def kind(self) -> np.ndarray:
        """(P,) text: electron, muon, proton, pion, photon_pi0, photon, neutron_proton (of a neutron) or other."""
        kinds = np.array([KINDS.get(code, "other") for code in np.abs(self.pdg).tolist()], dtype=object)
        kinds[(self.pdg == PHOTON) & (self.parent == NEUTRAL_PION)] = "photon_pi0"
        kinds[(self.pdg == PROTON) & (self.parent == NEUTRON)] = "neutron_proton"
        kinds[self.pdg == -PROTON] = "other"
        return kinds


@dataclass(frozen=True)
class SeenProngs:
    """Prongs as hits show them: prong (R,) int64: index of the truth that labels each; number (R,) int64: in its event.

    charge (R,) of its hits [tick ADC]; hits (R,) int64; purity (R,): share of that charge that is of the truth;
    completeness (R,): share of the charge that the truth left in hits that is in these. of_hit (H,) int64: row of the
    prong of each hit, or NONE. Rows are sorted by event, in an event by falling charge.
    """

    prong: np.ndarray
    number: np.ndarray
    charge: np.ndarray
    hits: np.ndarray
    purity: np.ndarray
    completeness: np.ndarray
    of_hit: np.ndarray


def of_tracks(tracks: Tracks, outgoing: Outgoing) -> tuple[Prongs, np.ndarray]:
    """The prongs that Geant4 made of `outgoing`, its primaries, and the index of the prong of each track, (T,)."""
    parent = tracks.rows(tracks.event, tracks.parent)
    first = tracks.parent == 0
    parent[first] = np.flatnonzero(first)
    of_neutron = np.isin(tracks.pdg, (PHOTON, PROTON)) & (tracks.pdg[parent] == NEUTRON)
    of_pion = (tracks.pdg == PHOTON) & (tracks.pdg[parent] == NEUTRAL_PION)
    starts = first | ((of_neutron | of_pion) & ~first)
    root = np.where(starts, np.arange(parent.size), parent)
    while np.any((higher := root[root]) != root):
        root = higher
    rows = np.flatnonzero(starts)
    event = outgoing.event[tracks.event[rows]]
    own = first[rows]
    momentum = _momentum(tracks.pdg[rows], tracks.energy[rows], tracks.direction[rows])
    momentum[own] = outgoing.momentum[tracks.event[rows[own]]]
    prongs = Prongs(
        event=event,
        pdg=tracks.pdg[rows],
        parent=np.where(own, outgoing.parent[tracks.event[rows]], tracks.pdg[parent[rows]]).astype(np.int32),
        momentum=momentum,
        start=tracks.position[rows],
    )
    return prongs, (np.cumsum(starts) - 1)[root]


def prong_of(tracks: Tracks, prong: np.ndarray, event: np.ndarray, number: np.ndarray) -> np.ndarray:
    """The prong of tracks that are named by event and number (N,); prong (T,) of all."""
    return prong[tracks.rows(event, number)]


def seen(hits: TimedHits, shares: Shares, prongs: Prongs, merging: Merging | None) -> SeenProngs:
    """The prongs that own hits; a hit is of the prong with most of its charge.

    Args:
        hits: of all events.
        shares: whose charge they hold: indices of prongs in truth.
        prongs: in truth.
        merging: how they are mixed; None: not at all.
    """
    count = prongs.event.size
    group = np.arange(count) if merging is None else _merged(hits, shares, prongs, merging)
    mixed = summed(shares.hit, group[shares.owner], shares.charge)
    owner = np.full(hits.charge.size, NONE, np.int64)
    best = np.lexsort((mixed.charge, mixed.hit))
    last = best[np.flatnonzero(np.diff(mixed.hit[best], append=-1))]
    owner[mixed.hit[last]] = mixed.owner[last]

    number = np.bincount(owner, minlength=count)
    if merging is not None:
        owner[number[owner] < merging.least_hits] = NONE
        number[number < merging.least_hits] = 0
    kept = owner != NONE
    charge = np.bincount(owner[kept], hits.charge[kept], count)
    inside = kept[shares.hit]  # shares in hits that belong to a group
    held = summed(owner[shares.hit[inside]], shares.owner[inside], shares.charge[inside])  # group, truth: charge
    own = np.bincount(shares.owner, shares.charge, count)
    mine = group[held.owner] == held.hit  # a label is one of those that were merged
    held = Shares(held.hit[mine], held.owner[mine], held.charge[mine])
    best = np.lexsort((held.charge, held.hit))
    last = best[np.flatnonzero(np.diff(held.hit[best], append=-1))]
    groups, label, in_truth = held.hit[last], held.owner[last], held.charge[last]
    total = np.bincount(owner[shares.hit[inside]], shares.charge[inside], count)

    order = np.lexsort((-charge[groups], prongs.event[label]))
    groups, label, in_truth = groups[order], label[order], in_truth[order]
    row = np.full(count, NONE, np.int64)
    row[groups] = np.arange(groups.size)
    event = prongs.event[label]
    return SeenProngs(
        prong=label,
        number=np.arange(event.size) - np.searchsorted(event, event),
        charge=charge[groups],
        hits=number[groups],
        purity=in_truth / total[groups],
        completeness=in_truth / own[label],
        of_hit=np.where(kept, row[owner], NONE),
    )


def _merged(hits: TimedHits, shares: Shares, prongs: Prongs, merging: Merging) -> np.ndarray:
    """The group (P,) of each prong: prongs of which one shares most of its cubes with the other, also by a third."""
    _, key = cells(hits.event, hits.position, merging.pixel)
    cubes, cube = np.unique(key, return_inverse=True)
    pairs = summed(cube[shares.hit], shares.owner, shares.charge)
    count = prongs.event.size
    inside = csr_array((np.ones(pairs.hit.size, np.int32), (pairs.hit, pairs.owner)), shape=(cubes.size, count))
    common = (inside.T @ inside).tocoo()  # cubes that two prongs share
    own = np.bincount(pairs.owner, minlength=count)
    linked = common.data > merging.share * own[common.row]
    links = csr_array(
        (np.ones(np.count_nonzero(linked), np.int8), (common.row[linked], common.col[linked])), shape=(count, count)
    )
    return connected_components(links, directed=False)[1].astype(np.int64)


def _momentum(pdg: np.ndarray, kinetic: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Energy and momentum (N, 4) [GeV] of photons and protons of `kinetic` energy [GeV]."""
    mass = np.where(pdg == PROTON, PROTON_MASS, 0.0)
    size = np.sqrt(kinetic * (kinetic + 2 * mass))
    return np.column_stack([kinetic + mass, direction * size[:, None]])
