"""What leaves the nuclei of neutrino interactions, as Geant4 takes it: neutral pions decayed, the rest as it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showergrid.sources.lartpc.geant4 import Primaries

PHOTON, NEUTRAL_PION = 22, 111  # PDG codes
UNSEEN = (12, 14, 16)  # neutrinos, of either sign
# What Geant4 follows, of either sign: leptons and photons, hadrons, of which it decays the short-lived ones, light ions
LIGHT, MESONS = (11, 13, 15, 22), (130, 211, 221, 223, 310, 311, 321, 331, 411, 421, 431)
BARYONS = (2112, 2212, 3112, 3122, 3212, 3222, 3312, 3322, 3334, 4122)
IONS = (1000010020, 1000010030, 1000020030, 1000020040)
NUCLEI = 1_000_000_000  # from here on codes are of nuclei, or of what generators have in place of a particle
FOLLOWED = (*LIGHT, *MESONS, *BARYONS, *IONS)


@dataclass(frozen=True)
class Outgoing:
    """Particles that Geant4 follows: event (N,) int64, ascending; pdg (N,) int32; parent (N,) int32: PDG code of what
    decayed to it, 0 if it left the nucleus itself; momentum (N, 4): energy, px, py, pz [GeV].
    """

    event: np.ndarray
    pdg: np.ndarray
    parent: np.ndarray
    momentum: np.ndarray

    def primaries(self, vertex: np.ndarray) -> Primaries:
        """As Geant4 takes them; vertex (E, 3) of the events [cm]."""
        size = np.linalg.norm(self.momentum[:, 1:], axis=1)
        return Primaries(
            self.pdg, kinetic_energy(self.momentum), vertex[self.event], self.momentum[:, 1:] / size[:, None]
        )


def kinetic_energy(momentum: np.ndarray) -> np.ndarray:
    """Kinetic energy (N,) [GeV] of momentum (N, 4) [GeV]: p^2 / (E + m), which is exact for light particles too."""
    energy, squared = momentum[:, 0], np.sum(momentum[:, 1:] ** 2, axis=1)
    return squared / (energy + np.sqrt(np.maximum(energy**2 - squared, 0)))


def outgoing(event: np.ndarray, pdg: np.ndarray, momentum: np.ndarray, random: np.random.Generator) -> Outgoing:
    """The particles that are followed, each neutral pion as two photons.

    The photons fly apart uniformly in the frame of the pion; decays to e+ e- photon (1.2 %) are left out.

    Args:
        event: (N,) int64, ascending.
        pdg: (N,) int32.
        momentum: (N, 4): energy, px, py, pz [GeV].
        random: stream for the decays.
    """
    pion = pdg == NEUTRAL_PION
    moves = np.any(momentum[:, 1:] != 0, axis=1)
    kept = np.isin(np.abs(pdg), FOLLOWED) & moves
    first, second = decayed(momentum[pion], random)
    parts = [
        (event[kept], pdg[kept], np.zeros(np.count_nonzero(kept), np.int32), momentum[kept]),
        *(
            (event[pion], np.full(len(photon), PHOTON), np.full(len(photon), NEUTRAL_PION), photon)
            for photon in (first, second)
        ),
    ]
    events, codes, parents, momenta = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.argsort(events, kind="stable")
    return Outgoing(events[order], codes[order].astype(np.int32), parents[order].astype(np.int32), momenta[order])


def decayed(pion: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The two photons, (N, 4) each, of neutral pions of momentum (N, 4) [GeV]."""
    mass = np.sqrt(pion[:, 0] ** 2 - np.sum(pion[:, 1:] ** 2, axis=1))
    cosine, azimuth = random.uniform(-1, 1, mass.size), random.uniform(0, 2 * np.pi, mass.size)
    sine = np.sqrt(1 - cosine**2)
    direction = np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine], axis=1)
    # Boost of the photon (m/2, m/2 n): E = (E_pi + p_pi n) / 2, p = m/2 n + p_pi (1/2 + p_pi n / (2 (E_pi + m)))
    along = np.sum(pion[:, 1:] * direction, axis=1)
    energy = (pion[:, 0] + along) / 2
    factor = 0.5 + along / (2 * (pion[:, 0] + mass))
    momentum = direction * (mass / 2)[:, None] + pion[:, 1:] * factor[:, None]
    first = np.column_stack([energy, momentum])
    return first, pion - first


def not_followed(pdg: np.ndarray) -> dict[str, int]:
    """How many particles of each PDG code Geant4 does not follow, neutrinos apart."""
    code = np.abs(pdg)
    left = pdg[~np.isin(code, [*FOLLOWED, NEUTRAL_PION, *UNSEEN])]
    return {str(pdg): int(count) for pdg, count in zip(*np.unique(left, return_counts=True), strict=True)}


def unknown(pdg: np.ndarray) -> np.ndarray:
    """(N,) bool: whether a particle is none that Geant4 follows, no neutrino, neutral pion or nucleus."""
    code = np.abs(pdg)
    return ~np.isin(code, [*FOLLOWED, NEUTRAL_PION, *UNSEEN]) & (code < NUCLEI)
