"""Decays in flight, compiled by Numba: energies of what comes of them, and transverse momenta to the parent.

Two bodies decay isotropically; three bodies fill their phase space evenly, which the form factors of K to pi l nu and
the polarisation of muons would change.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from showergrid.sources.eas.particles import (
    K_LONG,
    K_SHORT,
    KAON,
    MASS,
    MUON,
    PHOTON,
    PION,
    PION_ZERO,
)

NEUTRINO, PI0 = 7, 8  # kinds that only decays know: one is left out, the other becomes two photons
MASSES = np.array([*MASS, 0.000511, 0.0, PION_ZERO])  # GeV; PHOTON stands for electrons here
NONE = -1
# Parent, branching fraction (Particle Data Group; the rest is added to the last one), products
CHANNELS = (
    (PION, 1.0, (MUON, NEUTRINO, NONE)),
    (KAON, 0.6356, (MUON, NEUTRINO, NONE)),
    (KAON, 0.2067, (PION, PI0, NONE)),
    (KAON, 0.0558, (PION, PION, PION)),
    (KAON, 0.0176, (PION, PI0, PI0)),
    (KAON, 0.0507, (PI0, PHOTON, NEUTRINO)),
    (KAON, 0.0335, (PI0, MUON, NEUTRINO)),
    (K_LONG, 0.4055, (PION, PHOTON, NEUTRINO)),
    (K_LONG, 0.2704, (PION, MUON, NEUTRINO)),
    (K_LONG, 0.1952, (PI0, PI0, PI0)),
    (K_LONG, 0.1254, (PION, PION, PI0)),
    (K_SHORT, 0.6920, (PION, PION, NONE)),
    (K_SHORT, 0.3069, (PI0, PI0, NONE)),
)
PARENT = np.array([parent for parent, _, _ in CHANNELS])
FRACTION = np.array([fraction for _, fraction, _ in CHANNELS])
PRODUCTS = np.array([products for _, _, products in CHANNELS])
FIRST = np.searchsorted(PARENT, np.arange(PION, K_SHORT + 2))  # channels of a parent: from its own to the next
MOST = 6  # products: three pi0


@njit(error_model="numpy")
def momentum(parent: float, one: float, other: float) -> float:
    """Of both products [GeV] in the rest frame of a parent, given all masses."""
    return np.sqrt(max((parent**2 - (one + other) ** 2) * (parent**2 - (one - other) ** 2), 0.0)) / 2 / parent


@njit(error_model="numpy")
def two_bodies(
    random: np.random.Generator, energy: float, parent: float, one: float, other: float
) -> tuple[float, float, float]:
    """Energy of the first product and its transverse momentum in x and y [GeV]; the other one has the rest."""
    p = momentum(parent, one, other)
    cos, phi = 2 * random.random() - 1, 2 * np.pi * random.random()
    gamma = energy / parent
    first = gamma * np.sqrt(p**2 + one**2) + np.sqrt(max(gamma**2 - 1, 0.0)) * p * cos
    pt = p * np.sqrt(1 - cos**2)
    return first, pt * np.cos(phi), pt * np.sin(phi)


@njit(error_model="numpy")
def pair_mass(random: np.random.Generator, parent: float, one: float, two: float, three: float) -> float:
    """Mass of the first two of three products [GeV]."""
    least, most = one + two, parent - three
    top = momentum(parent, least, three) * momentum(most, one, two)
    while True:
        pair = least + (most - least) * random.random()
        if random.random() * top < momentum(parent, pair, three) * momentum(pair, one, two):
            return pair


@njit(error_model="numpy")
def decay(random: np.random.Generator, kind: int, energy: float, kinds: np.ndarray, made: np.ndarray) -> int:
    """How many products a meson of an energy [GeV] has, but for neutrinos.

    Their kind goes into kinds (MOST,), their energy and transverse momentum [GeV] into made (MOST, 3).
    """
    channel, last = FIRST[kind - PION], FIRST[kind - PION + 1] - 1
    draw = random.random()
    while channel < last and draw >= FRACTION[channel]:
        draw -= FRACTION[channel]
        channel += 1
    one, two, three = PRODUCTS[channel]
    pair, of_pair, x, y = MASSES[kind], energy, 0.0, 0.0
    n = 0
    if three != NONE:
        pair = pair_mass(random, MASSES[kind], MASSES[one], MASSES[two], MASSES[three])
        of_pair, x, y = two_bodies(random, energy, MASSES[kind], pair, MASSES[three])
        n = add(random, three, energy - of_pair, -x, -y, n, kinds, made)
    first, u, v = two_bodies(random, of_pair, pair, MASSES[one], MASSES[two])
    share = first / of_pair  # small angles: the pair hands its direction on by energy
    n = add(random, one, first, share * x + u, share * y + v, n, kinds, made)
    return add(random, two, of_pair - first, (1 - share) * x - u, (1 - share) * y - v, n, kinds, made)


@njit(error_model="numpy")
def add(
    random: np.random.Generator,
    product: int,
    energy: float,
    x: float,
    y: float,
    n: int,
    kinds: np.ndarray,
    made: np.ndarray,
) -> int:
    """Put a product behind the first n, as two photons if it is a pi0; how many are there."""
    if product == PI0:
        part = random.random()
        for share in (part, 1 - part):
            made[n, 0], made[n, 1], made[n, 2] = share * energy, share * x, share * y
            kinds[n] = PHOTON
            n += 1
    elif product != NEUTRINO:
        made[n, 0], made[n, 1], made[n, 2] = energy, x, y
        kinds[n] = product
        n += 1
    return n
