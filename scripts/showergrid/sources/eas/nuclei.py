"""First interactions of nuclei with air, whole: chromo's own event holds the last nucleon-nucleon collision alone.

Sibyll's SIBNUC leaves all of them, and the fragments of the projectile, in the common block S_PLNUC.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.eas.interactions import Interaction, Model
from showergrid.sources.eas.particles import K_LONG, K_SHORT, KAON, MASS, MUON, NUCLEON, PHOTON, PION

FRAGMENT = 1000  # a code above it stands for a fragment of that many nucleons
KIND = np.full(100, -1, np.int8)  # by Sibyll's code without its sign
for codes, kind in (
    ((1, 2, 3), PHOTON),
    ((4, 5), MUON),
    ((6,), PION),  # pi0 is in none: it has decayed
    ((7, 8), PION),
    ((9, 10), KAON),
    ((11,), K_LONG),
    ((12,), K_SHORT),
    ((13, 14, 34, 35, 36, 37, 38, 39), NUCLEON),
):
    KIND[list(codes)] = kind


def nuclear_interactions(model: Model, nucleons: int, energy: float, count: int) -> Iterator[Interaction]:
    """Yield `count` interactions of a nucleus with the whole `energy` [GeV].

    A fragment comes as so many nucleons of one direction: it breaks up here, not in interactions of its own.

    Raises:
        InputError: the model has no SIBNUC.
    """
    library = model.run._lib
    if not hasattr(library, "sibnuc"):
        raise InputError(
            f"config: air_showers.library.high: {model.name} gives no whole interactions of nuclei; choose Sibyll23d"
        )
    mass = MASS[NUCLEON]
    root = np.sqrt(2 * mass**2 + 2 * mass * energy / nucleons)  # energy of two nucleons in their centre of mass
    gamma = root / 2 / mass
    beta = np.sqrt(1 - 1 / gamma**2)
    for _ in range(count):
        library.sibnuc(nucleons, 0, root)  # 0: air
        number = int(library.s_plnuc.npa)
        momentum, code = np.array(library.s_plnuc.pa[:4, :number]), np.abs(library.s_plnuc.lla[:number])
        size = np.where(code > FRAGMENT, code - FRAGMENT, 1)
        kind = np.where(code > FRAGMENT, NUCLEON, KIND[np.where(code > FRAGMENT, 13, code % FRAGMENT)]).astype(np.int8)
        lab = gamma * (momentum[3] + beta * momentum[2])
        pt = np.hypot(momentum[0], momentum[1])
        known = np.repeat(kind, size) >= 0
        yield Interaction(np.repeat(kind, size)[known], np.repeat(lab, size)[known], np.repeat(pt, size)[known], 0)
