"""Hadrons and muons that Geant4 carries through argon with the data that are written for it."""

from __future__ import annotations

import atexit
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing
from multiprocessing import get_context
from typing import ClassVar

import numpy as np
import pytest

from showergrid.events.detector import Box
from showergrid.sources.lartpc import hadron_data
from showergrid.sources.lartpc.geant4 import Detector, Primaries, geant4_data

DENSITY = 1.396  # g/cm3, Geant4's G4_lAr
ELECTRON_MASS, MUON_MASS, PION_MASS, PROTON_MASS = 0.510999, 105.658, 139.570, 938.272  # MeV, PDG
START = -900.0  # cm: z where all particles start, along z


class ArgonApart:
    """Argon in a process of its own: Geant4 reads its data once a process, and that of other tests may be there."""

    detector: ClassVar[Detector]

    def __init__(self) -> None:
        self._process = ProcessPoolExecutor(1, get_context("spawn"), self._start)

    @classmethod
    def _start(cls) -> None:
        data = ExitStack()
        data.enter_context(geant4_data(None, hadron_data.write))
        box = Box(x=(-500, 500), y=(-500, 500), z=(-1000, 1500))
        cls.detector = Detector(box, "option1", 0.05, 7, "FTFP_BERT")
        atexit.register(data.close)

    @classmethod
    def _call(cls, name: str, primaries: Primaries):
        return getattr(cls.detector, name)(primaries)

    def follow(self, primaries: Primaries):
        return self._process.submit(self._call, "follow", primaries).result()

    def first_interactions(self, primaries: Primaries) -> np.ndarray:
        return self._process.submit(self._call, "first_interactions", primaries).result()

    def close(self) -> None:
        self._process.shutdown()


@pytest.fixture(scope="module")
def argon():
    with closing(ArgonApart()) as apart:
        yield apart


def beam(pdg: int, energy: float, count: int) -> Primaries:
    """`count` particles of kinetic `energy` [GeV] along z."""
    vertex, direction = np.tile([0.0, 0.0, START], (count, 1)), np.tile([0.0, 0.0, 1.0], (count, 1))
    return Primaries(np.full(count, pdg, np.int32), np.full(count, energy), vertex, direction)


def bethe(energy: np.ndarray, mass: float) -> np.ndarray:
    """Mean energy loss in liquid argon [MeV cm2/g] of a particle of charge 1, kinetic energy and mass in MeV.

    PDG, Passage of particles through matter, equation of Bethe, with I = 188 eV and the density effect of Sternheimer,
    Berger and Seltzer, At. Data Nucl. Data Tables 30 (1984) 261.
    """
    gamma = 1 + energy / mass
    beta_gamma = np.sqrt(gamma**2 - 1)
    largest = 2 * ELECTRON_MASS * beta_gamma**2 / (1 + 2 * gamma * ELECTRON_MASS / mass + (ELECTRON_MASS / mass) ** 2)
    x = np.log10(beta_gamma)
    delta = np.where(x < 0.2, 0, 2 * np.log(10) * x - 5.2146 + 0.19559 * np.maximum(3 - x, 0) ** 3)
    logarithm = 0.5 * np.log(2 * ELECTRON_MASS * beta_gamma**2 * largest / 188e-6**2)
    beta_squared = 1 - gamma**-2
    return 0.307075 * 18 / 39.948 / beta_squared * (logarithm - beta_squared - delta / 2)


def csda_range(energy: float, mass: float) -> float:
    """Range [cm] of a particle that loses energy as `bethe` says, from kinetic `energy` to 1 MeV."""
    energies = np.geomspace(1.0, energy, 4000)
    return float(np.trapezoid(1 / bethe(energies, mass), energies)) / DENSITY


def test_the_independent_formula_has_the_minimum_of_the_pdg():
    assert bethe(np.geomspace(50, 1000, 500), MUON_MASS).min() == pytest.approx(1.508, rel=0.002)


@pytest.mark.parametrize(
    ("pdg", "energy", "mass"),
    [
        (-13, 0.1, MUON_MASS),
        (-13, 0.3, MUON_MASS),
        (-13, 1.0, MUON_MASS),
        (2212, 0.05, PROTON_MASS),
        (2212, 0.2, PROTON_MASS),
    ],
)
def test_ranges_are_those_of_bethe(argon, pdg, energy, mass):
    primaries = beam(pdg, energy, 60)
    deposits, track, _ = argon.follow(primaries)
    own = track == 1
    length = np.bincount(deposits.event[own], np.linalg.norm(deposits.end - deposits.start, axis=1)[own], 60)
    # Straggling is a few percent of a path; the median is not moved by the protons that interact
    assert np.median(length) == pytest.approx(csda_range(energy * 1e3, mass), rel=0.02)


@pytest.mark.parametrize(
    ("pdg", "energy", "mass"), [(13, 0.35, MUON_MASS), (13, 1.0, MUON_MASS), (2212, 0.5, PROTON_MASS)]
)
def test_energy_loss_is_that_of_bethe(argon, pdg, energy, mass):
    deposits, _, tracks = argon.follow(beam(pdg, energy, 300))
    hadrons = np.isin(tracks.pdg, (2112, 2212)) & (tracks.parent == 1) & (tracks.position[:, 2] < START + 60)
    whole = ~np.isin(deposits.event, tracks.event[hadrons])  # those that do not interact on the way
    middle = (deposits.start + deposits.end) / 2
    inside = whole & (np.abs(middle[:, 2] - START - 30) < 10) & (np.hypot(middle[:, 0], middle[:, 1]) < 20)
    loss = deposits.energy[inside].sum() / (300 - np.unique(tracks.event[hadrons]).size) / 20
    path = np.linspace(0, 30, 300)
    left = energy * 1e3
    for step in np.diff(path):
        left -= step * DENSITY * float(bethe(np.array(left), mass))
    assert loss == pytest.approx(DENSITY * float(bethe(np.array(left), mass)), rel=0.03)


def mean_free_path(argon: ArgonApart, pdg: int, energy: float, count: int) -> tuple[float, int]:
    """Path over collisions in which hadrons are made or charge is exchanged [cm], and the number of these."""
    deposits, track, tracks = argon.follow(beam(pdg, energy, count))
    made = (tracks.parent == 1) & np.isin(tracks.pdg, (2112, 2212, 211, -211, 111))
    first = np.full(count, np.inf)
    distance = np.linalg.norm(tracks.position - [0, 0, START], axis=1)
    np.minimum.at(first, tracks.event[made], distance[made])
    own = track == 1
    stopped = np.bincount(deposits.event[own], np.linalg.norm(deposits.end - deposits.start, axis=1)[own], count)
    collided = np.isfinite(first)
    return float(np.where(collided, first, stopped).sum() / collided.sum()), int(collided.sum())


# Nuclear interaction length of liquid argon: 119.7 g/cm2 (PDG), 85.7 cm; Letaw et al. have 518 to 601 mb, 79 to 92 cm.
@pytest.mark.parametrize(("pdg", "energy"), [(2212, 0.4), (2212, 1.0), (2112, 0.2), (2112, 1.0)])
def test_mean_free_paths_of_nucleons(argon, pdg, energy):
    path, collisions = mean_free_path(argon, pdg, energy, 1000)
    assert path == pytest.approx(85.7, rel=0.15)  # statistics: 3 to 4 %
    assert collisions > 500


def test_mean_free_paths_of_pions(argon):
    """At 1 GeV between those of nucleons and of fast pions (PDG: 149 g/cm2, 107 cm); shorter at the Delta."""
    fast, _ = mean_free_path(argon, 211, 1.0, 400)
    slow, _ = mean_free_path(argon, 211, 0.25, 400)
    assert 70 < fast < 107  # statistics: 4
    assert slow < 0.9 * fast


def electrons_of_muons(argon: ArgonApart, pdg: int, count: int) -> float:
    """Share of particles of 0.1 GeV that end with an electron of more than 5 MeV from the decay of a muon."""
    *_, tracks = argon.follow(beam(pdg, 0.1, count))
    width = tracks.number.max() + 1
    row = np.searchsorted(tracks.event * width + tracks.number, tracks.event * width + tracks.parent)
    of_muon = (tracks.parent > 0) & (np.abs(tracks.pdg[np.minimum(row, row.size - 1)]) == 13)
    return np.unique(tracks.event[of_muon & (np.abs(tracks.pdg) == 11) & (tracks.energy > 0.005)]).size / count


def test_muons_decay_or_are_captured(argon):
    # mu-: lifetime in argon 0.54 us of 2.197 us in vacuum; the bound decay is slower by less than 2 %
    assert electrons_of_muons(argon, 13, 800) == pytest.approx(0.54 / 2.197, abs=0.05)  # statistics: 0.015
    assert electrons_of_muons(argon, -13, 100) > 0.97  # of a Michel spectrum 0.4 % is below 5 MeV


def test_kaons_decay(argon):
    *_, tracks = argon.follow(beam(321, 0.05, 400))
    from_kaon = tracks.parent == 1
    for pdg, share in ((-13, 0.6356 + 0.0335), (211, 0.2067 + 0.0176 + 2 * 0.0558)):  # PDG; K mu3 and pi modes too
        number = np.bincount(tracks.event[from_kaon & (tracks.pdg == pdg)], minlength=400)
        assert number.mean() == pytest.approx(share, abs=0.1)  # statistics: 0.03; a few kaons are absorbed


def test_photons_convert(argon):
    # 9/7 of the radiation length of 14.0 cm in the limit of high energies; at 1 GeV 5 % more
    first = argon.first_interactions(beam(22, 1.0, 2000))[:, 2] - START
    assert first.mean() == pytest.approx(18.0 * 1.05, rel=0.08)


def test_cross_sections_are_those_of_letaw():
    energy = np.array([100.0, 1000.0])
    # By hand: 45 x 39.948^0.7 = 594.6, x (1 + 0.016 sin(5.3 - 2.63 x 3.6876)) = 603.9
    # 1 - 0.62 exp(-0.5) sin(10.9 x 0.27542) = 0.9475; 1 - 0.62 exp(-5) sin(10.9 x 0.14454) = 0.9958
    np.testing.assert_allclose(hadron_data.reaction(energy), 603.9 * np.array([0.9475, 0.9958]), rtol=2e-3)
    assert hadron_data.capture(np.array([hadron_data.THERMAL])) == pytest.approx(660)
