"""Shards of simulated showers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from showergrid.core.errors import InputError
from showergrid.core.seeds import generator, seed_of
from showergrid.events.detector import Box
from showergrid.events.hits import AXES, EVENTS, HITS
from showergrid.events.order import rows_in_order
from showergrid.events.parquet import conforming
from showergrid.sources.lartpc.further_settings import Idealised, Mixed
from showergrid.sources.lartpc.geant4 import Deposits, Detector, Primaries, draw, geant4_data
from showergrid.sources.lartpc.idealised import turned
from showergrid.sources.lartpc.mixed import drawn, read_out_as_drawn
from showergrid.sources.lartpc.readout import TimedHits, read_out
from showergrid.sources.lartpc.settings import Readout, Simulation
from showergrid.sources.lartpc.start_settings import Starts
from showergrid.sources.lartpc.starts import gathered, numbered, starts_of
from showergrid.sources.parts.gathering import REDRAWN

EVENTS_PER_RUN = 100  # of Geant4: bounds the memory that deposits take; another value changes what a seed gives


def seeds(simulation: Simulation, shard: int) -> dict[str, int]:
    """Seeds of the random streams of one shard: of the primaries, of Geant4 and of the readout."""
    return {name: seed_of(simulation.seed, "showers", shard, name) for name in ("primaries", "geant4", "readout")}


@dataclass(frozen=True)
class Run:
    """Showers of one run of Geant4.

    number (n,) int64: the number of each shower in its shard; large (n,) bool: whether it has enough hits, else it is
    drawn again; hits: those of all showers, whose events are numbered 0 to n - 1, as in the primaries and deposits;
    starts: how each shower starts, None where nobody asked.
    """

    number: np.ndarray
    large: np.ndarray
    primaries: Primaries
    deposits: Deposits
    hits: TimedHits
    starts: pa.Table | None

    def kept(self, hits: TimedHits) -> TimedHits:
        """Those of `hits`, made from these deposits, that belong to large showers, numbered as in the shard."""
        hits = hits[self.large[hits.event]]
        return TimedHits(self.number[hits.event], hits.position, hits.charge, hits.time)


def simulate_shard(
    shard: int,
    pdg: Sequence[int],
    simulation: Simulation,
    readout: Readout,
    detector: Box,
    order: str,
    idealised: Sequence[Idealised] = (),
    mixed: Sequence[Mixed] = (),
    starts: Starts | None = None,
) -> tuple[pa.Table, ...]:
    """Hits and events of one shard; the classes alternate, also across shards.

    An event with fewer hits than `min_hits` is drawn again, including its energy, from the same streams.

    Args:
        shard: its number, from 0 on.
        pdg: code of each class.
        simulation: which showers.
        readout: how deposits become hits.
        detector: bounds of the liquid argon.
        order: of an event's hits, "axis", "beam" or "truth_time".
        idealised: further hits of the same showers, by true time. Which showers there are `readout` decides.
        mixed: further hits of the same showers, each seen by one of several readouts.
        starts: what is told of how each shower starts; None: nothing.

    Returns:
        Tables as HITS, one more for each of `idealised` and of `mixed`, one as STARTS if asked for, and EVENTS, events
        numbered from 0 on within the shard. The metadata of the events holds, under REDRAWN, a JSON object: events
        drawn again by PDG code.

    Raises:
        InputError: there is no such shard or order, or nearly every event is too small; a shower has no hit at all
            in one of `idealised`.
    """
    code = _codes(shard, pdg, simulation)
    energy, direction = np.zeros(code.size), np.zeros((code.size, 3))
    redrawn = dict.fromkeys(map(int, pdg), 0)
    parts: list[TimedHits] = []
    ideal: dict[str, list[TimedHits]] = {entry.name: [] for entry in idealised}
    streams = {name: generator(seeds(simulation, shard)["readout"], "idealised", name) for name in ideal}
    varied: dict[str, list[TimedHits]] = {entry.name: [] for entry in mixed}
    streams |= {name: generator(seeds(simulation, shard)["readout"], "mixed", name) for name in varied}
    first = shard * simulation.shard_size
    showers = range(first, first + code.size)
    draws = {entry.name: drawn(len(entry.readouts), showers, simulation.seed, entry.name) for entry in mixed}
    told: list[pa.Table] = []
    for run in _runs(shard, code, simulation, readout, detector, starts):
        energy[run.number[run.large]] = run.primaries.energy[run.large]
        direction[run.number[run.large]] = run.primaries.direction[run.large]
        for small in code[run.number[~run.large]].tolist():
            redrawn[small] += 1
        parts.append(run.kept(run.hits))
        if run.starts is not None:
            told.append(numbered(run.starts, run.number).filter(pa.array(run.large)))
        for entry in idealised:
            hits = run.hits
            if entry.readout:
                by, random = entry.read_out_by(readout), streams[entry.name]
                hits = read_out(run.deposits, run.primaries.vertex, detector, by, random)
            ideal[entry.name].append(run.kept(hits))
        for entry in mixed:
            asked = entry.read_out_by(readout), draws[entry.name][run.number], run.hits, streams[entry.name]
            seen = read_out_as_drawn(run.deposits, run.primaries.vertex, detector, *asked)
            varied[entry.name] += map(run.kept, seen)
    ordered = _ordered(parts, order)
    hits, events = _tables(ordered, code, energy, f"shard {shard}", redrawn)
    further = [_idealised(entry, ideal[entry.name], direction) for entry in idealised]
    further += [_ordered(varied[entry.name], order) for entry in mixed]
    return hits, *map(_hits, further), *([gathered(told, ordered)] if starts else []), events


def vary_shard(
    shard: int,
    pdg: Sequence[int],
    simulation: Simulation,
    readout: Readout,
    detector: Box,
    order: str,
    variations: Mapping[str, Readout],
) -> dict[str, pa.Table]:
    """Hits of the same showers of a shard as other readouts see them, by the name of the variation.

    The study's own `readout` decides which showers there are; each variation takes the same random numbers for
    diffusion and noise, as far as it needs as many. A shower that leaves no hit in a variation is missing there.

    Returns:
        Tables as HITS, events numbered as in the study, in which each shard but the last has `shard_size`.

    Raises:
        InputError: as `simulate_shard`.
    """
    streams = {name: generator(seeds(simulation, shard)["readout"], "readout") for name in variations}
    parts: dict[str, list[TimedHits]] = {name: [] for name in variations}
    for run in _runs(shard, _codes(shard, pdg, simulation), simulation, readout, detector):
        for name, varied in variations.items():
            parts[name].append(run.kept(read_out(run.deposits, run.primaries.vertex, detector, varied, streams[name])))
    first = shard * simulation.shard_size
    return {name: _hits(_ordered(hits, order), first) for name, hits in parts.items()}


def _codes(shard: int, pdg: Sequence[int], simulation: Simulation) -> np.ndarray:
    """PDG code (E,) int32 of each event of a shard."""
    if not 0 <= shard < simulation.shards:
        raise InputError(f"shard {shard}: the study has {simulation.shards}, numbered from 0")
    first = shard * simulation.shard_size
    number = np.arange(first, min(first + simulation.shard_size, simulation.showers))
    return np.array(pdg, np.int32)[number % len(pdg)]


def _runs(
    shard: int,
    code: np.ndarray,
    simulation: Simulation,
    readout: Readout,
    detector: Box,
    starts: Starts | None = None,
) -> Iterator[Run]:
    """The showers of a shard, until each event has one that is large enough."""
    random = {name: generator(seed, name) for name, seed in seeds(simulation, shard).items()}
    redrawn = 0
    with geant4_data(simulation.geant4_data):
        argon = Detector(detector, simulation.em_model, simulation.production_cut, seeds(simulation, shard)["geant4"])
        todo = np.arange(code.size)
        while todo.size:
            now, todo = todo[:EVENTS_PER_RUN], todo[EVENTS_PER_RUN:]
            primaries = draw(code[now], simulation, random["primaries"])
            if starts is None:
                deposits, told = argon.run(primaries), None
            else:  # Geant4 draws the same numbers while it tells of its tracks
                deposits, *followed = argon.follow(primaries)
                told = starts_of(primaries, deposits, *followed, starts)
            hits = read_out(deposits, primaries.vertex, detector, readout, random["readout"])
            large = np.bincount(hits.event, minlength=now.size) >= simulation.min_hits
            yield Run(now, large, primaries, deposits, hits, told)
            redrawn += np.count_nonzero(~large)
            if redrawn > 100 * code.size:
                raise InputError(
                    f"simulation.min_hits: {simulation.min_hits} is more than these showers ever have; lower it"
                )
            todo = np.concatenate([todo, now[~large]])


def _idealised(entry: Idealised, parts: list[TimedHits], direction: np.ndarray) -> TimedHits:
    """All hits of a shard as the truth orders and, if asked for, turns them; direction (E, 3) of the primaries."""
    hits = _ordered(parts, "truth_time")
    if np.unique(hits.event).size < len(direction):
        raise InputError(f"config: showers.idealised: {entry.name}: a shower has no hit; lower readout.threshold there")
    return turned(hits, direction) if entry.turned else hits


def _ordered(parts: list[TimedHits], order: str) -> TimedHits:
    """All hits of a shard in the order of its events, those of an event in the study's order."""
    hits = TimedHits(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("event", "position", "charge", "time"))
    )
    hits = hits[np.argsort(hits.event, kind="stable")]
    return hits[rows_in_order(order, hits.event, hits.position, hits.charge, hits.time)]


def _tables(
    hits: TimedHits, code: np.ndarray, energy: np.ndarray, source: str, redrawn: dict[int, int]
) -> tuple[pa.Table, pa.Table]:
    number = np.arange(code.size)
    rows = {
        "event": number,
        "pdg": code,
        "energy": energy,
        "n_hits": np.bincount(hits.event, minlength=code.size),
        "source": [source] * code.size,
        "number": number,
    }
    counted = {str(pdg): count for pdg, count in sorted(redrawn.items())}
    return _hits(hits), conforming(rows, EVENTS).replace_schema_metadata({REDRAWN: json.dumps(counted)})


def _hits(hits: TimedHits, first: int = 0) -> pa.Table:
    """As HITS, the events numbered from `first` on."""
    columns = {"event": hits.event + first, "charge": hits.charge, "time": hits.time}
    return conforming(columns | {axis: hits.position[:, i] for i, axis in enumerate(AXES)}, HITS)
