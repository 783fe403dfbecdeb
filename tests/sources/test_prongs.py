"""Prongs in truth and as hits show them, by hand; particles as Geant4 takes them."""

from __future__ import annotations

import numpy as np
import pytest

from showergrid.sources.lartpc.geant4 import Tracks
from showergrid.sources.lartpc.readout import Shares, TimedHits
from showergrid.sources.nu.particles import Outgoing, decayed, kinetic_energy, not_followed, outgoing
from showergrid.sources.nu.prong_settings import Merging
from showergrid.sources.nu.prongs import NONE, Prongs, of_tracks, prong_of, seen

PION_MASS = 0.1349768  # GeV, PDG


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def test_neutral_pions_decay_uniformly_and_conserve_momentum():
    direction = rng().normal(size=(20_000, 3))
    momentum = direction / np.linalg.norm(direction, axis=1)[:, None] * rng().uniform(0.01, 3, 20_000)[:, None]
    pion = np.column_stack([np.sqrt(PION_MASS**2 + np.sum(momentum**2, axis=1)), momentum])
    first, second = decayed(pion, rng())
    np.testing.assert_allclose(first + second, pion, rtol=1e-12)
    for photon in (first, second):
        np.testing.assert_allclose(np.linalg.norm(photon[:, 1:], axis=1), photon[:, 0], rtol=1e-9)
    # In the lab the energy of a photon is uniform between (E - p) / 2 and (E + p) / 2
    size = np.linalg.norm(momentum, axis=1)
    share = (first[:, 0] - (pion[:, 0] - size) / 2) / size
    counts = np.histogram(share, bins=10, range=(0, 1))[0]
    assert counts.sum() == 20_000
    assert np.all(np.abs(counts - 2000) < 4 * np.sqrt(2000))


def test_particles_are_taken_with_their_kinetic_energy():
    momentum = np.array([[1.0, 0, 0, 1.0], [np.hypot(0.938272, 0.5), 0.3, 0.4, 0], [PION_MASS, 0, 0, 0]])
    assert kinetic_energy(momentum)[0] == pytest.approx(1)
    assert kinetic_energy(momentum)[1] == pytest.approx(np.hypot(0.938272, 0.5) - 0.938272)
    assert kinetic_energy(momentum)[2] == 0


def test_only_what_geant4_follows_is_taken():
    pdg = np.array([14, 2212, 111, 4222, 13, -12], np.int32)
    momentum = np.tile([5.0, 0, 0, 4.9], (6, 1))
    event = np.array([0, 0, 0, 0, 1, 1])
    particles = outgoing(event, pdg, momentum, rng())
    assert particles.event.tolist() == [0, 0, 0, 1]
    assert particles.pdg.tolist() == [2212, 22, 22, 13]
    assert particles.parent.tolist() == [0, 111, 111, 0]
    assert not_followed(pdg) == {"4222": 1}


def tracks(*rows: tuple[int, int, int, int]) -> Tracks:
    """Tracks of (primary, number, parent, PDG code), each of 10 MeV along z."""
    event, number, parent, pdg = np.array(rows).T
    count = event.size
    position = np.arange(3.0 * count).reshape(count, 3)
    beside = position, np.eye(3)[[2] * count], np.full(count, b"Primary")
    return Tracks(event, number, parent, pdg.astype(np.int32), np.full(count, 0.01), *beside)


def test_photons_and_protons_of_neutrons_are_prongs_of_their_own():
    followed = tracks(
        (0, 1, 0, 2112),  # prong 0
        (0, 2, 1, 2212),  # prong 1
        (0, 3, 1, 22),  # prong 2
        (0, 4, 3, 11),  # of prong 2
        (0, 5, 1, 2112),  # of prong 0
        (0, 6, 5, 1000010020),  # of prong 0
        (0, 7, 2, 111),  # of prong 1
        (0, 8, 7, 22),  # prong 3
        (1, 1, 0, 211),  # prong 4
        (1, 2, 1, 2212),  # of prong 4: a pion made it
    )
    momentum = np.array([[1.2, 0, 0, 0.7], [0.5, 0, 0, 0.48]])
    particles = Outgoing(np.array([5, 6]), np.array([2112, 211], np.int32), np.zeros(2, np.int32), momentum)
    prongs, of_track = of_tracks(followed, particles)
    assert of_track.tolist() == [0, 1, 2, 2, 0, 0, 1, 3, 4, 4]
    assert prongs.event.tolist() == [5, 5, 5, 5, 6]
    assert prongs.kind.tolist() == ["other", "neutron_proton", "photon", "photon_pi0", "pion"]
    assert prongs.parent.tolist() == [0, 2112, 2112, 111, 0]
    np.testing.assert_array_equal(prongs.momentum[[0, 4]], momentum)
    np.testing.assert_allclose(prongs.momentum[2], [0.01, 0, 0, 0.01])
    # A proton of 10 MeV: p = sqrt(T (T + 2 m)) = sqrt(0.01 x 1.886544) = 0.137352 GeV
    np.testing.assert_allclose(prongs.momentum[1], [0.948272, 0, 0, 0.137352], rtol=1e-5)
    np.testing.assert_array_equal(prongs.start[3], [21, 22, 23])
    assert prong_of(followed, of_track, np.array([1, 0, 0]), np.array([2, 8, 4])).tolist() == [4, 3, 2]


def hits_of(event: list[int], x: list[float], charge: list[float]) -> TimedHits:
    zero = np.zeros(len(x))
    return TimedHits(np.array(event), np.column_stack([x, zero, zero]), np.array(charge), zero)


def truth(*event: int) -> Prongs:
    count = len(event)
    return Prongs(np.array(event), np.full(count, 13, np.int32), np.zeros(count, np.int32), np.zeros((count, 4)), None)


def test_a_hit_is_of_the_prong_with_most_of_its_charge():
    hits = hits_of([0, 0, 0, 1], [0, 1, 2, 0], [11, 9, 5, 4])
    # hit: prong 0 has 6 of 10, prong 1 has 4; prong 1 has 9; prong 0 and 1 5; event 1: prong 2
    shares = Shares(np.array([0, 0, 1, 2, 3]), np.array([0, 1, 1, 0, 2]), np.array([6.0, 4, 9, 5, 4]))
    prongs = seen(hits, shares, truth(0, 0, 1), None)
    assert prongs.of_hit.tolist() == [0, 1, 0, 2]
    assert prongs.prong.tolist() == [0, 1, 2]
    assert prongs.number.tolist() == [0, 1, 0]
    assert prongs.hits.tolist() == [2, 1, 1]
    np.testing.assert_allclose(prongs.charge, [16, 9, 4])
    np.testing.assert_allclose(prongs.purity, [11 / 15, 1, 1])
    np.testing.assert_allclose(prongs.completeness, [1, 9 / 13, 1])


def test_a_prong_that_owns_no_hit_has_no_row():
    shares = Shares(np.array([0, 0]), np.array([0, 1]), np.array([6.0, 4]))
    prongs = seen(hits_of([0], [0], [10]), shares, truth(0, 0), None)
    assert prongs.prong.tolist() == [0]
    assert prongs.completeness.tolist() == [1]


def test_prongs_that_share_most_of_their_cubes_become_one_and_small_ones_are_dropped():
    # Prong 0: cubes 0 to 5; prong 1: cubes 0, 1 and 9, of which it shares two of three; prong 2: cube 20 alone
    hits = hits_of([0] * 8, [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 9.5, 20.5], [10.0] * 8)
    charge = np.array([9.0, 1, 9, 1, 10, 10, 10, 10, 10, 10])
    shares = Shares(np.array([0, 0, 1, 1, 2, 3, 4, 5, 6, 7]), np.array([0, 1, 0, 1, 0, 0, 0, 0, 1, 2]), charge)
    apart = seen(hits, shares, truth(0, 0, 0), Merging(pixel=1, share=0.7, least_hits=2))
    assert apart.of_hit.tolist() == [0] * 6 + [NONE, NONE]
    merged = seen(hits, shares, truth(0, 0, 0), Merging(pixel=1, share=0.5, least_hits=2))
    assert merged.of_hit.tolist() == [0] * 7 + [NONE]
    assert merged.prong.tolist() == [0]  # most charge: 58 of 70
    assert merged.hits.tolist() == [7]
    np.testing.assert_allclose(merged.purity, [58 / 70])
    np.testing.assert_allclose(merged.completeness, [1])
