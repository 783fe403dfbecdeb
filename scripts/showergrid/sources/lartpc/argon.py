"""A Geant4 data folder for argon alone, written from formulas.

Geant4 reads its cross-sections from some 2 GB of files. Electrons, positrons and photons in pure liquid argon, with
its electromagnetic physics `option1` or `option2`, need the few below; Geant4 computes all else (ionisation,
pair production, Compton and multiple scattering) from formulas of its own.

| file | what it holds here |
|---|---|
| brem_SB/br18 | bremsstrahlung below 1 GeV: Koch and Motz's formula 3BS, `bremsstrahlung` |
| epics2017/phot/pe-*-18.dat | photoelectric effect, `photoelectric` |
| gamma/inel1 ... inel100 | photonuclear cross-section: zero |
| ENSDFSTATE.dat | no excited nuclei |

This switches off photonuclear reactions (below 1 % of photon interactions at the energies of showers), Rayleigh
scattering (which moves no energy), fluorescence and Auger electrons after photoelectric effect (3 keV and less, 0.1 %
of the range of a hit), radioactive decays, hadrons. The folders' names belong to one version of Geant4, which the
package calzone fixes.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

Z = 18
ELECTRON_MASS = 0.51099895  # MeV, CODATA 2018
FINE_STRUCTURE = 1 / 137.035999084  # CODATA 2018
ELECTRON_RADIUS_SQUARED = 79.4078  # mb, square of 2.8179403 fm
K_EDGE = 0.003206  # MeV, Bearden and Burr, Rev. Mod. Phys. 39 (1967) 125

# Geant4's variables, and the folders in which it looks where they are not set.
FOLDERS = {
    "G4NEUTRONHPDATA": "G4NDL4.7.1",
    "G4LEDATA": "G4EMLOW8.8",
    "G4LEVELGAMMADATA": "PhotonEvaporation6.1.2",
    "G4RADIOACTIVEDATA": "RadioactiveDecay6.1.2",
    "G4PARTICLEXSDATA": "G4PARTICLEXS4.2",
    "G4PIIDATA": "G4PII1.3",
    "G4REALSURFACEDATA": "RealSurface2.2",
    "G4SAIDXSDATA": "G4SAIDDATA2.0",
    "G4ABLADATA": "G4ABLA3.3",
    "G4INCLDATA": "G4INCL1.3",
    "G4ENSDFSTATEDATA": "G4ENSDFSTATE3.0",
    "G4CHANNELINGDATA": "G4CHANNELING2.0",
}

# Photoelectric cross-section of argon above the K edge as sum_i a_i / (E / MeV)^i, i = 1 to 6 [barn]: the form in
# which Geant4 takes it (G4LivermorePhotoElectricModel), fitted to the evaluation of Elam, Ravel and Sieber, Radiat.
# Phys. Chem. 63 (2002) 121, on either side of PHOTOELECTRIC_KNEE. tests/sources/test_argon.py compares with NIST XCOM.
PHOTOELECTRIC_KNEE = 0.05  # MeV
PHOTOELECTRIC_LOW = (0.23547712, -0.038099991, 0.0057126267, -1.5451351e-05, 3.7219883e-08, -5.3240978e-11)
PHOTOELECTRIC_HIGH = (0.0020552716, 0.001911181, 0.0014370267, 0.00039088797, -2.3911425e-05, 5.4766667e-07)

# Share of the electron's energy that the photon takes, dense at both ends, where the spectrum bends.
PHOTON_SHARE = (
    *(0.05 * i for i in range(19)),
    *(0.925, 0.95, 0.97, 0.99, 0.995, 0.999, 0.9995, 0.9999, 1.0),
)
ELECTRON_ENERGY = tuple(10 ** (i / 8 - 3) for i in range(57))  # MeV, 1 keV to 10 GeV


def bremsstrahlung(energy: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Scaled bremsstrahlung cross-section of electrons in argon.

    Koch and Motz, Rev. Mod. Phys. 31 (1959) 920, formula 3BS: the Born approximation with the screening of a
    Thomas-Fermi atom in the form of Butcher and Messel, Nucl. Phys. 20 (1960) 15, for E = T + m, E' = E - k,
    delta = 136 Z^(-1/3) m k / (E E'):

        k dsigma/dk = alpha r_e^2 Z (Z + xi) [(1 + (E'/E)^2) (phi1 - F) - 2/3 (E'/E) (phi2 - F)]
        phi1 = 20.867 - 3.242 delta + 0.625 delta^2, phi2 = 20.209 - 1.930 delta - 0.086 delta^2    (delta <= 1)
        phi1 = phi2 = 21.12 - 4.184 ln(delta + 0.952)                                               (delta > 1)

    F = 4/3 ln Z + 4 f_C above 50 MeV, where the Coulomb correction f_C of Davies, Bethe and Maximon, Phys. Rev. 93
    (1954) 788, holds, and without it below. The field of the electrons enters through
    xi = ln(1440 Z^(-2/3)) / (ln(183 Z^(-1/3)) - f_C) (Nelson, Hirayama and Rogers, The EGS4 code system,
    SLAC-265 (1985), section 2.7). Within 3 % of Seltzer and Berger's evaluation above 10 MeV.

    Args:
        energy: kinetic energy T of the electron [MeV].
        share: k / T, 0 to 1; broadcast against `energy`.

    Returns:
        (beta / Z)^2 k dsigma/dk [mb], the quantity of Seltzer and Berger's tables, not below 0.001.
    """
    squared = (FINE_STRUCTURE * Z) ** 2
    coulomb = squared * (1 / (1 + squared) + 0.20206 - 0.0369 * squared + 0.0083 * squared**2 - 0.002 * squared**3)
    electrons = math.log(1440 * Z ** (-2 / 3)) / (math.log(183 * Z ** (-1 / 3)) - coulomb)
    total = energy + ELECTRON_MASS
    photon = np.maximum(share * energy, 1e-9)
    left = total - photon
    delta = 136 * Z ** (-1 / 3) * ELECTRON_MASS * photon / (total * left)
    screened = delta <= 1
    outside = 21.12 - 4.184 * np.log(delta + 0.952)
    phi1 = np.where(screened, 20.867 - 3.242 * delta + 0.625 * delta**2, outside)
    phi2 = np.where(screened, 20.209 - 1.930 * delta - 0.086 * delta**2, outside)
    correction = 4 / 3 * math.log(Z) + np.where(total > 50, 4 * coulomb, 0.0)
    shape = (1 + (left / total) ** 2) * np.maximum(phi1 - correction, 0)
    shape = shape - 2 / 3 * left / total * np.maximum(phi2 - correction, 0)
    beta_squared = energy * (energy + 2 * ELECTRON_MASS) / total**2
    scale = FINE_STRUCTURE * ELECTRON_RADIUS_SQUARED * (Z + electrons) / Z
    return np.maximum(beta_squared * scale * shape, 1e-3)


def photoelectric(energy: np.ndarray) -> np.ndarray:
    """Photoelectric cross-section of an argon atom above its K edge [barn]; `energy` of the photon in MeV."""
    powers = np.asarray(energy)[..., None] ** -np.arange(1.0, 7.0)
    low, high = powers @ np.array(PHOTOELECTRIC_LOW), powers @ np.array(PHOTOELECTRIC_HIGH)
    return np.where(np.asarray(energy) < PHOTOELECTRIC_KNEE, low, high)


def write(root: Path) -> Path:
    """Write the data folder `root` for Geant4's GEANT4_DATA_DIR: about 100 files, 90 kB; the same bytes each time.

    The process that writes them reads them, so none is flushed to disk, which would take longer than all else here.
    """
    for folder in FOLDERS.values():
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, text in _files().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def _files() -> dict[str, str]:
    photon = "G4EMLOW8.8/epics2017/phot/pe-"
    nuclear = "1.0 150.0 3\n3\n1.0 0\n10.0 0\n150.0 0\n"  # lowest and highest energy, number of points; MeV, mb
    return {
        "G4EMLOW8.8/brem_SB/br18": _bremsstrahlung_table(),
        f"{photon}low-18.dat": _photoelectric_fit(K_EDGE, PHOTOELECTRIC_LOW),
        f"{photon}high-18.dat": _photoelectric_fit(PHOTOELECTRIC_KNEE, PHOTOELECTRIC_HIGH),
        f"{photon}cs-18.dat": _photoelectric_points(),
        "G4ENSDFSTATE3.0/ENSDFSTATE.dat": "",
        **{f"G4PARTICLEXS4.2/gamma/inel{z}": nuclear for z in range(1, 101)},
    }


def _bremsstrahlung_table() -> str:
    """Text of a G4Physics2DVector: type, sizes, shares, logarithms of energies, one line of values an energy."""
    energy, share = np.array(ELECTRON_ENERGY), np.array(PHOTON_SHARE)
    lines = [f"0 {share.size} {energy.size}", _numbers(share), _numbers(np.log(energy))]
    lines += [_numbers(row) for row in bremsstrahlung(energy[:, None], share)]
    return "\n".join(lines) + "\n"


def _photoelectric_fit(lowest: float, coefficients: tuple[float, ...]) -> str:
    """Text of a fit: one shell, one parameter row, from `lowest` MeV on; the K edge and the six coefficients."""
    return f"1 1 {lowest}\n{K_EDGE} {_numbers(np.array(coefficients))}\n"


def _photoelectric_points() -> str:
    """Text of the K shell's tabulated cross-section times the cube of the energy, from the K edge to 60 keV."""
    edge = K_EDGE * 1.0001
    energy = edge * (0.06 / edge) ** (np.arange(41) / 40)
    value = (energy[:, None] ** -np.arange(1.0, 7.0)) @ np.array(PHOTOELECTRIC_LOW) * energy**3
    head = f"{energy[0]:.8g} {energy[-1]:.8g} {energy.size}\n{energy.size}\n"
    return head + "".join(f"{e:.8g} {v:.8g}\n" for e, v in zip(energy, value, strict=True))


def _numbers(values: np.ndarray) -> str:
    return " ".join(f"{value:.8g}" for value in values)
