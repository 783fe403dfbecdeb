"""Cosmic muons at sea level that cross a box in the detector.

The intensity, per area across the direction and solid angle, is the vertical spectrum times a power of the cosine of
the zenith angle. Lines of a direction are as many through each part of the area that the box shows to it. So through
the top of a box come cos(zenith)^(power + 1), through its sides cos(zenith)^power sin(zenith), and by the size of each:
all are drawn exactly.
"""

from __future__ import annotations

import numpy as np
from scipy.special import beta

from showergrid.events.detector import Box
from showergrid.events.hits import AXES
from showergrid.sources.nu.cosmic_settings import MUON_MASS, CosmicMuons
from showergrid.sources.nu.interactions import FinalStates

COSMIC = "cosmic"  # in place of the mode of an interaction
INSIDE = 1e-3  # cm, from the surface of the detector, so that Geant4 knows in which volume a muon starts
STEPS = 4001  # of the table of the spectrum, even in ln E
X, Y, Z = range(3)  # y points upwards


def vertical_intensity(energy: np.ndarray) -> np.ndarray:
    """Vertical muons at sea level [1/(cm2 s sr GeV)] of `energy` [GeV], from 0.1 to 2000 GeV.

    Gaisser's formula with the change for low energies of Guan et al., arXiv:1509.06176, eq. 3, at zenith 0.
    """
    pions, kaons = 1 / (1 + 1.1 * energy / 115), 0.054 / (1 + 1.1 * energy / 850)
    return 0.14 * (energy + 3.64) ** -2.7 * (pions + kaons)


def cosmic_muons(
    sample: CosmicMuons, count: int, crossed: Box, detector: Box, random: np.random.Generator
) -> tuple[FinalStates, np.ndarray]:
    """Draw muons that would cross a box if nothing stopped them.

    Args:
        sample: which muons.
        count: how many.
        crossed: the box, inside of `detector`.
        detector: whose surface the muons enter by.
        random: stream for all of it.

    Returns:
        An event of one muon each, of neutrino 0, whose q2 and w are no numbers; and where they enter (count, 3) [cm].
    """
    energy = _energies(sample, count, random)
    direction, entry = _lines(sample.zenith_power, count, crossed, random)
    outside = np.array([getattr(detector, axis) for axis in AXES])
    with np.errstate(divide="ignore"):
        back = np.min((entry - np.where(direction > 0, outside[:, 0], outside[:, 1])) / direction, axis=1)
    positive = random.random(count) < sample.charge_ratio / (1 + sample.charge_ratio)
    momentum = np.sqrt(energy**2 - MUON_MASS**2)
    unknown = np.full(count, np.nan)
    states = FinalStates(
        neutrino=np.zeros(count, np.int32),
        charged=np.zeros(count, bool),
        mode=np.full(count, COSMIC),
        energy=energy,
        q2=unknown,
        w=unknown,
        inelasticity=np.zeros(count),
        event=np.arange(count),
        pdg=np.where(positive, -13, 13).astype(np.int32),
        momentum=np.column_stack([energy, direction * momentum[:, None]]),
    )
    return states, entry - direction * (back - INSIDE)[:, None]


def _energies(sample: CosmicMuons, count: int, random: np.random.Generator) -> np.ndarray:
    """(count,) [GeV], by the inverse of the spectrum's integral."""
    logarithm = np.linspace(*np.log(sample.energy), STEPS)
    energy = np.exp(logarithm)
    density = vertical_intensity(energy) * energy  # in ln E
    integral = np.concatenate([[0.0], np.cumsum(density[1:] + density[:-1])])
    return np.exp(np.interp(random.random(count) * integral[-1], integral, logarithm))


def _lines(power: float, count: int, box: Box, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Directions (count, 3) of muons that fly down, and where they enter the box (count, 3) [cm]."""
    low, high = np.array([getattr(box, axis) for axis in AXES]).T
    side = high - low
    area = np.prod(side) / side  # of the face across each axis
    # Integrals over the half sphere of the intensity times |cosine| to the face's normal
    seen = np.full(3, 2 * beta((power + 1) / 2, 1.5))
    seen[Y] = 2 * np.pi / (power + 2)
    face = np.searchsorted(np.cumsum(area * seen) / np.sum(area * seen), random.random(count), side="right")
    top = face == Y
    # cos(zenith)^2 follows a beta distribution through either; by a side the sine of the angle to its normal is uniform
    cosine = np.sqrt(random.beta((power + 1 + top) / 2, np.where(top, 1.0, 1.5)))
    sine = np.sqrt(1 - cosine**2)
    sign = np.where(random.random(count) < 0.5, -1.0, 1.0)
    around, sideways = random.uniform(-np.pi, np.pi, count), np.arcsin(random.uniform(-1, 1, count))
    azimuth = np.where(top, around, sideways)  # from the normal
    normal, beside = np.cos(azimuth) * np.where(top, 1.0, sign), np.sin(azimuth)
    direction = np.empty((count, 3))
    direction[:, Y] = -cosine
    direction[:, X] = sine * np.where(face == Z, beside, normal)
    direction[:, Z] = sine * np.where(face == Z, normal, beside)
    entry = random.uniform(low, high, (count, 3))
    rows = np.arange(count)
    entry[rows, face] = np.where(direction[rows, face] > 0, low[face], high[face])
    return direction, entry
