"""Shards of collisions: their events, and the muons and jets of each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa

from showergrid.core.errors import InputError
from showergrid.core.progress import report
from showergrid.core.seeds import generator, seed_of
from showergrid.events.hits import ANY_EVENTS
from showergrid.events.muons import MUON_MASS
from showergrid.events.parquet import conforming
from showergrid.sources.pp.detector import jet_width, measured, missing, muon_width, recorded
from showergrid.sources.pp.generator import LARGEST_SEED, Generator, Particles
from showergrid.sources.pp.jets import anti_kt
from showergrid.sources.pp.settings import Collisions
from showergrid.sources.pp.tries import Decayed, decays

MUON, JET = 13, 0  # kinds of objects: PDG code of a muon
BATCH = 50  # events whose jets are made together; another value changes what a seed gives
PROCESSES, COLLISIONS = 10**3, 10**9  # of a shard, of a process in it, at most: a collision's number is made of them

EVENTS = pa.schema(
    [
        ANY_EVENTS.field("event"),
        pa.field("process", pa.string(), nullable=False),
        pa.field("collision", pa.int64(), nullable=False),  # the same for events that share one
        pa.field("met", pa.float32(), nullable=False),  # GeV
        pa.field("met_phi", pa.float32(), nullable=False),  # rad
        pa.field("dimuon_mass", pa.float32(), nullable=False),  # GeV, of the two muons with the largest pT
        pa.field("hard_ht", pa.float32(), nullable=False),  # GeV, truth: sum of all pT that leave the hard process
        pa.field("n_objects", pa.int32(), nullable=False),
        ANY_EVENTS.field("source"),
        ANY_EVENTS.field("number"),
    ]
)
OBJECTS = pa.schema(
    [
        ANY_EVENTS.field("event"),
        pa.field("kind", pa.int32(), nullable=False),  # MUON or JET
        pa.field("pt", pa.float32(), nullable=False),  # GeV
        pa.field("eta", pa.float32(), nullable=False),
        pa.field("phi", pa.float32(), nullable=False),  # rad
        pa.field("charge", pa.int32(), nullable=False),  # of a muon; 0 for jets
        pa.field("origin", pa.int32(), nullable=False),  # truth: what decayed to a muon (generator.origin); 0: jet
    ]
)


@dataclass(frozen=True)
class DetectedObjects:
    """Muons and jets: event (N,) int64, and the other columns of OBJECTS, each (N,)."""

    event: np.ndarray
    kind: np.ndarray
    pt: np.ndarray
    eta: np.ndarray
    phi: np.ndarray
    charge: np.ndarray
    origin: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> DetectedObjects:
        """Those that are chosen, by index or mask."""
        return DetectedObjects(**{name: values[chosen] for name, values in vars(self).items()})


@dataclass(frozen=True)
class KeptEvents:
    """Events that are kept: collision and the other (E,) columns of EVENTS, and their objects, in order."""

    collision: np.ndarray
    met: np.ndarray
    met_phi: np.ndarray
    dimuon_mass: np.ndarray
    hard_ht: np.ndarray
    objects: DetectedObjects


@dataclass(frozen=True)
class Generated:
    """How the events of one process came about.

    effective: events of one collision are not independent: (sum of n)^2 / sum of n^2, n events of each collision.
    cross_section: as Pythia has it [pb].
    """

    collisions: int
    tries: int
    events: int
    effective: float
    cross_section: float


def seeds(settings: Collisions, shard: int) -> dict[str, int]:
    """Seeds of the random streams of one shard, by process and stream: Pythia's own two and that of the detector."""
    drawn = {}
    for process in settings.processes:
        for name in ("hard", "decays", "detector"):
            seed = seed_of(settings.seed, "collisions", shard, process, name)
            drawn[f"{process}.{name}"] = 1 + seed % LARGEST_SEED if name != "detector" else seed
    return drawn


def simulate_shard(shard: int, settings: Collisions) -> tuple[pa.Table, pa.Table, dict[str, Generated]]:
    """Objects and events of one shard; the processes alternate.

    Returns:
        Tables as OBJECTS and EVENTS, events numbered from 0 on within the shard, and how each process came about.

    Raises:
        InputError: there is no such shard, or Pythia does not take the settings.
    """
    if not 0 <= shard < settings.shards:
        raise InputError(f"shard {shard}: the study has {settings.shards}, numbered from 0")
    wanted = min(settings.shard_size, settings.events - shard * settings.shard_size)
    drawn = seeds(settings, shard)
    parts, counts = [], {}
    for k, process in enumerate(settings.processes):
        own = {name.removeprefix(f"{process}."): seed for name, seed in drawn.items() if name.startswith(f"{process}.")}
        first = (shard * PROCESSES + k) * COLLISIONS
        source = Generator(settings.definitions[process], settings, own)
        kept, counts[process] = simulate(source, settings, own["detector"], wanted, process)
        parts.append((process, first, kept))
    return *_tables(parts, wanted, f"shard {shard}"), counts


def simulate(
    source: Generator, settings: Collisions, seed: int, wanted: int, name: str
) -> tuple[KeptEvents, Generated]:
    """The first `wanted` events of a process that are kept; `seed` is of the detector, `name` for a person.

    The tries of the last collision may be cut.

    Raises:
        InputError: Pythia makes no collision, or hardly any event is kept.
    """
    random = generator(seed, "detector")
    start = time.monotonic()
    batches: list[KeptEvents] = []
    count = 0
    stream = _decayed(source, settings, random)
    while count < wanted:
        batches.append(_measure([next(stream) for _ in range(min(BATCH, wanted - count))], settings, random))
        source.kept = count = count + batches[-1].met.size
        left = f"; {(time.monotonic() - start) / count * (wanted - count) / 60:.1f} min left" if count else ""
        report(
            f"{name}: {count} of {wanted} events, of {source.tried} collisions, "
            f"tries of each: {source.process.tries}{left}"
        )
    events = _concatenated(batches)
    each = np.unique(events.collision, return_counts=True)[1].astype(float)
    effective = round(float(each.sum() ** 2 / (each**2).sum()), 2)
    made = Generated(source.tried, source.process.tries, count, effective, source.cross_section)
    return events, made


def _decayed(
    source: Generator, settings: Collisions, random: np.random.Generator
) -> Iterator[tuple[int, float, Decayed]]:
    """The number of a collision, its hard_ht [GeV], and it once decayed, for each try with enough muons."""
    for collision in source.collisions():
        number = source.tried
        for decayed in decays(collision, source, settings, random):
            source.kept += 1  # until it is known how many of a batch are
            yield number, collision.hard_ht, decayed


def _measure(made: list[tuple[int, float, Decayed]], settings: Collisions, random: np.random.Generator) -> KeptEvents:
    """What a detector sees of events, and of these those that are selected."""
    detector, selection = settings.detector, settings.selection
    collision, hard_ht, decayed = zip(*made, strict=True)
    remains = [recorded(event.particles, detector) for event in decayed]
    met, met_phi = missing(remains, detector.met, random)
    muons = _muons(decayed, settings, random)
    jets = _jets(remains, settings, random)
    if selection.muon_distance:
        jets = jets[~_near(jets, muons, selection.muon_distance)]
    numbers = [np.bincount(objects.event, minlength=len(made)) for objects in (muons, jets)]
    kept = (numbers[0] >= selection.muons) & (numbers[1] >= selection.jets)
    both = DetectedObjects(
        *(np.concatenate(pair) for pair in zip(vars(muons).values(), vars(jets).values(), strict=True))
    )
    both = both[np.lexsort((-both.pt, -both.kind, both.event))]
    both = both[kept[both.event]]
    new = np.cumsum(kept) - 1
    both = DetectedObjects(**{**vars(both), "event": new[both.event]})
    return KeptEvents(
        np.array(collision)[kept], met[kept], met_phi[kept], _dimuon_mass(both), np.array(hard_ht)[kept], both
    )


def _muons(decayed: tuple[Decayed, ...], settings: Collisions, random: np.random.Generator) -> DetectedObjects:
    """Muons as they are measured, above the threshold."""
    event = np.repeat(np.arange(len(decayed)), [one.origin.size for one in decayed])
    true = Particles(*(np.concatenate([getattr(one.muons, name) for one in decayed]) for name in ("pdg", "momentum")))
    pt = measured(true.pt, muon_width(true.pt, true.eta, settings.detector.muons.resolution), random)
    origin = np.concatenate([one.origin for one in decayed])
    muons = DetectedObjects(event, np.full(pt.size, MUON), pt, true.eta, true.phi, -np.sign(true.pdg), origin)
    return muons[pt >= settings.selection.muon_pt]


def _jets(remains: list[Particles], settings: Collisions, random: np.random.Generator) -> DetectedObjects:
    """Jets as they are measured, above the threshold and not too far forward."""
    detection, selection = settings.detector.jets, settings.selection
    true = anti_kt(remains, detection.radius, selection.jet_pt / 2)
    pt = measured(true.pt, jet_width(true.pt, detection), random)
    none = np.zeros(pt.size, np.int64)
    jets = DetectedObjects(true.event, np.full(pt.size, JET), pt, true.eta, true.phi, none, none)
    return jets[(pt >= selection.jet_pt) & (np.abs(true.eta) < selection.jet_eta)]


def _near(jets: DetectedObjects, muons: DetectedObjects, distance: float) -> np.ndarray:
    """(J,) bool: jets that have a muon of their event so near to them."""
    eta = jets.eta[:, None] - muons.eta
    phi = np.remainder(jets.phi[:, None] - muons.phi + np.pi, 2 * np.pi) - np.pi
    return ((jets.event[:, None] == muons.event) & (np.hypot(eta, phi) < distance)).any(axis=1)


def _dimuon_mass(objects: DetectedObjects) -> np.ndarray:
    """(E,) [GeV]: m^2 = 2 m_mu^2 + 2 (E1 E2 - p1 p2) of the first two objects of each event."""
    first = np.unique(objects.event, return_index=True)[1]
    one, other = objects[first], objects[first + 1]
    energies = np.prod([np.hypot(muon.pt * np.cosh(muon.eta), MUON_MASS) for muon in (one, other)], axis=0)
    along = np.cos(one.phi - other.phi) + np.sinh(one.eta) * np.sinh(other.eta)
    return np.sqrt(2 * MUON_MASS**2 + 2 * (energies - one.pt * other.pt * along))


def _concatenated(batches: list[KeptEvents]) -> KeptEvents:
    """One after the other, their events numbered on."""
    first = np.cumsum([0, *(batch.met.size for batch in batches)])
    columns = {
        name: np.concatenate([vars(batch)[name] for batch in batches]) for name in vars(batches[0]) if name != "objects"
    }
    objects = [
        DetectedObjects(**{**vars(batch.objects), "event": batch.objects.event + offset})
        for batch, offset in zip(batches, first, strict=False)
    ]
    joined = {name: np.concatenate([vars(part)[name] for part in objects]) for name in vars(objects[0])}
    return KeptEvents(**columns, objects=DetectedObjects(**joined))


def _tables(parts: list[tuple[str, int, KeptEvents]], wanted: int, source: str) -> tuple[pa.Table, pa.Table]:
    """Both tables, the processes in turn; each part with its process and the number before its collisions."""
    rows, objects = [], []
    for k, (process, first, part) in enumerate(parts):
        number = np.arange(wanted) * len(parts) + k
        columns = {name: values for name, values in vars(part).items() if name != "objects"}
        size = np.bincount(part.objects.event, minlength=wanted)
        rows.append(
            conforming(
                {
                    **columns,
                    "event": number,
                    "process": [process] * wanted,
                    "collision": part.collision + first,
                    "n_objects": size,
                    "source": [source] * wanted,
                    "number": number,
                },
                EVENTS,
            )
        )
        objects.append(conforming({**vars(part.objects), "event": number[part.objects.event]}, OBJECTS))
    sorted_events = pa.concat_tables(rows).sort_by("event").combine_chunks()
    joined = pa.concat_tables(objects)
    order = np.argsort(joined["event"].to_numpy(), kind="stable")
    return joined.take(order).combine_chunks(), sorted_events


def counted(counts: dict[str, Generated]) -> dict[str, dict[str, float]]:
    """What the record of a shard says of each process."""
    return {process: asdict(made) for process, made in counts.items()}
