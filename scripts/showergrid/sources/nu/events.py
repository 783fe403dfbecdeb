"""Shards of neutrino interactions: generated, carried through argon, read out, and told as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from showergrid.core.errors import InputError
from showergrid.core.progress import progress
from showergrid.core.seeds import generator, seed_of
from showergrid.events.detector import Box
from showergrid.events.hits import AXES
from showergrid.events.parquet import conforming
from showergrid.sources.lartpc import hadron_data
from showergrid.sources.lartpc.geant4 import Detector, geant4_data
from showergrid.sources.lartpc.readout import TimedHits, delayed, read_out_shares
from showergrid.sources.lartpc.showers import rows_in_order
from showergrid.sources.nu.columns import EVENTS, NEUTRINO_HITS, PRONGS
from showergrid.sources.nu.generator import generate
from showergrid.sources.nu.interactions import MODES, NeutrinoInteractions
from showergrid.sources.nu.particles import kinetic_energy, not_followed, outgoing
from showergrid.sources.nu.prongs import NONE, Prongs, SeenProngs, of_tracks, prong_of, seen
from showergrid.sources.nu.settings import Neutrinos

HADRONS = "FTFP_BERT"  # Geant4's physics list
EVENTS_PER_RUN = 50  # of Geant4: bounds the memory that tracks take; another value changes what a seed gives
STREAMS = ("neutrinos", "interactions", "vertices", "decays", "geant4", "readout")


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


def simulate_shard(
    shard: int, settings: Neutrinos, library: Mapping[str, np.ndarray], detector: Box, order: str
) -> tuple[dict[str, pa.Table], dict[str, dict[str, int]]]:
    """The tables of one shard; the samples alternate.

    An event with fewer hits than `min_hits` is drawn again, energy and interaction too, from the same streams.

    Args:
        shard: its number, from 0 on.
        settings: which interactions, and what is seen of them.
        library: of cross-sections.
        detector: bounds of the liquid argon.
        order: of an event's hits, "truth_time" or "axis".

    Returns:
        The tables by name, as in `columns`, events numbered from 0 on within the shard; and counts: events drawn again
        by sample, and particles that Geant4 does not follow by PDG code.

    Raises:
        InputError: there is no such shard or order, or nearly every event is too small.
    """
    if not 0 <= shard < settings.shards:
        raise InputError(f"shard {shard}: the study has {settings.shards}, numbered from 0")
    samples = settings.samples
    size = len(samples) * min(settings.shard_size, settings.events - shard * settings.shard_size)
    redrawn: Counter[str] = Counter(dict.fromkeys(samples, 0))
    uncarried: Counter[str] = Counter()
    parts: dict[str, list[dict[str, np.ndarray]]] = {"truth": [], "hits": [], "prongs": []}
    total = -(-size // EVENTS_PER_RUN)
    for batch in progress(_batches(shard, size, settings, library, detector, order), "neutrinos", "run", total):
        redrawn.update(samples[number % len(samples)] for number in batch.number[~batch.large].tolist())
        uncarried.update(batch.not_followed)
        for name, kept in parts.items():
            columns = getattr(batch, name)
            rows = batch.large[columns["event"]]
            numbered = {**columns, "event": batch.number[columns["event"]]}
            kept.append({column: values[rows] for column, values in numbered.items()})
    truth, hits, prongs = (
        {name: np.concatenate([part[name] for part in kept]) for name in kept[0]} for kept in parts.values()
    )
    source = {"source": np.full(size, f"shard {shard}"), "number": truth["event"]}
    tables = {
        "events": conforming(_sorted({**truth, **source}), EVENTS),
        "hits": conforming(_sorted(hits), NEUTRINO_HITS),
        "prongs": conforming(_sorted(prongs), PRONGS),
    }
    return tables, {"redrawn": dict(redrawn), "not_followed": dict(sorted(uncarried.items()))}


def _batches(
    shard: int, size: int, settings: Neutrinos, library: Mapping[str, np.ndarray], detector: Box, order: str
) -> Iterator[Batch]:
    """The events of a shard, until each number has one that is large enough."""
    seed = seeds(settings, shard)
    random = {name: generator(seed[name], name) for name in STREAMS}
    redrawn = 0
    with geant4_data(settings.geant4_data, hadron_data.write):
        argon = Detector(detector, settings.em_model, settings.production_cut, seed["geant4"], HADRONS)
        todo = np.arange(size)
        while todo.size:
            now, todo = todo[:EVENTS_PER_RUN], todo[EVENTS_PER_RUN:]
            batch = _simulated(now, settings, library, argon, detector, order, random)
            yield batch
            todo = np.concatenate([todo, now[~batch.large]])
            redrawn += np.count_nonzero(~batch.large)
            if redrawn > 100 * size:
                raise InputError(
                    f"neutrinos.min_hits: {settings.min_hits} is more than these events ever have; lower it"
                )


def _simulated(
    number: np.ndarray,
    settings: Neutrinos,
    library: Mapping[str, np.ndarray],
    argon: Detector,
    detector: Box,
    order: str,
    random: Mapping[str, np.random.Generator],
) -> Batch:
    neutrino, charged = _drawn(number, settings, random["neutrinos"])
    interactions = generate(settings.generator, library, neutrino, charged, random["interactions"])
    box = settings.vertex
    vertex = np.stack([random["vertices"].uniform(*getattr(box, axis), number.size) for axis in AXES], axis=1)
    particles = outgoing(interactions.event, interactions.pdg, interactions.momentum, random["decays"])
    deposits, track, tracks = argon.follow(particles.primaries(vertex))
    prongs, of_track = of_tracks(tracks, particles)
    owner = prong_of(tracks, of_track, deposits.event, track)
    deposits, rows = delayed(deposits, settings.readout.drift_velocity)
    owner = owner[rows]
    deposits = replace(deposits, event=particles.event[deposits.event])  # of the primary: now of the interaction
    hits, shares = read_out_shares(deposits, owner, vertex, detector, settings.readout, random["readout"])
    prongs_seen = seen(hits, shares, prongs, settings.reconstruction)
    return Batch(
        number=number,
        large=np.bincount(hits.event, minlength=number.size) >= settings.min_hits,
        truth={
            **_truth(interactions, settings),
            "flavour": np.array(settings.samples)[number % len(settings.samples)],
            **{f"vertex_{axis}": vertex[:, i] for i, axis in enumerate(AXES)},
            "visible": np.bincount(deposits.event, deposits.energy, number.size) / 1e3,  # MeV to GeV
            "n_hits": np.bincount(hits.event, minlength=number.size),
        },
        hits=_hits(hits, prongs_seen, rows_in_order(hits, order)),
        prongs=_prongs(prongs, prongs_seen),
        not_followed=not_followed(interactions.pdg),
    )


def _drawn(number: np.ndarray, settings: Neutrinos, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The neutrino (E,) int32, PDG code, and whether its current is charged, (E,) bool, of the events `number` (E,)."""
    samples = [settings.definitions[name] for name in settings.samples]
    chosen = random.random(number.size)
    neutrino = np.empty(number.size, np.int32)
    for k, sample in enumerate(samples):
        rows = number % len(samples) == k
        share = np.cumsum(list(sample.neutrinos.values()))
        neutrino[rows] = np.array(list(sample.neutrinos))[np.searchsorted(share / share[-1], chosen[rows], "right")]
    charged = np.array([sample.current == "cc" for sample in samples])
    return neutrino, charged[number % len(samples)]


def _truth(interactions: NeutrinoInteractions, settings: Neutrinos) -> dict[str, np.ndarray]:
    """Columns of EVENTS that the generator tells."""
    event, pdg, count = interactions.event, np.abs(interactions.pdg), interactions.energy.size
    kinetic, above = kinetic_energy(interactions.momentum), settings.counted_above
    counted = {
        "protons": (interactions.pdg == 2212) & (kinetic > above.proton),
        "charged_pions": (pdg == 211) & (kinetic > above.charged_pion),
        "neutral_pions": (pdg == 111) & (kinetic > above.neutral_pion),
        "neutrons": (interactions.pdg == 2112) & (kinetic > above.neutron),
    }
    return {
        "event": np.arange(count),
        "neutrino": interactions.neutrino,
        "current": np.where(interactions.charged, "cc", "nc"),
        "mode": np.array(MODES)[interactions.mode],
        "energy": interactions.energy,
        "inelasticity": interactions.inelasticity,
        "q2": interactions.q2,
        "w": interactions.w,
        "lepton_energy": interactions.energy * (1 - interactions.inelasticity),
        **{name: np.bincount(event[rows], minlength=count) for name, rows in counted.items()},
    }


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
