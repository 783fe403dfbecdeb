"""Samples of collisions, and whether two of them are of one distribution."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import chi2_contingency, kstwobign

from showergrid.core.seeds import seed_of
from showergrid.sources.pp.events import JET, MUON, Generated, KeptEvents, simulate
from showergrid.sources.pp.generator import LARGEST_SEED, Collision, Generator, Particles, in_cylinder, pythia
from showergrid.sources.pp.settings import Collisions, Process

ORIGINS = {"b": (5,), "c": (4,), "tau": (15,), "pi or K": (211, 321, 130)}  # of a muon; all others are the fifth kind


class OneStep(Generator):
    """Collisions that Pythia decays to their end by itself, as it does without us: each is tried once."""

    def __init__(self, process: Process, settings: Collisions, seeds: Mapping[str, int]) -> None:
        self.process = process.model_copy(update={"tries": 1})
        self.tried = self.kept = 0
        self.hard = pythia(process, settings, seeds["hard"], in_cylinder(settings.detector))

    def undecayed(self, event: Any, number: np.ndarray, particles: Particles) -> tuple[Any, np.ndarray]:
        return event, number

    def decayed(self, collision: Collision) -> Any:
        return collision.event


@dataclass(frozen=True)
class Sample:
    """Events of one process: how they came about, and the processor time that this took [s]."""

    events: KeptEvents
    made: Generated
    seconds: float


def sample(kind: type[Generator], process: str, settings: Collisions, wanted: int) -> Sample:
    """`wanted` events of a process, made by this kind of generator; the time is without that of its start."""
    streams = ("hard", "decays", "detector")
    seeds = {name: 1 + seed_of(settings.seed, kind.__name__, process, name) % LARGEST_SEED for name in streams}
    source = kind(settings.definitions[process], settings, seeds)
    start = time.process_time()
    events, made = simulate(source, settings, seeds["detector"], wanted, f"{process}, {kind.__name__}")
    return Sample(events, made, time.process_time() - start)


def observables(events: KeptEvents) -> dict[str, np.ndarray]:
    """(E,) each: what two samples are compared in."""
    size = events.met.size
    of_muons, of_jets = (events.objects[events.objects.kind == kind] for kind in (MUON, JET))
    first = np.unique(of_muons.event, return_index=True)[1]
    jets = np.bincount(of_jets.event, minlength=size)
    leading = np.zeros(size)
    event, place = np.unique(of_jets.event, return_index=True)
    leading[event] = of_jets.pt[place]
    return {
        "pT of the first muon": of_muons.pt[first],
        "eta of the first muon": of_muons.eta[first],
        "pT of the second muon": of_muons.pt[first + 1],
        "eta of the second muon": of_muons.eta[first + 1],
        "mass of both": events.dimuon_mass,
        "jets": jets,
        "pT of the first jet": leading,
        "MET": events.met,
        "H_T of the hard process": events.hard_ht,
    }


def origins(events: KeptEvents) -> np.ndarray:
    """(5,): events by the origin of their second muon, in the order of ORIGINS, then all others."""
    muons = events.objects[events.objects.kind == MUON]
    second = muons.origin[np.unique(muons.event, return_index=True)[1] + 1]
    known = np.array([np.isin(second, codes).sum() for codes in ORIGINS.values()])
    return np.append(known, second.size - known.sum())


def same(one: Sample, other: Sample) -> dict[str, tuple[float, float]]:
    """Statistic and p-value of each test that two samples are of one distribution, not yet corrected for their number.

    Events of one collision are taken for wholly dependent, so a sample counts as its effective number. Kolmogorov and
    Smirnov: D and its asymptotic p-value; of the origin chi2 of counts scaled to that number, kinds of fewer than five
    events in one row joined to the last.
    """
    numbers = [sampled.made.effective for sampled in (one, other)]
    root = np.sqrt(numbers[0] * numbers[1] / sum(numbers))
    tests = {}
    theirs = observables(other.events)
    for name, ours in observables(one.events).items():
        at = np.sort(np.concatenate([ours, theirs[name]]))
        below = [np.searchsorted(np.sort(values), at, side="right") / values.size for values in (ours, theirs[name])]
        distance = float(np.abs(below[0] - below[1]).max())
        tests[name] = distance, float(kstwobign.sf(root * distance))
    counts = np.array(
        [
            origins(sampled.events) * number / sampled.made.events
            for sampled, number in zip((one, other), numbers, strict=True)
        ]
    )
    rare = np.append(counts[:, :-1].min(axis=0) < 5, True)
    joined = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])
    joined = joined[:, joined.sum(axis=0) > 0]
    result = chi2_contingency(joined, correction=False)
    tests["origin of the second muon"] = float(result.statistic), float(result.pvalue)
    return tests
