"""Kinds of particles in an air shower, and their constants from the tables of the Particle Data Group."""

from __future__ import annotations

import numpy as np

NUCLEON, PION, KAON, K_LONG, K_SHORT, MUON, PHOTON = range(7)  # PHOTON: electrons and positrons too
NUCLEUS = 8  # and its nucleons: 12 is helium, 64 iron
PROJECTILES = ("p", "pi+", "K+")  # whose interactions a library holds: rows of its tables
ROW = np.array([0, 1, 2, 2, 2])  # of the kinds that interact

MASS = np.array([0.93892, 0.13957, 0.49368, 0.49761, 0.49761, 0.10566])  # GeV
C_TAU = np.array([0.0, 7.8045, 3.711, 15.34, 0.026844, 658.638])  # m; 0: is stable
LEAST = np.array([1.2, 0.3, 0.6, 0.6, 0.6, 0.3])  # energy below which one is left out [GeV]
PION_ZERO = 0.13498  # GeV

KIND = {
    **dict.fromkeys((2212, 2112, 3122, 3112, 3222, 3212, 3312, 3322, 3334), NUCLEON),  # and hyperons
    211: PION,
    321: KAON,
    130: K_LONG,
    310: K_SHORT,
    13: MUON,
    **dict.fromkeys((22, 11), PHOTON),
}  # by PDG code without its sign
TO_PHOTONS = (111, 221)  # a model may leave pi0 and eta as they are: counted as two photons
