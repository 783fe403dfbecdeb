"""How nuclei break up in air, by Sibyll's SIBNUC: chromo's own event holds its last nucleon-nucleon collision alone.

A nucleus of so many nucleons meets the air with the cross-section of a nucleus. Some of its nucleons are wounded and
interact each as a nucleon of its own, the others fly on as fragments: semi-superposition (Engel et al., Phys. Rev. D 46
(1992) 5013), as Sibyll has it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from showergrid.sources.eas.interactions import Model
from showergrid.sources.eas.particles import MASS, NUCLEON

FRAGMENT = 1000  # a code in the common block S_PLNUC above it stands for a fragment of that many nucleons


def breaks_nuclei(model: Model) -> bool:
    """Whether a model has SIBNUC."""
    return hasattr(model.run._lib, "sibnuc")


def breakups(model: Model, nucleons: int, energy: float, count: int) -> Iterator[np.ndarray]:
    """Yield the fragments (F,) int64 of `count` nuclei with an `energy` [GeV] a nucleon; other nucleons are wounded."""
    library, mass = model.run._lib, MASS[NUCLEON]
    root = np.sqrt(2 * mass**2 + 2 * mass * energy)  # energy of two nucleons in their centre of mass
    kept = 0
    while kept < count:
        library.sibnuc(nucleons, 0, root)  # 0: air
        code = np.array(library.s_plnuc.lla[: int(library.s_plnuc.npa)], np.int64)
        fragments = code[code > FRAGMENT] - FRAGMENT
        if fragments.sum() < nucleons:
            kept += 1
            yield np.sort(fragments)[::-1]
