"""Quasi-elastic scattering off a free nucleon, and elastic scattering by the neutral current, with dipole form factors.

C. H. Llewellyn Smith, Phys. Rep. 3 (1972) 261; for the neutral current L. A. Ahrens et al., Phys. Rev. D 35 (1987) 785,
without strange quarks in the nucleon.
"""

from __future__ import annotations

import numpy as np

from showergrid.sources.nu.constants import COSINE2, FERMI, HBARC2, NUCLEON, PION, WEAK

AXIAL = -1.267  # axial coupling of the nucleon
MAGNETIC = {"p": 2.793, "n": -1.913}  # magnetic moments [nuclear magnetons]


def cross_section(
    energy: np.ndarray, q2: np.ndarray, lepton: float, axial_mass: float, neutrino: bool, charged: bool, nucleon: str
) -> np.ndarray:
    """d(sigma)/dQ2 [1e-38 cm2/GeV2] of a nucleon, "p" or "n", that the current can meet.

    Args:
        energy: of the neutrino where the nucleon rests [GeV].
        q2: squared momentum transfer [GeV2].
        lepton: mass of the outgoing lepton [GeV].
        axial_mass: [GeV].
        neutrino: a neutrino, or an antineutrino.
        charged: the charged or the neutral current.
        nucleon: that is struck; matters for the neutral current.
    """
    f1, f2, axial, pole = _form_factors(q2, axial_mass, charged, nucleon)
    t, m2 = q2 / (4 * NUCLEON**2), lepton**2
    transverse = (
        (1 + t) * axial**2
        - (1 - t) * f1**2
        + t * (1 - t) * f2**2
        + 4 * t * f1 * f2
        - m2 / (4 * NUCLEON**2) * ((f1 + f2) ** 2 + (axial + 2 * pole) ** 2 - 4 * (1 + t) * pole**2)
    )
    a = (m2 + q2) / NUCLEON**2 * transverse
    b = q2 / NUCLEON**2 * axial * (f1 + f2)
    c = (axial**2 + f1**2 + t * f2**2) / 4
    su = (4 * NUCLEON * energy - q2 - m2) / NUCLEON**2
    factor = NUCLEON**2 * FERMI**2 * (COSINE2 if charged else 1) / (8 * np.pi * energy**2) * HBARC2
    return np.clip(factor * (a - (1 if neutrino else -1) * b * su + c * su**2), 0, None)


def _form_factors(q2: np.ndarray, axial_mass: float, charged: bool, nucleon: str) -> tuple[np.ndarray, ...]:
    """Those of Dirac and Pauli, axial and pseudoscalar."""
    t, dipole = q2 / (4 * NUCLEON**2), 1 / (1 + q2 / 0.71) ** 2
    dirac, pauli = {}, {}
    for kind, electric in (("p", dipole), ("n", 0 * dipole)):
        magnetic = MAGNETIC[kind] * dipole
        dirac[kind], pauli[kind] = (electric + t * magnetic) / (1 + t), (magnetic - electric) / (1 + t)
    axial = AXIAL / (1 + q2 / axial_mass**2) ** 2
    if charged:
        pole = 2 * NUCLEON**2 * axial / (PION**2 + q2)
        return dirac["p"] - dirac["n"], pauli["p"] - pauli["n"], axial, pole
    isospin = 1 if nucleon == "p" else -1
    f1, f2 = (isospin * (of["p"] - of["n"]) / 2 - 2 * WEAK * of[nucleon] for of in (dirac, pauli))
    return f1, f2, isospin * axial / 2, 0 * axial
