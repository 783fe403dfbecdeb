"""Muons on their way to the ground, compiled by Numba: energy loss, decay, scattering, delay."""

from __future__ import annotations

import numpy as np
from numba import njit

from showergrid.sources.eas.atmosphere import depth
from showergrid.sources.eas.particles import C_TAU, LEAST, MASS, MUON

IONISATION, RISE = 2.0e-3, 0.16e-3  # GeV cm2/g at 1 GeV, and for each e-fold: Groom et al., At. Data 78 (2001) 183
RADIATION = 3e-6  # cm2/g, share of the energy: the same, some TeV
SCATTERING = 0.0136  # GeV: Highland
RADIATION_LENGTH = 36.62  # g/cm2 of air
LIGHT = 0.299792458  # m/ns
STEPS = 12


@njit
def to_ground(energy: float, height: float, ground: float, cosine: float) -> tuple[float, float, float, float]:
    """What becomes of a muon that starts at a `height` [m] along the shower's axis.

    Returns:
        Its energy [GeV] at the ground, the probability that it lives until then, how late it is behind light on the
        same way [ns], and the standard deviation of its place in each direction [m] by multiple scattering. An energy
        of 0: it does not arrive.
    """
    length = (height - ground) / cosine
    if length <= 0:
        return energy, 1.0, 0.0, 0.0
    step = length / STEPS
    lives = late = spread = 0.0
    above = depth(height)
    for k in range(STEPS):
        below = depth(height - (k + 1) * step * cosine)
        crossed = (below - above) / cosine
        above = below
        before = energy
        energy -= (IONISATION + RISE * np.log(energy) + RADIATION * energy) * crossed
        if energy < LEAST[MUON]:
            return 0.0, 0.0, 0.0, 0.0
        inverse = 1 / (before * energy)  # of the squared energy, along the step
        lives += step * MASS[MUON] / C_TAU[MUON] * np.sqrt(inverse)
        late += step * inverse * MASS[MUON] ** 2 / 2 / LIGHT
        left = length - (k + 0.5) * step
        spread += SCATTERING**2 * inverse * crossed / RADIATION_LENGTH * left**2
    return energy, np.exp(-lives), late, np.sqrt(spread)
