"""Cross-sections of neutrons and light ions in argon for Geant4, written from formulas beside those of `argon`.

Geant4's physics list FTFP_BERT has those of protons, pions and kaons in its code (Barashenkov, with Glauber
and Gribov above 91 GeV) and reads those of the files below. What happens in a collision it computes too (Bertini's
cascade, pre-equilibrium, evaporation). Without its files of levels, the photons of excited nuclei and of captures
have no true lines.

| file | what it holds here |
|---|---|
| neutron/inel18 | `reaction` from the first excited state of 40Ar on |
| neutron/el18 | `elastic` |
| neutron/cap18 | `capture` |
| proton, deuteron, triton, He3, alpha/inel18 | `reaction`; of ions times `ION` |
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from showergrid.sources.lartpc import argon

NUCLEONS = 39.948  # of argon, mean atomic mass; 99.6 % are 40Ar
MILLIBARN = 1e-25  # mm2, Geant4's unit
FIRST_LEVEL = 1.4608  # MeV, first excited state of 40Ar: Chen, Nucl. Data Sheets 140 (2017) 1
THERMAL = 2.53e-8  # MeV: 2200 m/s
THERMAL_CAPTURE = 660.0  # mb at THERMAL: Mughabghab, Atlas of Neutron Resonances
LEAST_REACTION = 20.0  # MeV: below it the formula is not meant to hold, and its value there is taken
OPENING = 4.0  # MeV over which the reactions open above FIRST_LEVEL; rough
ION = 1.2  # reaction of a light ion over that of a proton: (a^(1/3) + 40^(1/3))^2 / (1 + 40^(1/3))^2, 1.12 to 1.28
REDUCED_WAVELENGTH = 4.55  # fm of a neutron of 1 MeV: 197.327 / sqrt(2 x 939.565)
ELEMENTS = range(1, 93)  # Geant4 opens the files of all, whatever the matter is; each holds the numbers of argon
RADIUS = 1.25  # fm, of a nucleus of one nucleon
NEUTRON_ENERGY = np.logspace(-8, np.log10(2e4), 240)  # MeV
ION_ENERGY = np.logspace(0, np.log10(2e4), 80)  # MeV


def reaction(energy: np.ndarray) -> np.ndarray:
    """Inelastic cross-section of nucleons of `energy` [MeV] in argon [mb].

    Letaw, Silberberg and Tsao, Astrophys. J. Suppl. 51 (1983) 271:

        sigma = 45 A^0.7 (1 + 0.016 sin(5.3 - 2.63 ln A)) (1 - 0.62 exp(-E / 200) sin(10.9 E^-0.28))
    """
    energy = np.maximum(energy, LEAST_REACTION)
    high = 45 * NUCLEONS**0.7 * (1 + 0.016 * np.sin(5.3 - 2.63 * np.log(NUCLEONS)))
    return high * (1 - 0.62 * np.exp(-energy / 200) * np.sin(10.9 * energy**-0.28))


def elastic(energy: np.ndarray) -> np.ndarray:
    """Elastic cross-section of neutrons of `energy` [MeV] in argon [mb]: that of a black disc, pi (R + lambdabar)^2.

    Without the resonances below 1 MeV, and without the window at 57 keV in which argon is nearly transparent.
    """
    radius = RADIUS * NUCLEONS ** (1 / 3)
    wavelength = REDUCED_WAVELENGTH / np.sqrt(np.maximum(energy, 1.0))
    return 10 * np.pi * (radius + wavelength) ** 2  # fm2 to mb


def capture(energy: np.ndarray) -> np.ndarray:
    """Cross-section for the capture of neutrons of `energy` [MeV] in argon [mb]: 1 / v up to 1 MeV, 1 / E above."""
    slow = THERMAL_CAPTURE * np.sqrt(THERMAL / energy)
    return slow * np.where(energy < 1, 1.0, energy**-0.5)


def write(root: Path) -> Path:
    """Write the data folder `root` for FTFP_BERT: the files of `argon.write` and those of the table above."""
    argon.write(root)
    opened = np.clip((NEUTRON_ENERGY - FIRST_LEVEL) / OPENING, 0, 1)
    ions = ("deuteron", "triton", "He3", "alpha")
    tables = {
        "neutron/inel": (NEUTRON_ENERGY, reaction(NEUTRON_ENERGY) * opened),
        "neutron/el": (NEUTRON_ENERGY, elastic(NEUTRON_ENERGY)),
        "neutron/cap": (NEUTRON_ENERGY, capture(NEUTRON_ENERGY)),
        "proton/inel": (ION_ENERGY, reaction(ION_ENERGY)),
        **{f"{name}/inel": (ION_ENERGY, reaction(ION_ENERGY) * ION) for name in ions},
    }
    for name, (energy, cross_section) in tables.items():
        text = _vector(energy, cross_section * MILLIBARN)
        for z in ELEMENTS:
            path = root / "G4PARTICLEXS4.2" / f"{name}{z}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return root


def _vector(energy: np.ndarray, values: np.ndarray) -> str:
    """Text of a G4PhysicsVector: lowest and highest energy, number of points; the points."""
    head = f"{energy[0]:.8g} {energy[-1]:.8g} {energy.size}\n{energy.size}\n"
    return head + "".join(f"{e:.8g} {v:.8g}\n" for e, v in zip(energy, values, strict=True))
