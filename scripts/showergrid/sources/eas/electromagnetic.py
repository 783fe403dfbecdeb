"""The electromagnetic part of a shower: each photon or electron starts a cascade of Greisen's, as in CORSIKA's NKG.

N(t) = .31 / sqrt(y) exp(t (1 - 1.5 ln s)), s = 3 t / (t + 2 y), y = ln(E / critical energy), t in radiation lengths:
Greisen, Prog. Cosmic Ray Phys. 3 (1956) 1. Across the axis electrons lie as Nishimura, Kamata and Greisen say, with a
Moliere radius that shrinks with the age s as .78 - .21 s: Lagutin et al., Proc. 16th ICRC 7 (1979) 18, in CORSIKA, FZKA
6019.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma

import numpy as np

from showergrid.sources.eas.cascade import DEPTH_STEP, DEPTHS, ENERGIES, ENERGY_STEP, LOWEST

RADIATION_LENGTH = 37.15  # g/cm2 of air, as in CORSIKA
CRITICAL = 0.082  # GeV, as in CORSIKA
MOLIERE = 9.6  # g/cm2: 21.2 MeV radiation length / critical energy
LEAST_Y = 0.3  # below it nothing multiplies
AGES = np.linspace(0.05, 1.95, 39)  # middles of bins

_T = (np.arange(DEPTHS) + 0.5) * DEPTH_STEP / RADIATION_LENGTH
_Y = np.log(10 ** (LOWEST + (np.arange(ENERGIES) + 0.5) * ENERGY_STEP) / CRITICAL)


def age(t: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Of a cascade of ln(energy / critical energy) y after t radiation lengths."""
    return 3 * t / (t + 2 * y)


def electrons(t: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Electrons of both charges in a cascade of ln(energy / critical energy) y after t radiation lengths."""
    return np.where(y > LEAST_Y, 0.31 / np.sqrt(np.maximum(y, LEAST_Y)) * np.exp(t * (1 - 1.5 * np.log(age(t, y)))), 0)


_AGE = age(_T[:, None], np.maximum(_Y, LEAST_Y))  # (DEPTHS, ENERGIES)
_CASCADE = electrons(_T[:, None], _Y)
_SPECTRA = np.fft.rfft(_CASCADE, 2 * DEPTHS, axis=0)


@dataclass(frozen=True)
class Profile:
    """Electrons along the axis: number (DEPTHS,) at the ends of bins of slant depth; xmax [g/cm2], n_max.

    At their ends, since a cascade that starts in the middle of a bin has its first value half a bin later.
    """

    number: np.ndarray
    xmax: float
    n_max: float

    def at(self, depth: np.ndarray | float) -> np.ndarray:
        """Electrons at a slant depth [g/cm2]."""
        return np.interp(depth, (np.arange(DEPTHS) + 1) * DEPTH_STEP, self.number)


def profile(photons: np.ndarray) -> Profile:
    """The profile of a shower, given where its cascades start (DEPTHS, ENERGIES); its maximum by a parabola."""
    spectrum = (np.fft.rfft(photons, 2 * DEPTHS, axis=0) * _SPECTRA).sum(axis=1)
    number = np.maximum(np.fft.irfft(spectrum, 2 * DEPTHS)[:DEPTHS], 0)
    k = int(np.clip(np.argmax(number), 1, DEPTHS - 2))
    before, top, after = number[k - 1 : k + 2]
    bend = before - 2 * top + after
    shift = (before - after) / 2 / bend if bend else 0.0
    return Profile(number, (k + 1 + shift) * DEPTH_STEP, float(top - (before - after) * shift / 4))


def ages(photons: np.ndarray, depth: float) -> np.ndarray:
    """(AGES.size,): electrons at a slant depth [g/cm2] by the age of the cascade that they are of."""
    last = int(depth / DEPTH_STEP)
    number = photons[:last] * _CASCADE[last - 1 :: -1]
    bins = np.clip(((_AGE[last - 1 :: -1] - AGES[0]) / (AGES[1] - AGES[0]) + 0.5).astype(np.int64), 0, AGES.size - 1)
    return np.bincount(bins.ravel(), weights=number.ravel(), minlength=AGES.size)


_RADII = 0.78 - 0.21 * AGES  # of Moliere's
_NORM = np.array([np.exp(lgamma(4.5 - s) - lgamma(s) - lgamma(4.5 - 2 * s)) / 2 / np.pi for s in AGES])


def lateral(distance: np.ndarray, radius: float) -> np.ndarray:
    """(T, AGES.size) [1/m2]: electrons per area at distances (T,) [m] from the axis, of one electron of each age.

    radius: Moliere's [m].
    """
    own = _RADII * radius
    q = distance[:, None] / own
    return _NORM / own**2 * q ** (AGES - 2) * (1 + q) ** (AGES - 4.5)
