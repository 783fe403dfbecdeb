"""The argon data against evaluated tables, and as files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from showergrid.sources.lartpc import argon

ATOMS_PER_GRAM = 6.02214076e23 / 39.948
MILLIBARN = 1e-27  # cm2

# NIST ESTAR, argon: radiative stopping power [MeV cm2/g] by kinetic energy [MeV].
ESTAR = {1: 2.748e-2, 2: 5.581e-2, 5: 0.1600, 10: 0.3595, 20: 0.7949, 50: 2.192, 100: 4.614, 500: 24.69, 1000: 50.07}

# NIST XCOM version 3.1, argon: photoelectric cross-section [barn] by energy [MeV].
XCOM = {0.004: 5.011e4, 0.01: 4.134e3, 0.03: 159.4, 0.1: 3.691, 0.3: 0.1215, 1.0: 5.696e-3}


def radiative_stopping_power(energy: float) -> float:
    """Integral of k dsigma/dk over the spectrum [MeV cm2/g]."""
    share = (np.arange(20_000) + 0.5) / 20_000
    beta_squared = energy * (energy + 2 * argon.ELECTRON_MASS) / (energy + argon.ELECTRON_MASS) ** 2
    scaled = argon.bremsstrahlung(np.array(float(energy)), share).mean()
    return ATOMS_PER_GRAM * MILLIBARN * argon.Z**2 / beta_squared * energy * scaled


@pytest.mark.parametrize("energy", sorted(ESTAR))
def test_bremsstrahlung_agrees_with_estar(energy):
    assert radiative_stopping_power(energy) == pytest.approx(ESTAR[energy], rel=0.03)


def test_bremsstrahlung_at_high_energy_gives_the_radiation_length():
    length = 1000 / radiative_stopping_power(1000)
    assert length == pytest.approx(19.55, rel=0.02)  # g/cm2, PDG
    assert length / 1.396 == pytest.approx(14.0, rel=0.02)  # cm


def test_bremsstrahlung_has_no_step_and_ends_at_zero():
    share = np.array(argon.PHOTON_SHARE)
    for energy in argon.ELECTRON_ENERGY:
        spectrum = argon.bremsstrahlung(np.array(energy), share)
        assert np.all(spectrum >= 1e-3)
        assert np.all(np.diff(spectrum[share <= 0.9]) < 0.5)


@pytest.mark.parametrize("energy", sorted(XCOM))
def test_photoelectric_effect_agrees_with_xcom(energy):
    assert argon.photoelectric(np.array(energy)) == pytest.approx(XCOM[energy], rel=0.03)


def test_photoelectric_fits_meet():
    below, above = argon.photoelectric(np.array([0.999999, 1.0]) * argon.PHOTOELECTRIC_KNEE)
    assert below == pytest.approx(above, rel=0.02)


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_the_folder_is_small_and_the_same_each_time(tmp_path):
    first, second = contents(argon.write(tmp_path / "one")), contents(argon.write(tmp_path / "other"))
    assert first == second == contents(argon.write(tmp_path / "one"))  # written over too
    assert len(first) == 105
    assert sum(map(len, first.values())) < 100_000


def test_the_bremsstrahlung_file_has_the_numbers_its_head_announces(tmp_path):
    argon.write(tmp_path)
    words = (tmp_path / "G4EMLOW8.8/brem_SB/br18").read_text().split()
    kind, shares, energies = map(int, words[:3])
    assert kind == 0
    values = np.array(words[3:], float)
    assert values.size == shares + energies + shares * energies
    share, energy, table = np.split(values, [shares, shares + energies])
    assert np.all(np.diff(share) > 0)
    assert np.all(np.diff(energy) > 0)
    expected = argon.bremsstrahlung(np.exp(energy)[:, None], share)
    np.testing.assert_allclose(table.reshape(energies, shares), expected, rtol=1e-4)
