"""The nucleus of argon: nucleons of a Fermi gas in a sphere, and what hadrons do on their way out of it.

Whatever takes part takes its energy and momentum from the nucleus that stays behind, so every event conserves both.
Each nucleon that is taken leaves the nucleus heavier by the separation energy: rest mass of what stays = mass before -
mass of the nucleon + separation energy. How it gets rid of that is not told: evaporation and photons are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showergrid.sources.nu.constants import ARGON, ARGON_A, ARGON_Z, CHARGES, HBARC, MASSES, NUCLEON
from showergrid.sources.nu.generator_settings import Nucleus
from showergrid.sources.nu.hadrons import OutgoingHadrons
from showergrid.sources.nu.kinematics import at_rest, isotropic, length, square, turned, two_bodies

PIONS, NUCLEONS = (211, -211, 111), (2212, 2112)
SLOPE = 6.0  # GeV-2: of exp(slope t) in the scattering of two nucleons above 0.3 GeV of kinetic energy
EXCHANGED = {(211, 2112): (111, 2212), (-211, 2212): (111, 2112), (111, 2212): (211, 2112), (111, 2112): (-211, 2212)}


@dataclass(frozen=True)
class Residual:
    """The nuclei that stay behind: momentum (E, 4) [GeV], protons z and nucleons a (E,)."""

    momentum: np.ndarray
    z: np.ndarray
    a: np.ndarray

    @classmethod
    def argon(cls, events: int) -> Residual:
        """Argon-40 at rest."""
        momentum = np.tile([ARGON, 0.0, 0.0, 0.0], (events, 1))
        return cls(momentum, np.full(events, ARGON_Z), np.full(events, ARGON_A))

    def without(self, nucleon: np.ndarray, momentum: np.ndarray, separation: float) -> tuple[Residual, np.ndarray]:
        """What stays when a nucleon (E,), by PDG code, of this momentum (E, 3) is taken, and the nucleon (E, 4)."""
        mass = np.sqrt(square(self.momentum)) - mass_of(nucleon) + separation
        left = self.momentum[:, 1:] - momentum
        energy = np.sqrt(mass**2 + (left**2).sum(axis=1))
        stays = np.concatenate([energy[:, None], left], axis=1)
        return Residual(stays, self.z - (nucleon == 2212), self.a - 1), self.momentum - stays

    def __getitem__(self, rows: np.ndarray) -> Residual:
        """The nuclei of `rows`."""
        return Residual(self.momentum[rows], self.z[rows], self.a[rows])

    def replaced(self, rows: np.ndarray, others: Residual) -> Residual:
        """The same with those of `rows` (indices) exchanged."""
        columns = {name: getattr(self, name).copy() for name in ("momentum", "z", "a")}
        for name, column in columns.items():
            column[rows] = getattr(others, name)
        return Residual(**columns)


def mass_of(pdg: np.ndarray) -> np.ndarray:
    """Mass [GeV] of nucleons and pions (n,)."""
    return np.select([pdg == code for code in MASSES], list(MASSES.values()))


def radius(settings: Nucleus) -> float:
    """Radius of the sphere [fm]."""
    return settings.radius * ARGON_A ** (1 / 3)


def fermi_momentum(pdg: np.ndarray, settings: Nucleus) -> np.ndarray:
    """(n,) [GeV] of protons and neutrons: (3 pi^2 density)^(1/3), of each kind by itself."""
    volume = 4 / 3 * np.pi * radius(settings) ** 3
    proton, neutron = (HBARC * (3 * np.pi**2 * count / volume) ** (1 / 3) for count in (ARGON_Z, ARGON_A - ARGON_Z))
    return np.where(pdg == 2212, proton, neutron)


def fermi_gas(pdg: np.ndarray, settings: Nucleus, random: np.random.Generator) -> np.ndarray:
    """(n, 3): momenta [GeV] of nucleons, evenly within the sphere of Fermi."""
    size = fermi_momentum(pdg, settings) * random.random(pdg.size) ** (1 / 3)
    return size[:, None] * isotropic(pdg.size, random)


def blocked(particles: OutgoingHadrons, settings: Nucleus) -> np.ndarray:
    """(N,) bool: nucleons below the momentum of Fermi, for which the nucleus has no room."""
    nucleon = np.isin(particles.pdg, NUCLEONS)
    return nucleon & (length(particles.momentum[:, 1:]) < fermi_momentum(particles.pdg, settings))


def leave(
    particles: OutgoingHadrons, residual: Residual, settings: Nucleus, random: np.random.Generator
) -> tuple[OutgoingHadrons, Residual]:
    """Let the hadrons of the vertex leave the nucleus; each meets a nucleon, or two, at most once.

    The vertex lies anywhere in the sphere. What is knocked out leaves without a further meeting.
    """
    events = residual.a.size
    start = radius(settings) * random.random(events)[:, None] ** (1 / 3) * isotropic(events, random)
    order = np.argsort(particles.event, kind="stable")
    particles = particles[order]
    first = np.searchsorted(particles.event, particles.event)
    rank = np.arange(particles.event.size) - first
    leaving = []
    for number in range(int(rank.max(initial=-1)) + 1):
        now = particles[rank == number]
        meets = _meets(now, start[now.event], settings, random)
        leaving.append(now[~meets])
        met, residual = _scattered(now[meets], residual, settings, random)
        leaving.append(met)
    return OutgoingHadrons.joined(leaving), residual


def _meets(now: OutgoingHadrons, start: np.ndarray, settings: Nucleus, random: np.random.Generator) -> np.ndarray:
    """(n,) bool: whether a hadron interacts before it is out of the sphere."""
    size = np.maximum(length(now.momentum[:, 1:]), 1e-9)
    along = np.einsum("ni,ni->n", start, now.momentum[:, 1:] / size[:, None])
    way = -along + np.sqrt(np.clip(along**2 - (start**2).sum(axis=1) + radius(settings) ** 2, 0, None))
    density = ARGON_A / (4 / 3 * np.pi * radius(settings) ** 3)
    chance = 1 - np.exp(-way * density * cross_section(now) * settings.medium)
    return (random.random(now.event.size) < chance) & np.isin(now.pdg, PIONS + NUCLEONS)


def cross_section(particles: OutgoingHadrons) -> np.ndarray:
    """(N,) [fm2] of a hadron on the mean of proton and neutron.

    Of pions 27 mb and the Delta's peak of 90 mb at 0.19 GeV of kinetic energy, of nucleons 45 mb below 0.1 GeV and
    35 mb above: rounded.
    """
    kinetic = particles.momentum[:, 0] - mass_of(particles.pdg)
    pion = 2.7 + 9.0 * np.exp(-(((kinetic - 0.19) / 0.11) ** 2))
    return np.where(np.isin(particles.pdg, PIONS), pion, np.where(kinetic > 0.1, 3.5, 4.5))


def _scattered(
    now: OutgoingHadrons, residual: Residual, settings: Nucleus, random: np.random.Generator
) -> tuple[OutgoingHadrons, Residual]:
    """What leaves where these hadrons, one of an event at most, meet nucleons, and what stays.

    A meeting that energy, charge or the nucleus' filled states forbid does not take place.
    """
    rows, events = now.event, now.event.size
    before = residual[rows]
    struck = [_nucleon(before, random)]
    after, first = before.without(struck[0], fermi_gas(struck[0], settings, random), settings.separation_energy)
    struck.append(_nucleon(after, random))
    twice, second = after.without(struck[1], fermi_gas(struck[1], settings, random), settings.separation_energy)

    fate, pion = random.random(events), np.isin(now.pdg, PIONS)
    charge = charge_of(now.pdg) + charge_of(struck[0]) + charge_of(struck[1])
    absorbed = pion & (fate < settings.absorbed) & (charge >= 0) & (charge <= 2)
    exchanged = pion & ~absorbed & (fate < settings.absorbed + settings.exchanged)
    out = [now.pdg.copy(), struck[0].copy()]
    for (hadron, nucleon), products in EXCHANGED.items():
        own = exchanged & (now.pdg == hadron) & (struck[0] == nucleon)
        out[0][own], out[1][own] = products
    out[0][absorbed] = np.where(charge[absorbed] >= 1, 2212, 2112)
    out[1][absorbed] = np.where(charge[absorbed] == 2, 2212, 2112)

    frame = now.momentum + first + np.where(absorbed[:, None], second, 0)
    mass = np.sqrt(np.clip(square(frame), 0, None))
    possible = mass > mass_of(out[0]) + mass_of(out[1]) + 1e-6
    frame = np.where(possible[:, None], frame, [10.0, 0, 0, 0])
    bodies = two_bodies(frame, mass_of(out[0]), mass_of(out[1]), _directions(now, frame, ~pion, random))
    met = [OutgoingHadrons(rows, code, body) for code, body in zip(out, bodies, strict=True)]
    possible &= ~blocked(met[0], settings) & ~blocked(met[1], settings) & (twice.a > 1) & (twice.z > 0)
    left = after.replaced(np.flatnonzero(absorbed), twice[np.flatnonzero(absorbed)])
    chosen = np.flatnonzero(possible)
    stays = residual.replaced(rows[chosen], left[chosen])
    return OutgoingHadrons.joined([now[~possible], met[0][possible], met[1][possible]]), stays


def charge_of(pdg: np.ndarray) -> np.ndarray:
    """(n,) charge of nucleons and pions."""
    return np.select([pdg == code for code in CHARGES], list(CHARGES.values()))


def _nucleon(nuclei: Residual, random: np.random.Generator) -> np.ndarray:
    """(n,) int32: PDG code of one of the nucleons of each nucleus."""
    return np.where(random.random(nuclei.a.size) * nuclei.a < nuclei.z, 2212, 2112).astype(np.int32)


def _directions(now: OutgoingHadrons, frame: np.ndarray, peaked: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(n, 3): of the first body where both rest together: any, or peaked forward where nucleons above 0.3 GeV meet."""
    before = at_rest(now.momentum, frame)[:, 1:]
    size = np.maximum(length(before), 1e-9)
    depth = 4 * size**2 * SLOPE  # slope times the largest -t
    drawn = random.random(now.event.size)
    forward = 1 + 2 * np.log1p(-drawn * -np.expm1(-depth)) / np.maximum(depth, 1e-9)
    fast = peaked & (now.momentum[:, 0] - NUCLEON > 0.3)
    cosine = np.where(fast, np.clip(forward, -1, 1), 2 * drawn - 1)
    return turned(before / size[:, None], cosine, random.uniform(0, 2 * np.pi, now.event.size))
