"""Deposits to hits: conservation, and each effect on its own against its formula."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from showergrid.core.seeds import generator
from showergrid.events.detector import Box
from showergrid.sources.lartpc.geant4 import Deposits
from showergrid.sources.lartpc.readout import (
    MINIMUM_IONISATION,
    TimedHits,
    delayed,
    ionisation_density,
    read_out,
    read_out_shares,
    recombination,
    threshold_charge,
)
from showergrid.sources.lartpc.settings import Readout, Recombination

BOX = Box(x=(-200, 200), y=(-200, 200), z=(0, 500))
LAWS = Recombination(model="birks", birks={"a": 0.800, "k": 0.0486}, modified_box={"alpha": 0.93, "beta": 0.212})
PLAIN = {
    "field": 0.5,
    "density": 1.396,
    "ionisation_energy": 23.6,
    "recombination": LAWS,
    "drift_velocity": 0.16,
    "lifetime": None,
    "diffusion": {"longitudinal": 0, "transverse": 0},
    "gain": 0.0063,
    "noise": 0,
    "pitch": 0.3,
    "threshold": 0,
    "merging": 0,
    "clustering": None,
    "tpc": "both",
}


def points(positions, energy=1.0, event=0, time=0.0) -> Deposits:
    """Deposits at points, (N, 3) [cm]; energy [MeV], event and time [ns] of each or of all."""
    position = np.array(positions, float)
    spread = [np.broadcast_to(value, len(position)) for value in (event, energy, time)]
    return Deposits(spread[0].astype(np.int64), position, position, spread[1] * 1.0, np.stack([spread[2]] * 2, axis=1))


def hits_of(deposits: Deposits, vertex=((0.0, 0.0, 0.0),), **changes) -> TimedHits:
    return read_out(deposits, np.array(vertex), BOX, Readout(**{**PLAIN, **changes}), generator(1, "readout"))


def charge_of(deposits: Deposits) -> np.ndarray:
    """Charge [tick ADC] that recombination alone leaves of each deposit."""
    length = np.linalg.norm(deposits.end - deposits.start, axis=1)
    share = recombination(ionisation_density(deposits.energy, length, 1.396), LAWS, 0.5, 1.396)
    return deposits.energy * share * 1e6 / 23.6 * 0.0063


@st.composite
def many_deposits(draw) -> Deposits:
    count, events = draw(st.integers(1, 60)), draw(st.integers(1, 4))
    random = generator(draw(st.integers(0, 2**32)), "deposits")
    start = random.uniform([-200, -200, 0], [200, 200, 500], (count, 3))
    end = np.clip(start + random.normal(0, 1, (count, 3)), [-200, -200, 0], [200, 200, 500])
    time = np.sort(random.uniform(0, 10, (count, 2)), axis=1)
    return Deposits(random.integers(events, size=count), start, end, random.exponential(1, count) + 1e-9, time)


@settings(max_examples=60)
@given(many_deposits(), st.sampled_from([0, 0.3, 0.9]), st.booleans())
def test_charge_is_conserved_without_noise_threshold_and_lifetime(deposits, merging, diffusing):
    diffusion = {"longitudinal": 4.0, "transverse": 8.8} if diffusing else {"longitudinal": 0, "transverse": 0}
    hits = hits_of(deposits, merging=merging, diffusion=diffusion)
    expected = np.bincount(deposits.event, charge_of(deposits), 4)
    np.testing.assert_allclose(np.bincount(hits.event, hits.charge, 4), expected, rtol=1e-9)
    assert np.all(np.diff(hits.event) >= 0)
    rounding = 1e-9  # of the mean positions of hits at the wall
    assert np.all(hits.position >= np.array([-200, -200, 0]) - rounding)
    assert np.all(hits.position <= np.array([200, 200, 500]) + rounding)
    for event in np.unique(deposits.event):
        assert hits.time[hits.event == event].min() >= deposits.time[deposits.event == event].min()


def test_recombination_follows_the_two_laws():
    density = np.array([2.1])
    assert recombination(density, LAWS, 0.5, 1.396) == pytest.approx(0.8 / (1 + 0.0486 * 2.1 / 0.698))
    box = LAWS.model_copy(update={"model": "modified_box"})
    b = 0.212 * 2.1 / 0.698
    assert recombination(density, box, 0.5, 1.396) == pytest.approx(np.log(0.93 + b) / b)


@pytest.mark.parametrize("model", ["birks", "modified_box"])
def test_recombination_is_a_share(model):
    law = LAWS.model_copy(update={"model": model})
    density = np.concatenate([[0], np.geomspace(1e-6, 1e4, 200)])
    share = recombination(density, law, 0.5, 1.396)
    assert np.all((share > 0) & (share < 1))
    # Nobody measured the laws below 1 MeV/cm, and the modified box has no meaning there.
    np.testing.assert_array_equal(share[density < 1], recombination(np.array([1.0]), law, 0.5, 1.396)[0])
    # Above minimum ionisation it falls with the density.
    assert np.all(np.diff(share[density > 1.396 * MINIMUM_IONISATION]) < 0)


def test_a_short_deposit_is_no_denser_than_a_stopping_electron():
    # NIST ESTAR, argon: range in continuous slowing down 2.042e-2 g/cm2 at 0.1 MeV, 0.2440 at 0.5, 0.5939 at 1. The
    # practical range of Katz and Penfold is what a winding electron reaches: shorter by up to a third.
    for energy, csda in ((0.1, 2.042e-2), (0.5, 0.2440), (1.0, 0.5939)):
        density = ionisation_density(np.array([energy]), np.array([0.0]), 1.396)[0]
        assert 1 < density / (energy / csda * 1.396) < 1.6
    assert ionisation_density(np.array([2.0]), np.array([1.0]), 1.396)[0] == 2.0


@pytest.mark.parametrize("x", [-150.0, -3.0, 3.0, 150.0])
def test_attenuation_depends_on_the_way_to_the_nearer_anode(x):
    at = points([[x, 0.1, 100.1]])
    hits = hits_of(at, lifetime=1000.0)
    drift = (200 - abs(x)) / 0.16
    np.testing.assert_allclose(hits.charge, charge_of(at) * np.exp(-drift / 1000))


def test_diffusion_spreads_as_the_root_of_the_drift_time():
    count, x = 4000, 100.0
    at = points(np.tile([x, 0.0, 100.0], (count, 1)), event=np.arange(count))
    hits = hits_of(at, np.zeros((count, 3)), diffusion={"longitudinal": 4.0, "transverse": 8.8})
    width = hits.position.std(axis=0)
    time = 100 / 0.16 * 1e-6  # s
    expected = np.sqrt(2 * np.array([4.0, 8.8, 8.8]) * time)
    np.testing.assert_allclose(width, expected, rtol=4 / np.sqrt(2 * count))


def test_noise_has_the_width_that_is_asked_for():
    count = 4000
    at = points(np.tile([10.0, 0.1, 100.1], (count, 1)), energy=5.0, event=np.arange(count))
    noise = hits_of(at, np.zeros((count, 3)), noise=500).charge - charge_of(at)
    assert noise.std() == pytest.approx(500 * 0.0063, rel=4 / np.sqrt(2 * count))
    assert abs(noise.mean()) < 4 * 500 * 0.0063 / np.sqrt(count)


def test_the_threshold_is_the_charge_of_a_minimum_ionising_track():
    chosen = Readout(**{**PLAIN, "threshold": 0.15})
    share = 0.8 / (1 + 0.0486 * 1.396 * MINIMUM_IONISATION / 0.698)
    assert threshold_charge(chosen) == pytest.approx(0.15e6 / 23.6 * share * 0.0063)
    # A track that leaves just more or less than that in one cube.
    for energy, count in ((0.149, 0), (0.151, 1)):
        length = energy / (1.396 * MINIMUM_IONISATION)
        start = np.array([[10.01, 0.01, 100.21]])
        track = Deposits(
            np.zeros(1, np.int64), start, start + np.array([0, 0, length]), np.array([energy]), np.zeros((1, 2))
        )
        assert hits_of(track, threshold=0.15).charge.size == count


def test_hits_of_one_cube_are_one_at_their_centre_of_charge():
    at = points([[0.05, 0.05, 100.0], [0.25, 0.05, 100.0], [0.35, 0.05, 100.0]], energy=[1.0, 1.0, 1.0], time=[3, 2, 1])
    hits = hits_of(at)
    np.testing.assert_allclose(hits.position[:, 0], [0.15, 0.35])
    np.testing.assert_allclose(hits.time, [2, 1])
    merged = hits_of(at, merging=0.6)
    np.testing.assert_allclose(merged.position[:, 0], [0.65 / 3])
    np.testing.assert_allclose(merged.time, [1])


def test_clustering_keeps_what_touches_and_drops_what_is_far():
    cell = {"x": 5.0, "y": 5.0, "z": 5.0}
    line = [[1.0, 1.0, z] for z in (2, 7, 12, 17)]
    corner = [[6.0, 6.0, 22.0]]  # a cell that touches the last one in a corner only
    far = [[1.0, 1.0, 33.0], [30.0, 1.0, 7.0]]
    hits = hits_of(points(line + corner + far), clustering=cell)
    assert hits.position[:, 2].tolist() == [2, 7, 12, 17, 22]


def test_clustering_keeps_the_cluster_with_most_charge_of_each_event():
    cell = {"x": 5.0, "y": 5.0, "z": 5.0}
    positions = [[1.0, 1.0, 1.0], [1.0, 1.0, 101.0], [1.0, 1.0, 1.0], [1.0, 1.0, 101.0]]
    at = points(positions, energy=[3.0, 1.0, 1.0, 3.0], event=[0, 0, 1, 1])
    hits = hits_of(at, np.zeros((2, 3)), clustering=cell)
    assert hits.event.tolist() == [0, 1]
    assert hits.position[:, 2].tolist() == [1.0, 101.0]


def test_clusters_do_not_reach_over_the_edge_of_the_grid():
    cell = {"x": 5.0, "y": 5.0, "z": 5.0}
    # Last cell of one row and first of the next: neighbours in memory, not in space.
    at = points([[1.0, 1.0, 499.0], [1.0, 6.0, 1.0], [1.0, 1.0, 1.0]], energy=[1.0, 2.0, 0.1])
    assert hits_of(at, clustering=cell).position[:, 2].tolist() == [1.0, 1.0]


def test_one_drift_volume_keeps_the_side_of_the_vertex():
    at = points([[-1.0, 0, 100.0], [1.0, 0, 100.0]])
    assert hits_of(at, [[-5.0, 0, 0]], tpc="vertex").position[:, 0].tolist() == [-1.0]
    assert hits_of(at, [[5.0, 0, 0]], tpc="vertex").position[:, 0].tolist() == [1.0]


def test_no_deposits_make_no_hits():
    empty = Deposits(np.zeros(0, np.int64), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0), np.zeros((0, 2)))
    assert hits_of(empty, clustering={"x": 5, "y": 5, "z": 5}, merging=0.6).charge.size == 0


@pytest.mark.parametrize("change", [{"threshold": 0.2}, {"merging": 0.1}, {"tpc": "left"}, {"nois": 1}, {"gain": 0}])
def test_settings_out_of_range_are_refused(change):
    with pytest.raises(ValidationError):
        Readout(**{**PLAIN, **change})


@pytest.mark.parametrize("clustering", [None, {"x": 4, "y": 4, "z": 4}])
def test_shares_tell_whose_charge_the_same_hits_hold(clustering):
    random = generator(4, "deposits")
    event = random.integers(0, 5, 4000)
    start = random.normal([50, 0, 100], 3, (4000, 3))
    end = start + random.normal(0, 0.2, (4000, 3))
    deposits = Deposits(event, start, end, random.exponential(0.3, 4000), np.zeros((4000, 2)))
    owner = event * 10 + (start[:, 0] > 50)  # two of each event, on either side of x = 50 cm
    changed = {"merging": 0.8, "threshold": 0.1, "clustering": clustering}
    settings = Readout.model_validate(PLAIN | changed)
    arguments = np.zeros((5, 3)), BOX, settings
    hits = read_out(deposits, *arguments, generator(1, "readout"))
    again, shares = read_out_shares(deposits, owner, *arguments, generator(1, "readout"))
    for name, values in vars(hits).items():
        np.testing.assert_array_equal(values, getattr(again, name))
    assert 100 < hits.charge.size < 4000
    np.testing.assert_array_equal(np.unique(shares.hit), np.arange(hits.charge.size))
    np.testing.assert_allclose(np.bincount(shares.hit, shares.charge), hits.charge)
    np.testing.assert_array_equal(shares.owner // 10, hits.event[shares.hit])
    far = np.abs(hits.position[shares.hit, 0] - 50) > 1
    np.testing.assert_array_equal(shares.owner[far] % 10, hits.position[shares.hit[far], 0] > 50)


def test_late_deposits_seem_farther_from_the_anode():
    # 100 us at 0.16 cm/us are 16 cm; what then lies beyond the cathode is not seen
    place = np.array([[150.0, 1, 2], [-150, 1, 2], [10, 1, 2], [-10, 1, 2], [150, 1, 2]])
    time = np.array([[1e5, 1e5]] * 4 + [[0, 1e3]])
    seen, rows = delayed(Deposits(np.arange(5), place, place, np.ones(5), time), 0.16)
    assert rows.tolist() == seen.event.tolist() == [0, 1, 4]
    np.testing.assert_allclose(seen.start, [[134, 1, 2], [-134, 1, 2], [150, 1, 2]])
    np.testing.assert_allclose(seen.end[:, 0], [134, -134, 149.84])
    assert place[0, 0] == 150
