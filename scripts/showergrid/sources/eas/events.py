"""Shards of air showers: their showers, tanks and traces as tables."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from showergrid.core.errors import InputError
from showergrid.core.progress import report
from showergrid.core.seeds import generator
from showergrid.events.parquet import conforming
from showergrid.sources.eas.columns import KNOWN, collections, columns
from showergrid.sources.eas.library import Breakups, Interactions, tables_of
from showergrid.sources.eas.settings import AirShowers
from showergrid.sources.eas.showers import AirShower, arrivals, simulate
from showergrid.sources.eas.stations import core, stations
from showergrid.sources.eas.traces import recorded, variables

EEV = 9.0  # log10 GeV
REPORTED = 20  # showers between two lines for the person who waits


@dataclass(frozen=True)
class DetectedShower:
    """A shower and the tanks that are read out.

    row: the columns of OF_SHOWER; tanks: those of OF_TANK, each (T,); traces (T, B) [VEM]; start (T,): first bins.
    """

    row: dict[str, float | int | str]
    tanks: dict[str, np.ndarray]
    traces: np.ndarray
    start: np.ndarray


def simulate_shard(
    shard: int, settings: AirShowers, library: Mapping[str, np.ndarray]
) -> tuple[dict[str, pa.Table], dict[str, dict[str, float]]]:
    """The tables of one shard by name, events numbered from 0 on, and of each primary how much was made.

    The primaries alternate. A shower depends on the seed, its primary and its number alone.

    Raises:
        InputError: there is no such shard, or no shower is kept.
    """
    if not 0 <= shard < settings.shards:
        raise InputError(f"shard {shard}: the study has {settings.shards}, numbered from 0")
    tables = tables_of(library)
    numbers = range(shard * settings.shard_size, min(settings.showers, (shard + 1) * settings.shard_size))
    seen: list[DetectedShower] = []
    counts = {primary: {"showers": 0, "kept": 0, "tanks": 0} for primary in settings.primaries}
    start = time.monotonic()
    for done, number in enumerate(numbers):
        if done % REPORTED == 0:
            left = f"; {(time.monotonic() - start) / done * (len(numbers) - done) / 60:.1f} min left" if done else ""
            report(f"{done} of {len(numbers)} showers of each primary, {len(seen)} kept{left}")
        for k, primary in enumerate(settings.primaries):
            one = see(primary, number, number * len(settings.primaries) + k, settings, tables)
            counts[primary]["showers"] += 1
            if one.start.size >= settings.tanks.least_tanks:
                counts[primary]["kept"] += 1
                counts[primary]["tanks"] += one.start.size
                seen.append(one)
    if not seen:
        raise InputError(
            "config: air_showers: no shower of a shard has tanks.least_tanks tanks; ask for less, or for more energy"
        )
    return _tables(seen, settings, f"shard {shard}"), counts


def see(
    primary: str, number: int, shower: int, settings: AirShowers, tables: tuple[Interactions, Breakups]
) -> DetectedShower:
    """Shower `number` of a primary, which `shower` tells from those of all primaries, as the tanks see it."""
    names = settings.seed, "air_showers", primary, number
    random = generator(*names, "sky")
    log_energy = random.uniform(*settings.sky.log_energy) - 9  # log10 GeV
    low, high = np.sin(np.radians(settings.sky.zenith)) ** 2  # flat in it: area and solid angle of flat ground
    zenith, arrival = np.arcsin(np.sqrt(random.uniform(low, high))), random.uniform(0, 2 * np.pi)
    made = simulate(primary, 10**log_energy, zenith, settings.thinning, generator(*names, "cascade"), tables)
    at = stations(core(settings.tanks.spacing, random), zenith, arrival, settings.tanks)
    arrived, muons = arrivals(made, at, settings.tanks, generator(*names, "tanks"))
    traces = recorded(arrived, settings.tanks, random)
    found = variables(traces, settings.tanks)
    kept = found.signal >= settings.tanks.least_signal
    energy = max(1 + settings.reconstruction.energy * random.normal(), 0.1)
    row = {
        "primary": primary,
        "shower": shower,
        "log_energy": log_energy - EEV + np.log10(energy),
        "zenith": abs(np.degrees(zenith) + settings.reconstruction.zenith * random.normal()),
        "true_log_energy": log_energy - EEV,
        "true_zenith": np.degrees(zenith),
        "arrival": np.degrees(arrival),
        **_truth(made),
    }
    tanks = {
        "distance": at.distance,
        "azimuth": np.degrees(at.azimuth),
        **{name: values for name, values in vars(found).items() if name != "start"},
        "muon_signal": muons,
    }
    return DetectedShower(row, {name: values[kept] for name, values in tanks.items()}, traces[kept], found.start[kept])


def _truth(made: AirShower) -> dict[str, float]:
    return {"xmax": made.profile.xmax, "first_interaction": made.first, "n_muons": made.n_muons}


def _tables(seen: list[DetectedShower], settings: AirShowers, source: str) -> dict[str, pa.Table]:
    """Showers or tanks as events, and what they hold."""
    size = np.array([one.start.size for one in seen])
    of = np.repeat(np.arange(len(seen)), size)
    tank = np.concatenate([np.arange(n) for n in size])
    rows = {name: np.array([one.row[name] for one in seen]) for name in seen[0].row}
    tanks = {name: np.concatenate([one.tanks[name] for one in seen]) for name in seen[0].tanks}
    start, traces = np.concatenate([one.start for one in seen]), np.concatenate([one.traces for one in seen])
    read = np.arange(settings.tanks.bins) - start[:, None]  # bins from the start of the signal
    which, bins = np.nonzero((read >= 0) & (read < tanks["length"][:, None]))
    trace = {"bin": read[which, bins], "signal": traces[which, bins]}
    if settings.event == "tank":
        events = {name: values[of] for name, values in rows.items()} | tanks | {"tank": tank}
        held = {"traces": {"event": which, **trace}}
    else:
        events = {**rows, "n_tanks": size}
        known = {field.name: rows[field.name][of] for field in KNOWN}
        held = {
            "tanks": {"event": of, "tank": tank, **known, **tanks},
            "traces": {"event": of[which], "tank": tank[which], **trace},
        }
    number = np.arange(len(events["primary"]))
    every = {**held, "events": {"event": number, "number": number, "source": [source] * number.size, **events}}
    schemas = {**collections(settings), "events": columns(settings)}
    return {name: conforming(every[name], schema) for name, schema in schemas.items()}
