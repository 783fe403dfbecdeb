"""Interactions of neutrinos with argon as a generator leaves them: what struck what, and what left the nucleus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MODES = ("qe", "delta", "dis")  # quasi-elastic (of neutral currents elastic), the Delta(1232), deep inelastic


@dataclass(frozen=True)
class NeutrinoInteractions:
    """E interactions and the N particles that leave their nuclei; the neutrinos fly along z.

    neutrino (E,) int32: PDG code; charged (E,) bool: whether the current is charged; mode (E,) int8: index in MODES;
    nucleon (E,) int32: PDG code of the nucleon that was struck; energy (E,) of the neutrino [GeV]; q2 (E,) [GeV2];
    w (E,): mass of the hadrons at the vertex [GeV]; inelasticity (E,): 1 - energy of the outgoing lepton / energy.

    residual (E, 4): energy and momentum of the nucleus that stays behind, excitation included [GeV]; residual_z and
    residual_a (E,) int32: its protons and nucleons.

    event (N,) int64: index of the interaction of each particle, ascending; pdg (N,) int32; momentum (N, 4): energy,
    px, py, pz [GeV]. The outgoing lepton comes first, of neutral currents the neutrino.
    """

    neutrino: np.ndarray
    charged: np.ndarray
    mode: np.ndarray
    nucleon: np.ndarray
    energy: np.ndarray
    q2: np.ndarray
    w: np.ndarray
    inelasticity: np.ndarray
    residual: np.ndarray
    residual_z: np.ndarray
    residual_a: np.ndarray
    event: np.ndarray
    pdg: np.ndarray
    momentum: np.ndarray
