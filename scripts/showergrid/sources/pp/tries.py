"""Decays of one collision, tried again and again: those that show enough muons, each with its full final state.

Every collision is tried equally often whatever comes of it, so what is kept is distributed as if each had decayed once:
there is no weight. What shares a collision is not independent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from showergrid.sources.pp.detector import in_acceptance
from showergrid.sources.pp.generator import (
    MUON,
    Collision,
    Generator,
    Particles,
    final,
    muons_from,
    origin,
    particles_at,
)
from showergrid.sources.pp.settings import Collisions


@dataclass(frozen=True)
class Decayed:
    """A collision once all has decayed: its particles, and the muons that are found among them.

    muons: with their true momenta; origin (M,) int64: what decayed to each, as `generator.origin` says.
    """

    particles: Particles
    muons: Particles
    origin: np.ndarray


def decays(
    collision: Collision, source: Generator, settings: Collisions, random: np.random.Generator
) -> Iterator[Decayed]:
    """Yield what has enough muons among the tries of a collision.

    Raises:
        InputError: Pythia fails again and again.
    """
    tries, wanted = source.process.tries, settings.selection.muons
    detection = settings.detector.muons
    early = np.abs(collision.particles.pdg) == MUON
    muons, number = collision.particles[early], collision.number[early]
    found = in_acceptance(muons, detection) & (random.random((tries, number.size)) < detection.efficiency)
    first = collision.undecayed.size()
    stays, may = collision.place == 0, collision.place[collision.place > 0].tolist()
    for chosen in found:
        event = source.decayed(collision)
        late = np.array(muons_from(event, first), np.int64)
        if chosen.sum() + late.size < wanted:
            continue
        new = particles_at(event, late.tolist())
        seen = in_acceptance(new, detection)
        seen &= random.random(seen.size) < detection.efficiency
        if chosen.sum() + seen.sum() < wanted:
            continue
        stays[collision.place > 0] = [event[i].isFinal() for i in may]
        origins = [origin(collision.event, i) for i in number[chosen].tolist()]
        origins += [origin(event, i) for i in late[seen].tolist()]
        yield Decayed(
            _joined(collision.particles[stays], final(event, first)[1]),
            _joined(muons[chosen], new[seen]),
            np.array(origins),
        )


def _joined(one: Particles, other: Particles) -> Particles:
    return Particles(np.concatenate([one.pdg, other.pdg]), np.concatenate([one.momentum, other.momentum]))
