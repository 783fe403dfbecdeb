"""Deep inelastic scattering off a free nucleon: leading-order partons, scaled to small Q2.

Parton densities GRV94L, as Pythia 8 has them, with the scaling variable and the factor of A. Bodek and U. K. Yang,
hep-ex/0203009, whose constants are of GRV94L. No charm is made, and the mass of the lepton is in the kinematics alone.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from showergrid.sources.nu.constants import COSINE2, FERMI, HBARC2, NUCLEON, SINE2, W_BOSON, WEAK, Z_BOSON
from showergrid.sources.parts.pythia import quiet_pythia

LEAST_Q2 = 0.24  # GeV2, below which the densities stay as they are
DOWN, UP, STRANGE = 1, 2, 3


def cross_section(
    energy: np.ndarray,
    q2: np.ndarray,
    w: np.ndarray,
    onset: tuple[float, float],
    neutrino: bool,
    charged: bool,
    nucleon: str,
) -> np.ndarray:
    """d2(sigma)/dQ2 dW [1e-38 cm2/GeV3] of a nucleon, "p" or "n".

    Args:
        energy: (n,) of the neutrino where the nucleon rests [GeV].
        q2: (n,) [GeV2].
        w: (n,) mass of the hadrons [GeV].
        onset: masses between which it grows linearly to the whole, so that the Delta is not counted twice.
        neutrino: a neutrino, or an antineutrino.
        charged: the charged or the neutral current.
        nucleon: that is struck.
    """
    transfer = (w**2 - NUCLEON**2 + q2) / (2 * NUCLEON)
    x, y = q2 / (2 * NUCLEON * transfer), transfer / energy
    quark = _densities(x, q2, nucleon)
    forward, backward = _parts(quark, charged)
    if not neutrino and not charged:
        forward, backward = backward, forward
    if not neutrino and charged:
        forward, backward = _parts({-kind: density for kind, density in quark.items()}, charged)
    boson = W_BOSON if charged else Z_BOSON
    scale = 2 * FERMI**2 * NUCLEON * energy / np.pi * HBARC2 / (1 + q2 / boson**2) ** 2
    grown = np.clip((w - onset[0]) / (onset[1] - onset[0]), 0, 1)
    jacobian = w / (2 * NUCLEON**2 * transfer * energy)
    return np.where(y < 1, grown * scale * (forward + (1 - y) ** 2 * backward) * jacobian, 0)


def _parts(quark: dict[int, np.ndarray], charged: bool) -> tuple[np.ndarray, np.ndarray]:
    """x times the densities that scatter with and against the helicity of a neutrino.

    Those of an antineutrino and the charged current are those of a neutrino with quarks and antiquarks exchanged.
    """
    if charged:
        return COSINE2 * quark[DOWN] + SINE2 * quark[STRANGE], (COSINE2 + SINE2) * quark[-UP]
    left_up, right_up = (0.5 - 2 / 3 * WEAK) ** 2, (2 / 3 * WEAK) ** 2
    left_down, right_down = (-0.5 + WEAK / 3) ** 2, (WEAK / 3) ** 2
    down, anti_down = quark[DOWN] + quark[STRANGE], quark[-DOWN] + quark[-STRANGE]
    forward = left_up * quark[UP] + left_down * down + right_up * quark[-UP] + right_down * anti_down
    backward = right_up * quark[UP] + right_down * down + left_up * quark[-UP] + left_down * anti_down
    return forward, backward


def _densities(x: np.ndarray, q2: np.ndarray, nucleon: str) -> dict[int, np.ndarray]:
    """x times the density of each quark, by its PDG code."""
    scaled = np.clip(x * (q2 + 0.624) / (q2 + 1.735 * x), 1e-6, 0.99)
    factor = q2 / (q2 + 0.188) * x / scaled
    densities = _proton()
    at = np.maximum(q2, LEAST_Q2)
    proton = {
        kind: factor
        * np.array([densities.xf(kind, *place) for place in zip(scaled.tolist(), at.tolist(), strict=True)])
        for kind in (DOWN, UP, STRANGE, -DOWN, -UP, -STRANGE)
    }
    if nucleon == "p":
        return proton
    swapped = {DOWN: UP, UP: DOWN, -DOWN: -UP, -UP: -DOWN}  # isospin
    return {kind: proton[swapped.get(kind, kind)] for kind in proton}


@cache
def _proton() -> Any:
    """Pythia's parton densities of the proton; the Pythia that owns them is kept with them."""
    pythia = quiet_pythia()
    for line in ("PDF:pSet = 1", "Beams:eCM = 100.", "HardQCD:all = on", "PartonLevel:all = off"):
        pythia.readString(line)
    pythia.init()
    densities = pythia.getPDFPtr(2212)
    _OWNERS.append(pythia)
    return densities


_OWNERS: list[Any] = []
