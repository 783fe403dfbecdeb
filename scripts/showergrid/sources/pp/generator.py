"""Collisions of protons by Pythia 8: each is made once, and what lives long in it decays as often as asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.parts.pythia import quiet_pythia
from showergrid.sources.pp.settings import Apparatus, Collisions, Process

LIVES_LONG = 0.01  # mm/c, a mean life below that of all hadrons of c and b and of tau
LARGEST_SEED = 900_000_000  # of Pythia
MUON = 13
TAU = 15
UNSEEN = (12, 14, 16)  # neutrinos
IN_FLIGHT = (211, 321, 130)  # pions and kaons, which Pythia takes for stable unless told otherwise
FAILURES = 100  # of Pythia, one after the other
HOPELESS = 20_000  # collisions for an event that is kept: minutes


@dataclass(frozen=True)
class Particles:
    """What is there in the end: pdg (N,) int64, momentum (N, 4) float64 [GeV]: x, y, z, energy."""

    pdg: np.ndarray
    momentum: np.ndarray

    @property
    def pt(self) -> np.ndarray:
        """(N,) [GeV]."""
        return np.hypot(self.momentum[:, 0], self.momentum[:, 1])

    @property
    def eta(self) -> np.ndarray:
        """(N,): the pseudorapidity."""
        return np.arcsinh(self.momentum[:, 2] / np.maximum(self.pt, 1e-9))

    @property
    def phi(self) -> np.ndarray:
        """(N,) [rad]."""
        return np.arctan2(self.momentum[:, 1], self.momentum[:, 0])

    @property
    def seen(self) -> np.ndarray:
        """(N,) bool: all but neutrinos."""
        return ~np.isin(np.abs(self.pdg), UNSEEN)

    def __getitem__(self, chosen: np.ndarray) -> Particles:
        """Those that are chosen, by index or mask."""
        return Particles(self.pdg[chosen], self.momentum[chosen])


@dataclass(frozen=True)
class Collision:
    """A collision before anything that lives long has decayed.

    hard_ht: scalar sum of the transverse momenta of what leaves the hard process [GeV]; event: Pythia's; number (N,)
    int64: the place there of each of its particles; undecayed: Pythia's event of those that may decay yet, and place
    (N,) int64: theirs there, 0 for all others.
    """

    hard_ht: float
    event: Any
    number: np.ndarray
    particles: Particles
    undecayed: Any
    place: np.ndarray


class Generator:
    """A process, as Pythia makes it: `hard` makes collisions, `decays` the decays of what lives long in them."""

    def __init__(self, process: Process, settings: Collisions, seeds: Mapping[str, int]) -> None:
        """Start both.

        Args:
            process: what is made.
            settings: energy, tune and detector.
            seeds: of the streams `hard` and `decays`, 1 to LARGEST_SEED.

        Raises:
            InputError: Pythia does not take one of the lines of the process, or does not start with them.
        """
        # The second step takes a particle with what the first one knows of it, so mayDecay = off would hold there too
        redecayed = [f"{code}:tau0 = {2 * LIVES_LONG}" for code in process.redecayed]
        prompt = ["ParticleDecays:limitTau0 = on", f"ParticleDecays:tau0Max = {LIVES_LONG}", *redecayed]
        later = ["ProcessLevel:all = off", *in_cylinder(settings.detector)]
        self.process = process
        self.tried = self.kept = 0
        self.hard = pythia(process, settings, seeds["hard"], prompt)
        self.decays = pythia(process, settings, seeds["decays"], later)

    @property
    def cross_section(self) -> float:
        """That of the process, with the shares of its decays that are switched on [pb], as Pythia has it so far."""
        return self.hard.infoPython().sigmaGen() * 1e9

    def collisions(self) -> Iterator[Collision]:
        """Yield collisions without end; `tried` counts them, with those that lack what is required.

        Whoever takes them sets `kept`, the number of events that came of them so far.

        Raises:
            InputError: Pythia fails again and again, or hardly any event is kept.
        """
        failed = 0
        while True:
            if not self.hard.next():
                failed += 1
                if failed == FAILURES:
                    raise InputError(f"Pythia: makes no collision of {'; '.join(self.process.lines)}; correct them")
                continue
            failed = 0
            self.tried += 1
            if self.tried > HOPELESS * (self.kept + 1):
                raise InputError(
                    f"config: collisions: {self.tried} collisions of {'; '.join(self.process.lines)} gave {self.kept} "
                    "events; ask less of them in selection or required"
                )
            if self._has_required():
                yield self._collision()

    def decayed(self, collision: Collision) -> Any:
        """What may decay, as Pythia's event, once it has done so inside, hadrons after new lifetimes.

        The event is overwritten by the next one.

        Raises:
            InputError: Pythia fails again and again.
        """
        event = self.decays.event
        for _ in range(FAILURES):
            event.assign(collision.undecayed)
            if self.decays.forceHadronLevel(False):  # moreDecays would leave the quarks of decays as they are
                return event
        raise InputError(f"Pythia: decays no collision of {'; '.join(self.process.lines)}; correct them")

    def _has_required(self) -> bool:
        wanted = self.process.required
        return wanted is None or any(
            particle.idAbs() == wanted.pdg and particle.pT() >= wanted.pt and particle.iBotCopyId() == i
            for i, particle in enumerate(self.hard.event)
        )

    def _collision(self) -> Collision:
        event = self.hard.event
        number, particles = final(event)
        hard_ht = float(final(self.hard.process)[1].pt.sum())
        return Collision(hard_ht, event, number, particles, *self.undecayed(event, number, particles))

    def undecayed(self, event: Any, number: np.ndarray, particles: Particles) -> tuple[Any, np.ndarray]:
        """What may decay of the particles at `number`, as an event of its own, and their places there.

        Pythia decays some 200 of 1,200 particles seven times as fast alone. A tau takes all others with it: its spin is
        that of what it came of.
        """
        if np.any(np.abs(particles.pdg) == TAU):
            return event, number
        alone, known = self.decays.event, self.decays.particleData
        codes, kind = np.unique(particles.pdg, return_inverse=True)
        may = np.array([known.mayDecay(code) and known.canDecay(code) for code in codes.tolist()], bool)[kind]
        alone.reset()
        for place, i in enumerate(number[may].tolist(), 1):
            alone.append(event[i])
            alone[place].mothers(0, 0)
        alone[0].p(*particles.momentum[may].sum(axis=0).tolist())  # which Pythia compares with what came of it
        alone[0].m(alone[0].mCalc())
        return type(alone)(alone), np.where(may, np.cumsum(may), 0)


def final(event: Any, first: int = 0) -> tuple[np.ndarray, Particles]:
    """The places in Pythia's event, from `first` on, of its particles that are there in the end, and these."""
    number = [i for i in range(first, event.size()) if event[i].isFinal()]
    return np.array(number, np.int64), particles_at(event, number)


def muons_from(event: Any, first: int) -> list[int]:
    """The places in Pythia's event, from `first` on, of its muons."""
    return [i for i in range(first, event.size()) if event[i].idAbs() == MUON and event[i].isFinal()]


def particles_at(event: Any, numbers: list[int]) -> Particles:
    """The particles at these places of Pythia's event."""
    pdg, momentum = [], []
    for i in numbers:
        particle = event[i]
        pdg.append(particle.id())
        momentum.append((particle.px(), particle.py(), particle.pz(), particle.e()))
    return Particles(np.array(pdg, np.int64), np.array(momentum).reshape(-1, 4))


def origin(event: Any, number: int) -> int:
    """What decayed to a muon: 4 or 5 for hadrons with that quark, else the PDG code without its sign.

    Copies of the muon itself, as it radiates, are passed over. Onia and what leaves the hard process have their code.
    """
    particle = event[number]
    while particle.idAbs() == MUON and particle.mother1() > 0:
        particle = event[particle.mother1()]
    code = particle.idAbs()
    quarks = sorted(int(digit) for digit in str(code % 10_000)[:-1])
    if code > 100 and quarks[-1] in (4, 5) and quarks[-2:] != [quarks[-1]] * 2:
        return quarks[-1]
    return code


def in_cylinder(detector: Apparatus) -> list[str]:
    """The settings with which Pythia decays all that does so before it leaves the detector."""
    return [
        "ParticleDecays:limitCylinder = on",
        f"ParticleDecays:xyMax = {detector.radius}",
        f"ParticleDecays:zMax = {detector.half_length}",
    ]


def pythia(process: Process, settings: Collisions, seed: int, lines: list[str]) -> Any:
    """Pythia with the settings of a process and further `lines`, ready to be asked.

    Raises:
        InputError: it does not take one of them, or does not start with them.
    """
    made = quiet_pythia()
    own = [
        f"Beams:eCM = {settings.energy}",
        f"Tune:pp = {settings.tune}",
        "Random:setSeed = on",
        f"Random:seed = {seed}",
        *(f"{code}:mayDecay = on" for code in IN_FLIGHT),
    ]
    for line in [*own, *process.lines, *lines]:
        if not made.readString(line):
            raise InputError(f"config: collisions.definitions: Pythia does not know {line!r}; correct it")
    if not made.init():
        raise InputError(f"config: collisions.definitions: Pythia does not start with {process.lines}; correct them")
    return made
