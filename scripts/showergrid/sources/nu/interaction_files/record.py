"""Interactions as the files of other generators tell them, whatever their format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError

NEUTRINOS, LEPTONS = (12, 14, 16), (11, 12, 13, 14, 15, 16)  # PDG codes, of either sign


@dataclass(frozen=True)
class InteractionRecord:
    """E interactions of one file and the N particles that leave them.

    neutrino, lepton (E,) int32: PDG codes of the incoming neutrino and of the lepton that it becomes; charged (E,)
    bool: whether the current is charged; mode (E,) text; beam, outgoing (E, 4): energy, px, py, pz of the two [GeV];
    vertex (E, 3) [cm], NaN where the file has none; weight (E,).

    event (N,) int64: index of the interaction of each particle, ascending; pdg (N,) int32; momentum (N, 4): energy,
    px, py, pz [GeV].
    """

    neutrino: np.ndarray
    lepton: np.ndarray
    charged: np.ndarray
    mode: np.ndarray
    beam: np.ndarray
    outgoing: np.ndarray
    vertex: np.ndarray
    weight: np.ndarray
    event: np.ndarray
    pdg: np.ndarray
    momentum: np.ndarray


def first_of_each(wanted: np.ndarray, event: np.ndarray, count: int, what: str, path: Path, first: int) -> np.ndarray:
    """The row (E,) of the first particle of each event that is wanted.

    Args:
        wanted: (N,) bool, of particles.
        event: (N,) int64, ascending.
        count: how many events there are, from 0 on.
        what: such a particle is called.
        path: of the file.
        first: number of its event that is 0 here.

    Raises:
        InputError: an event has none.
    """
    rows = np.flatnonzero(wanted)
    events, starts = np.unique(event[rows], return_index=True)
    if (missing := np.setdiff1d(np.arange(count), events)).size:
        raise InputError(f"{path}: event {first + missing[0]} has no {what}; leave it out")
    return rows[starts]
