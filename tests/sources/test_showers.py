"""The simulated showers against numbers from outside: tables, formulas and conservation of energy.

Every sample has a fixed seed. Tolerances are four standard errors of the sample, plus the accuracy of what is compared
with where the literature states one.
"""

from __future__ import annotations

import numpy as np
import pytest

from showergrid.core.seeds import generator
from showergrid.events.detector import Box
from showergrid.sources.lartpc.geant4 import Deposits, Detector, Primaries, draw, geant4_data
from showergrid.sources.lartpc.readout import read_out
from showergrid.sources.lartpc.settings import Readout, Simulation

DENSITY = 1.396  # g/cm3, of Geant4's G4_lAr
MOLAR_MASS = 39.948  # g/mol
RADIATION_LENGTH = 19.55 / DENSITY  # cm; PDG, Atomic and nuclear properties of materials
ELECTRON_MASS = 0.51099895  # MeV
PLASMA_ENERGY = 22.85e-6  # MeV; PDG, of liquid argon at 1.396 g/cm3
ELECTRON, PHOTON = 11, 22

# NIST XCOM (Berger and Hubbell, version 3.1), argon: incoherent scattering, photoelectric effect, pairs in the field of
# the nucleus and of the electrons [barn]; coherent scattering, which is switched off, left out.
XCOM = {
    0.1: 1.490e-1 + 1.791e-5 + 1.791 + 9.573e-2,
    0.3: 5.896e-2 + 5.915e-6 + 2.129 + 1.245e-1,
    1.0: 2.103e-2 + 1.769e-6 + 2.323 + 1.440e-1,
    2.0: 1.137e-2 + 8.837e-7 + 2.380 + 1.503e-1,
}


@pytest.fixture(scope="module", autouse=True)
def data():
    with geant4_data(None):
        yield


def detector(z: tuple[float, float], half_width: float, seed: int) -> Detector:
    box = Box(x=(-half_width, half_width), y=(-half_width, half_width), z=z)
    return Detector(box, em_model="option1", production_cut=0.05, seed=seed)


def beam(count: int, pdg: int, energy: float, vertex: tuple[float, float, float] = (0, 0, 0)) -> Primaries:
    """`count` particles of `energy` GeV along z."""
    return Primaries(
        pdg=np.full(count, pdg, np.int32),
        energy=np.full(count, energy),
        vertex=np.tile(np.array(vertex, float), (count, 1)),
        direction=np.tile([0.0, 0.0, 1.0], (count, 1)),
    )


def most_probable_loss(length: float) -> float:
    """Most probable energy loss of a relativistic particle of charge 1 in `length` cm of liquid argon [MeV].

    PDG, Review of particle physics, Passage of particles through matter, "Fluctuations in energy loss", for large
    beta gamma, where the density effect is saturated: xi (ln(2 m xi / (hbar omega_p)^2) + 0.200), Landau's value with
    Bichsel's constant, xi = (K / 2) (Z / A) x.
    """
    xi = 0.307075 / 2 * 18 / MOLAR_MASS * DENSITY * length
    return xi * (np.log(2 * ELECTRON_MASS * xi / PLASMA_ENERGY**2) + 0.200)


def mode(values: np.ndarray, near: float) -> float:
    """Most probable value: the maximum of a cubic through the logarithm of the histogram, 12 % to either side.

    On samples of Landau's distribution it is right within 0.1 %.
    """
    counts, edges = np.histogram(values, bins=near * np.arange(0.5, 2, 0.03))
    centre = (edges[1:] + edges[:-1]) / 2
    peak = int(np.convolve(counts, np.ones(5), "same").argmax())
    around = slice(max(peak - 4, 0), peak + 5)
    counts = np.maximum(counts[around], 0.5)
    curve = np.polyfit(centre[around] - centre[peak], np.log(counts), 3, w=np.sqrt(counts))
    roots = np.roots(np.polyder(curve))
    roots = roots[np.isreal(roots)].real
    return float(centre[peak] + roots[np.argmin(np.abs(roots))]) if roots.size else float(centre[peak])


def error_of_mode(values: np.ndarray, near: float) -> float:
    random = generator(0, "bootstrap")
    return float(np.std([mode(random.choice(values, values.size), near) for _ in range(50)]))


def deposited(deposits: Deposits, start: np.ndarray, length: float) -> np.ndarray:
    """Energy (E,) [MeV] deposited before start (E,) + length along z; a step that crosses counts in proportion."""
    low, high = np.sort([deposits.start[:, 2], deposits.end[:, 2]], axis=0) - start[deposits.event]
    long = high > low
    share = np.where(long, (np.minimum(high, length) - low) / np.where(long, high - low, 1), low < length)
    return np.bincount(deposits.event, deposits.energy * np.clip(share, 0, 1), start.size)


def test_electrons_start_as_one_minimum_ionising_particle():
    count, length = 20_000, 1.2
    deposits = detector((-3, 3), 10, seed=1).run(beam(count, ELECTRON, 1.0))
    energy = deposited(deposits, np.zeros(count), length)
    expected = most_probable_loss(length)
    assert 4 * error_of_mode(energy, expected) < 0.02 * expected
    assert mode(energy, expected) == pytest.approx(expected, rel=0.05)


def photon_starts(count: int) -> tuple[Deposits, np.ndarray, np.ndarray]:
    """Deposits of photons of 1 GeV, the z of the first deposit of each, and whether that is in the first 30 cm."""
    deposits = detector((-3, 34), 10, seed=2).run(beam(count, PHOTON, 1.0))
    order = np.lexsort((deposits.time[:, 0], deposits.event))
    event, first = np.unique(deposits.event[order], return_index=True)
    start = np.full(count, 100.0)
    start[event] = deposits.start[order[first], 2]
    return deposits, start, start < 30


def test_photons_start_as_two_minimum_ionising_particles():
    count, length = 3000, 1.2
    deposits, start, converted = photon_starts(count)
    energy = deposited(deposits, start, length)[converted]
    # Two particles together lose what one loses in twice the length: 2.07 times one particle's loss.
    both = most_probable_loss(2 * length)
    assert mode(energy, both) == pytest.approx(both, rel=0.05 + 4 * error_of_mode(energy, both) / both)


@pytest.mark.parametrize("model", ["birks", "modified_box"])
def test_recombination_undone_gives_the_start_of_electrons_again(model, readout):
    count, length = 20_000, 1.2  # a whole number of cubes of 3 mm
    vertex = (150.15, 0.15, 0.0)  # in the middle of a row of cubes
    settings = Readout(
        **{
            **readout,
            "merging": 0,
            "clustering": None,
            "recombination": {**readout["recombination"], "model": model},
        }
    )
    box = Box(x=(-200, 200), y=(-10, 10), z=(-3, 6))
    argon = Detector(box, em_model="option1", production_cut=0.05, seed=3)
    primaries = beam(count, ELECTRON, 1.0, vertex)
    hits = read_out(argon.run(primaries), primaries.vertex, box, settings, generator(3, "readout"))
    chosen = (hits.position[:, 2] > -0.6) & (hits.position[:, 2] < length)
    lived = np.exp(-(200 - vertex[0]) / settings.drift_velocity / settings.lifetime)
    electrons = np.bincount(hits.event[chosen], hits.charge[chosen], count) / settings.gain / lived
    collected = electrons * settings.ionisation_energy * 1e-6 / length  # MeV/cm that escaped recombination
    if model == "birks":
        law = settings.recombination.birks
        density = collected / (law.a - law.k * collected / (settings.density * settings.field))
    else:
        law = settings.recombination.modified_box
        beta = law.beta / (settings.density * settings.field)
        density = (np.exp(beta * collected) - law.alpha) / beta
    expected = most_probable_loss(length) / length
    assert 4 * error_of_mode(density, expected) < 0.03 * expected
    assert mode(density, expected) == pytest.approx(expected, rel=0.05)


def test_recombination_undone_gives_two_particles_for_photons(readout):
    count, length = 3000, 1.2
    settings = Readout(**{**readout, "merging": 0, "clustering": None})
    deposits, start, converted = photon_starts(count)
    shift = np.array([150.15, 0.15, 0.0])
    moved = Deposits(deposits.event, deposits.start + shift, deposits.end + shift, deposits.energy, deposits.time)
    box = Box(x=(-200, 200), y=(-10, 10), z=(-3, 34))
    hits = read_out(moved, np.tile(shift, (count, 1)), box, settings, generator(4, "readout"))
    # The first deposit lies anywhere in its cube: the length begins with the next one.
    first = np.ceil(start / settings.pitch) * settings.pitch
    depth = hits.position[:, 2] - first[hits.event]
    chosen = (depth > 0) & (depth < length)
    lived = np.exp(-(200 - shift[0]) / settings.drift_velocity / settings.lifetime)
    electrons = np.bincount(hits.event[chosen], hits.charge[chosen], count)[converted]
    collected = electrons / settings.gain / lived * settings.ionisation_energy * 1e-6 / length
    law = settings.recombination.modified_box
    beta = law.beta / (settings.density * settings.field)
    # Geant4's electron and positron recombine each on its own, so each is undone with half of the charge.
    density = 2 * (np.exp(beta * collected / 2) - law.alpha) / beta
    both = most_probable_loss(2 * length) / length
    assert mode(density, both) == pytest.approx(both, rel=0.05 + 4 * error_of_mode(density, both) / both)


@pytest.mark.parametrize("energy", sorted(XCOM))
def test_photons_convert_after_the_tabulated_mean_path(energy):
    count = 10_000
    depth = detector((0, 600), 100, seed=5).first_interactions(beam(count, PHOTON, energy))[:, 2]
    expected = MOLAR_MASS / (0.602214076 * DENSITY * XCOM[energy])
    # Hubbell, Gimm and Overbo, J. Phys. Chem. Ref. Data 9 (1980) 1023: pair production is known to 1 to 2 %.
    assert depth.mean() == pytest.approx(expected, rel=0.02 + 4 / np.sqrt(count))
    # An exponential distribution: its standard deviation is its mean, its median ln 2 of that.
    assert depth.std() == pytest.approx(depth.mean(), rel=4 * np.sqrt(2 / count))
    assert np.median(depth) == pytest.approx(np.log(2) * depth.mean(), rel=4 / np.sqrt(count) / np.log(2))


def maximum(profile: np.ndarray, depth: np.ndarray) -> float:
    """Depth of the maximum of the gamma distribution that fits an average profile: t^(a - 1) e^(-b t)."""
    design = np.stack([np.ones(depth.size), np.log(depth), -depth], axis=1) * np.sqrt(profile)[:, None]
    _, power, slope = np.linalg.lstsq(design, np.log(profile) * np.sqrt(profile), rcond=None)[0]
    return float(power / slope)


def test_shower_maximum_grows_with_the_logarithm_of_the_energy_and_is_deeper_for_photons():
    energies, count = np.array([0.2, 0.5, 1.0, 2.0]), 120
    argon = detector((-100, 700), 300, seed=6)
    edges = np.arange(0.5, 10.1, 0.25)  # radiation lengths
    depth = (edges[1:] + edges[:-1]) / 2
    random = generator(6, "bootstrap")
    maxima = {}
    for pdg in (ELECTRON, PHOTON):
        for energy in energies:
            deposits = argon.run(beam(count, pdg, energy))
            middle = (deposits.start[:, 2] + deposits.end[:, 2]) / 2 / RADIATION_LENGTH
            profile = np.histogram2d(
                deposits.event, middle, bins=[np.arange(count + 1), edges], weights=deposits.energy
            )[0]
            samples = [random.integers(count, size=count) for _ in range(60)]
            maxima[pdg, energy] = np.array(
                [maximum(profile.sum(axis=0), depth), *(maximum(profile[rows].sum(axis=0), depth) for rows in samples)]
            )
    peaks = {pdg: np.stack([maxima[pdg, energy] for energy in energies]) for pdg in (ELECTRON, PHOTON)}  # (4, 61)
    for pdg, peak in peaks.items():
        assert np.all(np.diff(peak[:, 0]) > 0), pdg
        slope = np.polyfit(np.log(energies), peak, 1)[0]
        # PDG, Electromagnetic cascades: t_max = ln(E / E_c) + C, C = -0.5 for electrons and +0.5 for photons. The
        # formula is for shower energies well above E_c = 33 MeV, hence 0.15 beside the statistical error.
        assert slope[0] == pytest.approx(1, abs=0.15 + 4 * slope[1:].std()), pdg
    later = (peaks[PHOTON] - peaks[ELECTRON]).mean(axis=0)
    assert later[0] - 4 * later[1:].std() > 0
    assert later[0] == pytest.approx(1, abs=0.15 + 4 * later[1:].std())


@pytest.mark.parametrize("pdg", [ELECTRON, PHOTON])
def test_energy_is_conserved_where_nothing_escapes(pdg):
    count = 25
    box = Box(x=(-1000, 1000), y=(-1000, 1000), z=(-500, 1500))
    deposits = Detector(box, em_model="option1", production_cut=0.05, seed=7).run(beam(count, pdg, 0.5))
    total = np.bincount(deposits.event, deposits.energy, count)
    np.testing.assert_allclose(total, 500.0, rtol=1e-3)  # a few photons leave even 20 m of argon


def test_no_more_energy_is_deposited_than_came_in(simulation, detector_box):
    settings = Simulation(**simulation)
    argon = Detector(detector_box, settings.em_model, settings.production_cut, seed=8)
    primaries = draw(np.resize([ELECTRON, PHOTON], 60), settings, generator(8, "primaries"))
    deposits = argon.run(primaries)
    total = np.bincount(deposits.event, deposits.energy, 60) / 1e3
    assert np.all(
        total <= primaries.energy * (1 + 1e-9) + 1.1e-3
    )  # a positron brings the energy of two electrons at rest
    for axis, name in enumerate(("x", "y", "z")):
        low, high = getattr(detector_box, name)
        for position in (deposits.start[:, axis], deposits.end[:, axis]):
            assert position.min() >= low - 1e-6
            assert position.max() <= high + 1e-6


def test_a_particle_that_leaves_at_once_deposits_nothing():
    argon = detector((-1, 1), 1, seed=9)
    photon = beam(1, PHOTON, 1.0, vertex=(0, 0, 1 - 1e-9))
    assert argon.run(photon).energy.size == 0
    deposits = argon.run(beam(1, ELECTRON, 1.0))  # lines without a point, or the other way round, are no trouble
    assert deposits.energy.sum() > 0
