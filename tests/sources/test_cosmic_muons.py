"""Cosmic muons: their spectrum and directions against known values, and as a sample beside interactions."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy.integrate import quad

from showergrid.events.detector import Box
from showergrid.plan.layers import merged, read_layers
from showergrid.sources import neutrinos
from showergrid.sources.nu.cosmic import INSIDE, cosmic_muons, vertical_intensity
from showergrid.sources.nu.cosmic_settings import MUON_MASS, CosmicMuons
from showergrid.sources.nu.events import simulate_shard
from showergrid.sources.nu.interactions import FinalStates, joined

ROOT = Path(__file__).parents[2]
STUDY = merged(read_layers(ROOT, [ROOT / "config/neutrinos/test.yaml"], {}))
DETECTOR = Box(**STUDY["detector"])
BOX = Box(x=(-100, 50), y=(-150, 50), z=(30, 330))
SIDE = np.array([150, 200, 300])
BOUNDS = np.array([(-100, 50), (-150, 50), (30, 330)]).T
COUNT = 40_000
# Kinetic energy [GeV] and range [cm] of muons in liquid argon, as docs/neutrino_detector.md has them by Bethe's formula
RANGES = np.array([(0.1, 30.4), (0.3, 123.6), (1, 442)]).T


def drawn(**changes) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Energy, PDG code, direction and place of entry of many muons."""
    sample = CosmicMuons(kind="cosmic_muons", **changes)
    states, entry = cosmic_muons(sample, COUNT, BOX, DETECTOR, np.random.default_rng(1))
    momentum = states.momentum[:, 1:]
    size = np.linalg.norm(momentum, axis=1)
    np.testing.assert_allclose(np.hypot(size, MUON_MASS), states.energy)
    return states.energy, states.pdg, momentum / size[:, None], entry


def passed(entry: np.ndarray, direction: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far along each line a box begins and ends [cm], by its slabs."""
    ends = (bounds[:, None] - entry) / direction
    return ends.min(axis=0).max(axis=1), ends.max(axis=0).min(axis=1)


@pytest.fixture(scope="module")
def muons():
    return drawn()


def test_the_spectrum_is_that_of_the_review_of_particle_physics():
    above = quad(vertical_intensity, 1, 2000, limit=200)[0] * 1e4
    assert above == pytest.approx(70, rel=0.2)  # 1/(m2 s sr), of vertical muons above 1 GeV/c
    energy, intensity = (
        quad(lambda e, power=power: e**power * vertical_intensity(e), 0.2, 2000, limit=400)[0] for power in (1, 0)
    )
    assert energy / intensity == pytest.approx(4, rel=0.2)  # GeV
    assert vertical_intensity(1000) / vertical_intensity(100) == pytest.approx(10**-3.2, rel=0.3)  # steeper than E^-2.7


def test_energies_follow_it_between_their_ends():
    energy = drawn(energy=(1, 50))[0]
    assert energy.min() > 1
    assert energy.max() < 50
    moments = [quad(lambda e, n=n: e**n * vertical_intensity(e), 1, 50)[0] for n in range(3)]
    mean, square = moments[1] / moments[0], moments[2] / moments[0]
    assert energy.mean() == pytest.approx(mean, abs=4 * np.sqrt((square - mean**2) / COUNT))


def test_positive_muons_are_more(muons):
    share = 1.2766 / 2.2766
    assert set(np.unique(muons[1])) == {-13, 13}
    assert np.mean(muons[1] == -13) == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / COUNT))


def test_directions_through_each_face(muons):
    """cos^3 through the top has a mean cosine of 4/5, cos^2 sin through a side 32 / (15 pi) = 0.679."""
    _, _, direction, entry = muons
    into = entry + direction * passed(entry, direction, BOUNDS)[0][:, None]
    top = np.isclose(into[:, 1], BOUNDS[1, 1], atol=1e-6)
    area = np.prod(SIDE) / SIDE
    share = area[1] * np.pi / 2 / (area[1] * np.pi / 2 + (area[0] + area[2]) * np.pi / 4)
    assert top.mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / COUNT))
    assert -direction[top, 1].mean() == pytest.approx(4 / 5, abs=4 * np.sqrt((2 / 3 - 16 / 25) / top.sum()))
    assert -direction[~top, 1].mean() == pytest.approx(32 / 15 / np.pi, abs=4 * 0.2 / np.sqrt((~top).sum()))
    assert direction[:, 1].max() < 0
    np.testing.assert_allclose(direction.mean(axis=0)[[0, 2]], 0, atol=4 / np.sqrt(COUNT))  # from all sides


def test_lines_are_as_dense_everywhere(muons):
    """The mean path in a box is its volume times the intensity over all directions, over that times the area shown."""
    _, _, direction, entry = muons
    start, end = passed(entry, direction, BOUNDS)
    path = end - start
    assert path.min() > 0  # all cross the box
    area = np.prod(SIDE) / SIDE
    expected = np.prod(SIDE) * 2 * np.pi / 3 / (area[1] * np.pi / 2 + (area[0] + area[2]) * np.pi / 4)
    assert path.mean() == pytest.approx(expected, abs=4 * path.std() / np.sqrt(COUNT))
    upper = np.array([BOUNDS[0], [BOUNDS[1, 0], -50, BOUNDS[1, 2]]])  # the lower half has half of it
    start, end = passed(entry, direction, upper)
    assert np.maximum(0, end - start).sum() / path.sum() == pytest.approx(1 / 2, abs=0.01)


def test_muons_enter_by_the_surface_of_the_detector(muons):
    entry = muons[3]
    low, high = np.array([getattr(DETECTOR, axis) for axis in "xyz"]).T
    depth = np.minimum(entry - low, high - entry).min(axis=1)
    assert np.all((depth > 0) & (depth <= INSIDE))


def settings(**changes) -> neutrinos.Parameters:
    return neutrinos.Parameters(**STUDY["neutrinos"] | {"reconstruction": None} | changes)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """Simulated in a process of its own: Geant4 reads its data once a process, perhaps those of showers."""
    told = neutrinos.Parameters(**neutrinos.told(settings(samples=["cosmic"], events=25, shard_size=25), 0))
    with ProcessPoolExecutor(1, get_context("spawn")) as process:  # without neutrinos it needs no cross-sections
        made = process.submit(simulate_shard, 0, told, {}, DETECTOR, "truth_time").result()[0]
    return {name: table.to_pandas() for name, table in made.items()}


def test_truth_without_a_neutrino(tables):
    events = tables["events"]
    nothing = ["neutrino", "protons", "charged_pions", "neutral_pions", "neutrons", "inelasticity"]
    assert (events[nothing] == 0).all(axis=None)
    assert events[["q2", "w"]].isna().all(axis=None)
    assert set(events["flavour"] + events["current"] + events["mode"]) == {"cosmicnonecosmic"}
    assert events["lepton_energy"].tolist() == events["energy"].tolist()
    prongs = tables["prongs"].merge(events, on="event", suffixes=("", "_event"))
    first = prongs[(prongs["kind"] == "muon") & (prongs["parent"] == 0)]
    assert len(first) == 25
    for own, of_event in (("energy", "energy_event"), *((axis, f"vertex_{axis}") for axis in "xyz")):
        np.testing.assert_allclose(first[own], first[of_event], rtol=1e-5, atol=1e-3)


def test_parts_are_joined_in_the_order_of_their_rows():
    """Two parts with two and one particles an event."""

    def states(count: int, each: int, mode: str, first: int) -> FinalStates:
        of_events = {name: np.full(count, float(first)) for name in ("energy", "q2", "w", "inelasticity")}
        return FinalStates(
            neutrino=np.full(count, first),
            charged=np.zeros(count, bool),
            mode=np.full(count, mode),
            **of_events,
            event=np.repeat(np.arange(count), each),
            pdg=first + np.arange(count * each),
            momentum=np.ones((count * each, 4)) * (first + np.arange(count * each))[:, None],
        )

    parts = [(np.array([0, 2]), states(2, 2, "qe", 10)), (np.array([1, 3, 4]), states(3, 1, "cosmic", 20))]
    together = joined(parts)
    assert together.mode.tolist() == ["qe", "cosmic", "qe", "cosmic", "cosmic"]
    assert together.energy.tolist() == together.neutrino.tolist() == [10, 20, 10, 20, 20]
    assert together.event.tolist() == [0, 0, 1, 2, 2, 3, 4]
    assert together.pdg.tolist() == together.momentum[:, 3].tolist() == [10, 11, 20, 12, 13, 21, 22]


def test_muons_stop_where_their_range_ends(tables):
    """Those with a range that ends in the detector leave all their kinetic energy there, the others some 2 MeV/cm."""
    events, prongs = tables["events"], tables["prongs"]
    muons = prongs[(prongs["kind"] == "muon") & (prongs["parent"] == 0)].merge(events, on="event", suffixes=("", "_of"))
    momentum = muons[["px", "py", "pz"]].to_numpy()
    direction = momentum / np.linalg.norm(momentum, axis=1)[:, None]
    bounds = np.array([getattr(DETECTOR, axis) for axis in "xyz"]).T
    path = passed(muons[["x", "y", "z"]].to_numpy(), direction, bounds)[1]
    kinetic = muons["energy"].to_numpy() - MUON_MASS
    reach = np.exp(np.interp(np.log(kinetic), np.log(RANGES[0]), np.log(RANGES[1]), right=np.inf))
    visible = muons["visible"].to_numpy()
    stops, leaves = reach < 0.95 * path, reach > 1.1 * path
    assert min(stops.sum(), leaves.sum()) >= 3
    assert np.all(visible[stops] > 0.95 * kinetic[stops])
    assert np.all(visible[leaves] < kinetic[leaves])
    loss = visible[leaves] * 1e3 / path[leaves]
    assert 2.0 < np.median(loss) < 3.2  # MeV/cm: 2.1 at the minimum, more by the relativistic rise and delta rays


def test_files_hold_no_cosmic_muons():
    with pytest.raises(ValidationError, match="cosmic is of cosmic muons, which files of interactions lack"):
        settings(samples=["numu", "cosmic"], interactions={"files": ["a.root"]})
    with pytest.raises(ValidationError, match="a muon has more than"):
        settings(definitions={"slow": {"kind": "cosmic_muons", "energy": [0.1, 1]}})
