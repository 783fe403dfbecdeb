"""Shards of neutrino interactions: generated or read, carried through argon, read out, and told as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa

from showergrid.core.errors import InputError
from showergrid.core.progress import progress
from showergrid.core.seeds import generator, seed_of
from showergrid.events.detector import Box
from showergrid.events.hits import AXES
from showergrid.events.order import rows_in_order
from showergrid.events.parquet import conforming
from showergrid.sources.lartpc import hadron_data
from showergrid.sources.lartpc.geant4 import Detector, geant4_data
from showergrid.sources.lartpc.readout import TimedHits, delayed, read_out_shares
from showergrid.sources.nu.columns import EVENTS, NEUTRINO_HITS, PRONGS
from showergrid.sources.nu.cosmic import cosmic_muons
from showergrid.sources.nu.generator import generate
from showergrid.sources.nu.interaction_files.reading import read_interactions
from showergrid.sources.nu.interactions import FinalStates, PlacedInteractions, joined
from showergrid.sources.nu.particles import kinetic_energy, not_followed, outgoing
from showergrid.sources.nu.prongs import NONE, Prongs, SeenProngs, of_tracks, prong_of, seen
from showergrid.sources.nu.settings import Neutrinos, NeutrinoSample

HADRONS = "FTFP_BERT"  # Geant4's physics list
EVENTS_PER_RUN = 50  # of Geant4: bounds the memory that tracks take; another value changes what a seed gives
STREAMS = ("neutrinos", "interactions", "vertices", "decays", "geant4", "readout", "cosmic")


def seeds(settings: Neutrinos, shard: int) -> dict[str, int]:
    """Seeds of the random streams of one shard."""
    return {name: seed_of(settings.seed, "neutrinos", shard, name) for name in STREAMS}


@dataclass(frozen=True)
class Batch:
    """Events of one run: number (E,) int64 in the shard; large (E,) bool: whether it has enough hits, else it is drawn
    again; truth, hits and prongs: columns by name, of which `event` is the index 0 to E - 1.
    """

    number: np.ndarray
    large: np.ndarray
    truth: dict[str, np.ndarray]
    hits: dict[str, np.ndarray]
    prongs: dict[str, np.ndarray]
    not_followed: dict[str, int]


# The interactions of the events with these numbers in the shard (E,), from the random streams by name
Interactions = Callable[[np.ndarray, Mapping[str, np.random.Generator]], PlacedInteractions]


def simulate_shard(
    shard: int, settings: Neutrinos, library: Mapping[str, np.ndarray], detector: Box, order: str
) -> tuple[dict[str, pa.Table], dict[str, dict[str, int]]]:
    """The tables of one shard; the samples alternate, or events are in the order of their files.

    An event with fewer hits than `min_hits` is drawn again, energy and interaction too, from the same streams. Of files
    it is left out.

    Args:
        shard: its number, from 0 on.
        settings: which interactions, and what is seen of them.
        library: of cross-sections.
        detector: bounds of the liquid argon.
        order: of an event's hits, "axis", "beam" or "truth_time".

    Returns:
        The tables by name, as in `columns`, events numbered from 0 on within the shard; and counts: events drawn again,
        or left out, by sample, and particles that Geant4 does not follow by PDG code.

    Raises:
        InputError: there is no such shard or order, nearly every event is too small, or a file cannot be used.
    """
    if not 0 <= shard < settings.shards:
        raise InputError(f"shard {shard}: the study has {settings.shards}, numbered from 0")
    first = shard * settings.shard_size
    size = settings.alternating * min(settings.shard_size, settings.events - first)
    if settings.interactions is None:
        interactions: Interactions = partial(_generated, shard, settings, library, detector)
    else:
        samples = {name: settings.definitions[name] for name in settings.samples}
        read = read_interactions(settings.interactions, samples, detector, first, first + size)
        interactions = partial(_of_files, read, settings)
    small: Counter[str] = Counter(dict.fromkeys(settings.samples, 0))
    uncarried: Counter[str] = Counter()
    parts: dict[str, list[dict[str, np.ndarray]]] = {"truth": [], "hits": [], "prongs": []}
    total = -(-size // EVENTS_PER_RUN)
    for batch in progress(_batches(shard, size, settings, interactions, detector, order), "neutrinos", "run", total):
        small.update(batch.truth["flavour"][~batch.large].tolist())
        uncarried.update(batch.not_followed)
        for name, kept in parts.items():
            columns = getattr(batch, name)
            rows = batch.large[columns["event"]]
            numbered = {**columns, "event": batch.number[columns["event"]]}
            kept.append({column: values[rows] for column, values in numbered.items()})
    truth, hits, prongs = (
        {name: np.concatenate([part[name] for part in kept]) for name in kept[0]} for kept in parts.values()
    )
    numbers = np.sort(truth["event"])  # without those that were left out
    schemas = {"events": (truth, EVENTS), "hits": (hits, NEUTRINO_HITS), "prongs": (prongs, PRONGS)}
    tables = {
        name: conforming(_sorted({**columns, "event": np.searchsorted(numbers, columns["event"])}), schema)
        for name, (columns, schema) in schemas.items()
    }
    counted = "redrawn" if settings.interactions is None else "left_out"
    return tables, {counted: dict(small), "not_followed": dict(sorted(uncarried.items()))}


def _batches(
    shard: int, size: int, settings: Neutrinos, interactions: Interactions, detector: Box, order: str
) -> Iterator[Batch]:
    """The events of a shard; of those that are generated, until each number has one that is large enough."""
    seed = seeds(settings, shard)
    random = {name: generator(seed[name], name) for name in STREAMS}
    redrawn = 0
    with geant4_data(settings.geant4_data, hadron_data.write):
        argon = Detector(detector, settings.em_model, settings.production_cut, seed["geant4"], HADRONS)
        todo = np.arange(size)
        while todo.size:
            now, todo = todo[:EVENTS_PER_RUN], todo[EVENTS_PER_RUN:]
            batch = _simulated(now, interactions(now, random), settings, argon, detector, order, random)
            yield batch
            if settings.interactions is not None:
                continue
            todo = np.concatenate([todo, now[~batch.large]])
            redrawn += np.count_nonzero(~batch.large)
            if redrawn > 100 * size:
                raise InputError(
                    f"neutrinos.min_hits: {settings.min_hits} is more than these events ever have; lower it"
                )


def _generated(
    shard: int,
    settings: Neutrinos,
    library: Mapping[str, np.ndarray],
    detector: Box,
    number: np.ndarray,
    random: Mapping[str, np.random.Generator],
) -> PlacedInteractions:
    flavour = np.array(settings.samples)[number % len(settings.samples)]
    vertex = np.empty((number.size, len(AXES)))
    parts = []
    rows = np.flatnonzero(~np.isin(flavour, [*settings.cosmic]))
    if rows.size:
        neutrino, charged = _drawn(flavour[rows], settings.definitions, random["neutrinos"])
        interactions = generate(settings.generator, library, neutrino, charged, random["interactions"])
        parts.append((rows, interactions.final_states))
        vertex[rows] = _uniform(rows.size, settings.vertex, random["vertices"])
    for name in settings.samples:
        rows = np.flatnonzero(flavour == name)
        if name in settings.cosmic and rows.size:
            muons, vertex[rows] = cosmic_muons(
                settings.cosmic[name], rows.size, settings.vertex, detector, random["cosmic"]
            )
            parts.append((rows, muons))
    return PlacedInteractions(
        flavour=flavour,
        states=joined(parts),
        vertex=vertex,
        source=np.full(number.size, f"shard {shard}"),
        number=number,
    )


def _of_files(
    read: PlacedInteractions, settings: Neutrinos, number: np.ndarray, random: Mapping[str, np.random.Generator]
) -> PlacedInteractions:
    if settings.interactions.vertex == "file":
        return read[number]
    return replace(read[number], vertex=_uniform(number.size, settings.vertex, random["vertices"]))


def _uniform(count: int, box: Box, random: np.random.Generator) -> np.ndarray:
    """(count, 3): places in a box [cm]."""
    return np.stack([random.uniform(*getattr(box, axis), count) for axis in AXES], axis=1)


def _simulated(
    number: np.ndarray,
    interactions: PlacedInteractions,
    settings: Neutrinos,
    argon: Detector,
    detector: Box,
    order: str,
    random: Mapping[str, np.random.Generator],
) -> Batch:
    states, vertex = interactions.states, interactions.vertex
    particles = outgoing(states.event, states.pdg, states.momentum, random["decays"])
    deposits, track, tracks = argon.follow(particles.primaries(vertex))
    prongs, of_track = of_tracks(tracks, particles)
    owner = prong_of(tracks, of_track, deposits.event, track)
    deposits, rows = delayed(deposits, settings.readout.drift_velocity)
    owner = owner[rows]
    deposits = replace(deposits, event=particles.event[deposits.event])  # of the primary: now of the interaction
    hits, shares = read_out_shares(deposits, owner, vertex, detector, settings.readout, random["readout"])
    prongs_seen = seen(hits, shares, prongs, settings.reconstruction)
    from_centre = vertex - _centres(hits, vertex)
    return Batch(
        number=number,
        large=np.bincount(hits.event, minlength=number.size) >= settings.min_hits,
        truth={
            **_truth(states, settings),
            "flavour": interactions.flavour,
            **{f"vertex_{axis}": vertex[:, i] for i, axis in enumerate(AXES)},
            **{f"from_centre_{axis}": from_centre[:, i] for i, axis in enumerate(AXES)},
            "visible": np.bincount(deposits.event, deposits.energy, number.size) / 1e3,  # MeV to GeV
            "n_hits": np.bincount(hits.event, minlength=number.size),
            "source": interactions.source,
            "number": interactions.number,
        },
        hits=_hits(hits, prongs_seen, rows_in_order(order, hits.event, hits.position, hits.charge, hits.time)),
        prongs=_prongs(prongs, prongs_seen),
        not_followed=not_followed(states.pdg),
    )


def _drawn(
    flavour: np.ndarray, definitions: Mapping[str, NeutrinoSample], random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The neutrino (E,) int32, PDG code, and whether its current is charged, (E,) bool, of events of samples (E,)."""
    chosen = random.random(flavour.size)
    neutrino, charged = np.empty(flavour.size, np.int32), np.empty(flavour.size, bool)
    for name in np.unique(flavour):
        rows, sample = flavour == name, definitions[name]
        share = np.cumsum(list(sample.neutrinos.values()))
        neutrino[rows] = np.array(list(sample.neutrinos))[np.searchsorted(share / share[-1], chosen[rows], "right")]
        charged[rows] = sample.current == "cc"
    return neutrino, charged


def _truth(states: FinalStates, settings: Neutrinos) -> dict[str, np.ndarray]:
    """Columns of EVENTS that interactions tell, whatever their generator."""
    event, pdg, count = states.event, np.abs(states.pdg), states.energy.size
    kinetic, above = kinetic_energy(states.momentum), settings.counted_above
    counted = {
        "protons": (states.pdg == 2212) & (kinetic > above.proton),
        "charged_pions": (pdg == 211) & (kinetic > above.charged_pion),
        "neutral_pions": (pdg == 111) & (kinetic > above.neutral_pion),
        "neutrons": (states.pdg == 2112) & (kinetic > above.neutron),
    }
    return {
        "event": np.arange(count),
        "neutrino": states.neutrino,
        "current": np.where(states.neutrino == 0, "none", np.where(states.charged, "cc", "nc")),
        "mode": states.mode,
        "energy": states.energy,
        "inelasticity": states.inelasticity,
        "q2": states.q2,
        "w": states.w,
        "lepton_energy": states.energy * (1 - states.inelasticity),
        **{name: np.bincount(event[rows], minlength=count) for name, rows in counted.items()},
    }


def _centres(hits: TimedHits, otherwise: np.ndarray) -> np.ndarray:
    """(E, 3): mean place of the hits of each event by their charge [cm], `otherwise` (E, 3) where there are none."""
    charge = np.bincount(hits.event, hits.charge, len(otherwise))
    sums = [np.bincount(hits.event, hits.charge * along, len(otherwise)) for along in hits.position.T]
    return np.divide(np.stack(sums, axis=1), charge[:, None], out=otherwise.copy(), where=charge[:, None] > 0)


def _hits(hits: TimedHits, prongs: SeenProngs, order: np.ndarray) -> dict[str, np.ndarray]:
    """Columns of NEUTRINO_HITS, the rows in `order` (H,)."""
    number = np.append(prongs.number, NONE)[prongs.of_hit]  # of row -1: NONE
    columns = {"event": hits.event, "charge": hits.charge, "time": hits.time, "prong": number}
    columns |= {axis: hits.position[:, i] for i, axis in enumerate(AXES)}
    return {name: values[order] for name, values in columns.items()}


def _prongs(truth: Prongs, prongs: SeenProngs) -> dict[str, np.ndarray]:
    """Columns of PRONGS."""
    rows = prongs.prong
    return {
        "event": truth.event[rows],
        "prong": prongs.number,
        "pdg": truth.pdg[rows],
        "kind": truth.kind[rows],
        "parent": truth.parent[rows],
        **{name: truth.momentum[rows, i] for i, name in enumerate(("energy", "px", "py", "pz"))},
        **{axis: truth.start[rows, i] for i, axis in enumerate(AXES)},
        **{name: getattr(prongs, name) for name in ("charge", "hits", "purity", "completeness")},
    }


def _sorted(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The rows by event; those of an event stay in their order."""
    order = np.argsort(columns["event"], kind="stable")
    return {name: values[order] for name, values in columns.items()}
