"""Decays in flight, compiled by Numba: energies of what comes of them, and transverse momenta to the parent.

Two bodies decay isotropically; three bodies fill their phase space evenly, which the form factors of K to pi l nu and the
polarisation of muons change. Branching fractions are those of the Particle Data Group.
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

M_MUON, M_PION, M_KAON, M_K0 = MASS[MUON], MASS[PION], MASS[KAON], MASS[K_LONG]


@njit
def momentum(parent: float, one: float, other: float) -> float:
    """Of both products [GeV] in the rest frame of a parent, given all masses."""
    return np.sqrt((parent**2 - (one + other) ** 2) * (parent**2 - (one - other) ** 2)) / 2 / parent


@njit
def two_bodies(energy: float, parent: float, one: float, other: float) -> tuple[float, float, float, float]:
    """Energy of both products and their transverse momentum in x and y [GeV], of the second one the opposite."""
    p = momentum(parent, one, other)
    cos, phi = 2 * np.random.random() - 1, 2 * np.pi * np.random.random()
    gamma = energy / parent
    first = gamma * np.sqrt(p**2 + one**2) + np.sqrt(max(gamma**2 - 1, 0.0)) * p * cos
    pt = p * np.sqrt(1 - cos**2)
    return first, energy - first, pt * np.cos(phi), pt * np.sin(phi)


@njit
def three_bodies(energy: float, parent: float, one: float, two: float, three: float) -> np.ndarray:
    """(3, 3): energy and transverse momentum in x and y [GeV] of each product."""
    least, most = one + two, parent - three
    top = momentum(parent, least, three) * momentum(most, one, two)
    while True:
        pair = least + (most - least) * np.random.random()
        if np.random.random() * top < momentum(parent, pair, three) * momentum(pair, one, two):
            break
    of_pair, third, x, y = two_bodies(energy, parent, pair, three)
    first, second, u, v = two_bodies(of_pair, pair, one, two)
    made = np.empty((3, 3))
    a = first / of_pair  # small angles: the pair's direction is handed on by energy
    made[0] = first, a * x + u, a * y + v
    made[1] = second, (1 - a) * x - u, (1 - a) * y - v
    made[2] = third, -x, -y
    return made


@njit
def decay(kind: int, energy: float, kinds: np.ndarray, made: np.ndarray) -> int:
    """How many products a meson of an energy [GeV] has, but for neutrinos.

    Their kind goes into kinds (K,), their energy and transverse momentum [GeV] into made (K, 3); K is 6 at least.
    """
    draw = np.random.random()
    if kind == PION:
        made[0, 0], _, made[0, 1], made[0, 2] = two_bodies(energy, M_PION, M_MUON, 0.0)
        kinds[0] = MUON
        return 1
    if kind == KAON:
        if draw < 0.6356:
            made[0, 0], _, made[0, 1], made[0, 2] = two_bodies(energy, M_KAON, M_MUON, 0.0)
            kinds[0] = MUON
            return 1
        if draw < 0.8423:
            made[0, 0], neutral, x, y = two_bodies(energy, M_KAON, M_PION, PION_ZERO)
            made[0, 1], made[0, 2] = x, y
            kinds[0] = PION
            return pion_zero(neutral, -x, -y, 1, kinds, made)
        if draw < 0.8981:
            made[:3] = three_bodies(energy, M_KAON, M_PION, M_PION, M_PION)
            kinds[:3] = PION
            return 3
        if draw < 0.9157:
            three = three_bodies(energy, M_KAON, M_PION, PION_ZERO, PION_ZERO)
            made[0], kinds[0] = three[0], PION
            n = pion_zero(three[1, 0], three[1, 1], three[1, 2], 1, kinds, made)
            return pion_zero(three[2, 0], three[2, 1], three[2, 2], n, kinds, made)
        lepton = M_MUON if draw < 0.9493 else 0.000511
        three = three_bodies(energy, M_KAON, PION_ZERO, lepton, 0.0)
        made[0], kinds[0] = three[1], MUON if draw < 0.9493 else PHOTON
        return pion_zero(three[0, 0], three[0, 1], three[0, 2], 1, kinds, made)
    if kind == K_SHORT:
        if draw < 0.6920:
            made[0, 0], made[1, 0], x, y = two_bodies(energy, M_K0, M_PION, M_PION)
            made[0, 1], made[0, 2], made[1, 1], made[1, 2] = x, y, -x, -y
            kinds[:2] = PION
            return 2
        one, other, x, y = two_bodies(energy, M_K0, PION_ZERO, PION_ZERO)
        n = pion_zero(one, x, y, 0, kinds, made)
        return pion_zero(other, -x, -y, n, kinds, made)
    if draw < 0.4055 or draw < 0.6759:  # K long to pi e nu, pi mu nu
        muon = draw >= 0.4055
        three = three_bodies(energy, M_K0, M_PION, M_MUON if muon else 0.000511, 0.0)
        made[0], made[1] = three[0], three[1]
        kinds[0], kinds[1] = PION, MUON if muon else PHOTON
        return 2
    if draw < 0.8711:
        three = three_bodies(energy, M_K0, PION_ZERO, PION_ZERO, PION_ZERO)
        n = 0
        for k in range(3):
            n = pion_zero(three[k, 0], three[k, 1], three[k, 2], n, kinds, made)
        return n
    three = three_bodies(energy, M_K0, M_PION, M_PION, PION_ZERO)
    made[0], made[1] = three[0], three[1]
    kinds[:2] = PION
    return pion_zero(three[2, 0], three[2, 1], three[2, 2], 2, kinds, made)


@njit
def pion_zero(energy: float, x: float, y: float, n: int, kinds: np.ndarray, made: np.ndarray) -> int:
    """Add two photons, of a pi0 with an energy and a transverse momentum [GeV], behind the first n; how many are there."""
    share = np.random.random()
    for part in (share, 1 - share):
        made[n, 0], made[n, 1], made[n, 2] = part * energy, part * x, part * y
        kinds[n] = PHOTON
        n += 1
    return n
