"""What the simulation tells of how each shower starts, against showers by hand and known cross-sections."""

from __future__ import annotations

import math

import numpy as np
import pytest

from showergrid.events.detector import Box
from showergrid.sources.lartpc.geant4 import Deposits, Detector, Primaries, Tracks, geant4_data
from showergrid.sources.lartpc.settings import Readout, Simulation
from showergrid.sources.lartpc.showers import simulate_shard
from showergrid.sources.lartpc.start_settings import Starts
from showergrid.sources.lartpc.starts import branches, near_axis, starts_of

ALONG_Z = np.array([[0.0, 0.0, 1.0]])
ELECTRON, PHOTON = 11, 22


def tracks(*rows: tuple[int, int, int, str, float, tuple[float, float, float]]) -> Tracks:
    """Tracks of (event, number, parent, creator, energy in GeV, position in cm)."""
    event, number, parent, creator, energy, position = zip(*rows, strict=True)
    count = len(rows)
    whole = (np.array(values) for values in (event, number, parent))
    beside = np.array(position, float), np.repeat(ALONG_Z, count, axis=0), np.array(creator, "S16")
    return Tracks(*whole, np.full(count, ELECTRON, np.int32), np.array(energy), *beside)


def deposits(*rows: tuple[int, tuple, tuple, float]) -> Deposits:
    """Deposits of (event, start, end in cm, energy in MeV)."""
    event, start, end, energy = zip(*rows, strict=True)
    return Deposits(
        np.array(event), np.array(start, float), np.array(end, float), np.array(energy), np.zeros((len(rows), 2))
    )


def told(pdg: list[int], left: Deposits, track: list[int], followed: Tracks, **settings: float) -> list[dict]:
    """The starts of showers whose primaries fly from the origin along z."""
    count = len(pdg)
    vertex, direction = np.zeros((count, 3)), np.repeat(ALONG_Z, count, axis=0)
    primaries = Primaries(np.array(pdg, np.int32), np.ones(count), vertex, direction)
    return starts_of(primaries, left, np.array(track), followed, Starts(**settings)).to_pylist()


def test_photons_by_hand():
    followed = tracks(
        (0, 1, 0, "Primary", 1.0, (0, 0, 0)),  # scatters twice, the first time too softly to start, then makes a pair
        (0, 2, 1, "Compton", 0.0004, (0, 0, 2)),
        (0, 3, 1, "Compton", 0.05, (0, 0, 5)),
        (0, 4, 1, "Conversion", 0.9, (3, 0, 20)),
        (0, 5, 1, "Conversion", 0.1, (3, 0, 20)),
        (1, 1, 0, "Primary", 1.0, (0, 0, 0)),
        (1, 2, 1, "Conversion", 0.25, (0, 0, 7)),
        (1, 3, 1, "Conversion", 0.75, (0, 0, 7)),
        (2, 1, 0, "Primary", 1.0, (0, 0, 0)),  # is taken by an atom after all, and never makes a pair
        (2, 2, 1, "Photoelectric", 0.0005, (0, 0, 4)),
    )
    left = deposits((0, (0, 0, 5), (0, 0, 7), 4.0), (1, (0, 0, 7), (0, 0, 9.4), 12.0), (2, (0, 0, 4), (0, 0, 4), 0.5))
    scattered, pair, lost = told([PHOTON] * 3, left, [3, 2, 2], followed)
    assert (scattered["process"], pair["process"], lost["process"]) == ("compton", "pair", None)
    assert (scattered["z"], scattered["depth"], scattered["compton"]) == pytest.approx((5, 5, 0.05))
    assert (scattered["pair"], scattered["share"]) == pytest.approx((1.0, 0.1))
    assert (pair["depth"], pair["pair"], pair["share"]) == pytest.approx((7, 1.0, 0.25))
    assert (scattered["dedx"], pair["dedx"]) == pytest.approx((4 / 2.4, 5))
    nothing = ("compton", "radiated", "flight", "knocked", "dedx_radiated", "dedx_knocked")
    assert all(pair[name] is None for name in nothing)
    assert all(lost[name] is None for name in ("x", "dedx", "depth", "pair", "share"))
    first, *_ = told([PHOTON] * 3, left, [3, 2, 2], followed, least=0)
    assert (first["depth"], first["compton"]) == pytest.approx((2, 0.0004))


def test_an_electron_by_hand():
    followed = tracks(
        (0, 1, 0, "Primary", 1.0, (0, 0, 0)),
        (0, 2, 1, "Bremsstrahlung", 0.3, (0, 0, 1)),  # the hardest is absorbed too far off
        (0, 3, 1, "Bremsstrahlung", 0.04, (0, 0, 0.5)),
        (0, 4, 1, "Ionisation", 0.005, (0, 0, 0.2)),
        (0, 5, 1, "Ionisation", 0.5, (0, 0, 9)),
        (0, 6, 3, "Conversion", 0.03, (0, 0.3, 0.9)),
        (0, 7, 3, "Conversion", 0.01, (0, 0.3, 0.9)),
        (0, 8, 2, "Conversion", 0.299, (0, 0, 9)),
        (0, 9, 6, "Ionisation", 0.002, (0, 0.3, 1)),
    )
    assert branches(followed).tolist() == [0, 1, 2, 3, 4, 2, 2, 1, 2]
    line = (0, 0, 0), (0, 0, 2.4)
    left = deposits((0, *line, 4.8), (0, *line, 0.6), (0, *line, 1.2), (0, *line, 2.4), (0, (5, 0, 1), (5, 0, 2), 50.0))
    [start] = told([ELECTRON], left, [1, 4, 6, 9, 9], followed)
    assert [start[axis] for axis in "xyz"] == [0, 0, 0]
    assert (start["radiated"], start["flight"], start["knocked"]) == pytest.approx((0.04, 0.5, 0.005))
    assert (start["dedx"], start["dedx_knocked"], start["dedx_radiated"]) == pytest.approx((9 / 2.4, 0.25, 1.5))
    assert all(start[name] is None for name in ("process", "depth", "compton", "pair", "share"))


def test_what_lies_near_the_axis():
    slanted = np.array([[0.6, 0.0, 0.8]])
    axis, across = slanted[0], np.array([0.8, 0, -0.6])
    left = deposits(
        (0, tuple(axis * -1), tuple(axis * 3), 4.0),  # half of it lies within 2 cm
        (0, tuple(axis + 0.9 * across), tuple(axis + 0.9 * across), 1.0),
        (0, tuple(axis + 1.1 * across), tuple(axis + 1.1 * across), 1.0),
        (0, tuple(axis * 2.5), tuple(axis * 2.1), 1.0),
        (0, tuple(axis * 2.5), tuple(axis * 1.5), 1.0),  # backwards, half of it
    )
    got = near_axis(left, np.zeros((1, 3)), slanted, Starts(length=2))
    np.testing.assert_allclose(got, [2, 1, 0, 0, 0.5], atol=1e-12)
    assert not near_axis(left, np.full((1, 3), np.nan), slanted, Starts()).any()


def klein_nishina(energy: float) -> float:
    """Cross-section of a free electron [b] for photons of `energy` [MeV]; Klein and Nishina, Z. Phys. 52 (1929) 853."""
    k = energy / 0.51099895
    log = math.log(1 + 2 * k)
    first = (1 + k) / k**2 * (2 * (1 + k) / (1 + 2 * k) - log / k)
    return 2 * math.pi * 0.0794078 * (first + log / (2 * k) - (1 + 3 * k) / (1 + 2 * k) ** 2)


def interactions(energy: float, count: int) -> tuple[int, int, float]:
    """Compton scatters and pairs that end the first flight of photons of `energy` [GeV], and the way flown [cm]."""
    box = Box(x=(-10, 10), y=(-10, 10), z=(0, 10))
    vertex, direction = np.tile([0.0, 0, 1e-6], (count, 1)), np.repeat(ALONG_Z, count, axis=0)
    primaries = Primaries(np.full(count, PHOTON, np.int32), np.full(count, energy), vertex, direction)
    with geant4_data(None):
        followed = Detector(box, "option1", 0.05, 5).follow(primaries)
    table = starts_of(primaries, *followed, Starts(least=0))
    process = np.array(table["process"].to_pylist(), str)
    depth = table["depth"].to_numpy()  # those that fly through have none
    return np.sum(process == "compton"), np.sum(process == "pair"), float(np.where(np.isnan(depth), 10, depth).sum())


def test_compton_scattering_is_klein_and_nishina_s_and_falls_with_energy():
    electrons = 1.396 * 6.02214076e23 / 39.948 * 18 * 1e-24  # a cm and barn
    shares = []
    for energy, count in ((0.02, 2500), (0.1, 4000)):
        scatters, pairs, way = interactions(energy, count)
        expected = way * electrons * klein_nishina(1e3 * energy)
        assert abs(scatters - expected) < 3 * math.sqrt(expected) + 0.02 * expected  # 2 %: Geant4's parameters
        shares.append(scatters / (scatters + pairs))
    assert shares[1] < shares[0] / 2
    assert shares[1] < 0.1


def test_photons_of_high_energy_fly_9_7_radiation_lengths():
    _, pairs, way = interactions(5.0, 2000)
    expected = way * 7 / (9 * 14.0)  # 14.0 cm: PDG; the law is within some 3 % at 5 GeV
    assert abs(pairs - expected) < 3 * math.sqrt(expected) + 0.03 * expected


def test_telling_of_starts_leaves_showers_as_they_are(detector_box, simulation, readout):
    settings = Simulation(**{**simulation, "showers": 24, "shard_size": 12, "min_hits": 60})
    asked = 1, (ELECTRON, PHOTON), settings, Readout(**readout), detector_box, "axis"
    hits, events = simulate_shard(*asked)
    same, starts, same_events = simulate_shard(*asked, starts=Starts())
    assert (hits, events) == (same, same_events)
    assert events.schema.metadata == same_events.schema.metadata  # some were drawn again
    assert starts["event"].to_pylist() == list(range(12))
    assert [row["process"] is None for row in starts.to_pylist()] == [
        code == ELECTRON for code in events["pdg"].to_pylist()
    ]
    first = hits.filter(np.diff(hits["event"].to_numpy(), prepend=-1) > 0)
    between = [first[axis].to_numpy() - starts[axis].to_numpy() for axis in "xyz"]
    np.testing.assert_allclose(starts["off"].to_numpy(), np.linalg.norm(between, axis=0), rtol=1e-3, atol=1e-3)
    nearest = starts["nearest"].to_numpy()
    position, event = np.stack([hits[axis].to_numpy() for axis in "xyz"], axis=1), hits["event"].to_numpy()
    for row in starts.to_pylist():
        own = position[event == row["event"]] - [row[axis] for axis in "xyz"]
        assert nearest[row["event"]] == pytest.approx(np.linalg.norm(own, axis=1).min(), rel=1e-3, abs=1e-3)
    assert np.median(starts["off"].to_numpy()) < 1  # the study's order finds most starts
