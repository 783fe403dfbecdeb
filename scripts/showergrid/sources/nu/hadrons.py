"""What becomes of the hadrons' energy at the vertex: a nucleon, a nucleon and a pion, or a string that Pythia breaks.

A string is drawn between the struck quark and the other two of the nucleon, along the momentum that was transferred.
Where the mass is too small for Pythia, a nucleon and a pion fly apart in any direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from showergrid.sources.nu.constants import MASSES
from showergrid.sources.nu.kinematics import at_rest, boosted, isotropic, length, turned, two_bodies
from showergrid.sources.parts.pythia import quiet_pythia

# By charge of both: nucleon and pion, and the share of the first pair; of I = 3/2 by Clebsch-Gordan coefficients
PAIRS = {
    2: [(2212, 211, 1.0)],
    1: [(2212, 111, 2 / 3), (2112, 211, 1 / 3)],
    0: [(2112, 111, 2 / 3), (2212, -211, 1 / 3)],
    -1: [(2112, -211, 1.0)],
}
# By charge of the hadrons: struck quark and the diquarks that may be left, with their shares
STRINGS = {
    2: (2, [(2203, 1.0)]),
    1: (2, [(2101, 0.75), (2103, 0.25)]),
    0: (1, [(2101, 0.75), (2103, 0.25)]),
    -1: (1, [(1103, 1.0)]),
}
PARTON_MASSES = {2203: 0.77, 1103: 0.77, 2103: 0.77, 2101: 0.58}  # GeV, as Pythia has them; quarks .33
TRIES = 5


@dataclass(frozen=True)
class OutgoingHadrons:
    """Particles of events: event (N,) int64, pdg (N,) int32, momentum (N, 4) [GeV]: energy, px, py, pz."""

    event: np.ndarray
    pdg: np.ndarray
    momentum: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> OutgoingHadrons:
        """The particles of `rows`: indices or a mask."""
        return OutgoingHadrons(self.event[rows], self.pdg[rows], self.momentum[rows])

    @classmethod
    def joined(cls, parts: Sequence[OutgoingHadrons]) -> OutgoingHadrons:
        """All particles of several."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("event", "pdg", "momentum")))


def nucleons(event: np.ndarray, charge: np.ndarray, hadrons: np.ndarray) -> OutgoingHadrons:
    """One nucleon of each event with the charge (n,) and the energy and momentum (n, 4) of the hadrons."""
    return OutgoingHadrons(event, np.where(charge == 1, 2212, 2112).astype(np.int32), hadrons)


def pairs(event: np.ndarray, charge: np.ndarray, hadrons: np.ndarray, random: np.random.Generator) -> OutgoingHadrons:
    """A nucleon and a pion of each event, in any direction where the hadrons (n, 4) rest."""
    drawn, nucleon, pion = random.random(event.size), np.zeros(event.size, np.int32), np.zeros(event.size, np.int32)
    for total, choices in PAIRS.items():
        own = charge == total
        second = drawn > choices[0][2]
        for rows, choice in ((own & ~second, choices[0]), (own & second, choices[-1])):
            nucleon[rows], pion[rows] = choice[:2]
    masses = [np.array([MASSES[code] for code in codes.tolist()]) for codes in (nucleon, pion)]
    bodies = two_bodies(hadrons, *masses, isotropic(event.size, random))
    return OutgoingHadrons(np.tile(event, 2), np.concatenate([nucleon, pion]), np.concatenate(bodies))


class Strings:
    """Pythia, which breaks strings into hadrons; neutral pions are left as they are."""

    def __init__(self, seed: int) -> None:
        """`seed` of Pythia's random numbers, which go on from string to string."""
        self._pythia: Any = quiet_pythia()
        settings = ["ProcessLevel:all = off", "111:mayDecay = off", "Random:setSeed = on"]
        for line in [*settings, f"Random:seed = {seed}"]:
            self._pythia.readString(line)
        self._pythia.init()

    def broken(
        self,
        event: np.ndarray,
        charge: np.ndarray,
        hadrons: np.ndarray,
        transfer: np.ndarray,
        random: np.random.Generator,
    ) -> tuple[OutgoingHadrons, np.ndarray]:
        """Hadrons of each event, and of which events (n,) bool Pythia could make any.

        Args:
            event: (n,) int64.
            charge: (n,) of the hadrons.
            hadrons: (n, 4) their energy and momentum.
            transfer: (n, 4) energy and momentum that the neutrino gave.
            random: stream for diquarks and azimuths.
        """
        masses = np.sqrt(hadrons[:, 0] ** 2 - (hadrons[:, 1:] ** 2).sum(axis=1))
        drawn = random.random(event.size)
        owner, codes, momenta, made = [], [], [], np.zeros(event.size, bool)
        for i, (mass, total, draw) in enumerate(zip(masses.tolist(), charge.tolist(), drawn.tolist(), strict=True)):
            products = self._break(mass, total, draw)
            made[i] = bool(products)
            for code, momentum in products:
                owner.append(i)
                codes.append(code)
                momenta.append(momentum)
        owner = np.array(owner, np.int64)
        momentum = np.array(momenta).reshape(-1, 4)
        axis = at_rest(transfer, hadrons)[:, 1:]
        axis /= length(axis)[:, None]
        across = turned(axis, np.zeros(event.size), random.uniform(0, 2 * np.pi, event.size))
        third = np.cross(axis, across)
        turned_to = np.stack([across, third, axis], axis=1)  # x, y, z of Pythia
        space = np.einsum("ni,nij->nj", momentum[:, 1:], turned_to[owner])
        at = np.concatenate([momentum[:, :1], space], axis=1)
        return OutgoingHadrons(event[owner], np.array(codes, np.int32), boosted(at, hadrons[owner])), made

    def _break(self, mass: float, charge: int, draw: float) -> list[tuple[int, tuple[float, ...]]]:
        quark, choices = STRINGS[charge]
        diquark = choices[0][0] if draw <= choices[0][1] else choices[-1][0]
        first, second = min(0.33, 0.25 * mass), min(PARTON_MASSES[diquark], 0.6 * mass)
        momentum = np.sqrt((mass**2 - (first + second) ** 2) * (mass**2 - (first - second) ** 2)) / (2 * mass)
        record = self._pythia.event
        for _ in range(TRIES):
            record.reset()
            record.append(quark, 23, 101, 0, 0, 0, momentum, np.hypot(momentum, first), first)
            record.append(diquark, 23, 0, 101, 0, 0, -momentum, np.hypot(momentum, second), second)
            if self._pythia.next():
                final = [part for part in self._pythia.event if part.isFinal()]
                return [(part.id(), (part.e(), part.px(), part.py(), part.pz())) for part in final]
        return []
