"""Simulated interactions of neutrinos in liquid argon: generator, Geant4, readout, and the prongs of each event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.events.questions import Question
from showergrid.sources.nu.columns import EVENTS, NEUTRINO_HITS, PRONGS
from showergrid.sources.nu.generator_settings import LibrarySettings as Library
from showergrid.sources.nu.settings import Neutrinos as Parameters
from showergrid.sources.parts.asked import check_columns
from showergrid.sources.parts.request import Request, ShardFacts, Size

ENVIRONMENT = "neutrinos"
HIT_MB = 0.3  # memory of the hits of an event while they are worked on: 6,000 of them, unless they are merged
SECONDS = 0.1  # to simulate an event; 0.05 with the default flux
MEMORY = 2000  # MB of a shard


def collections(settings: Parameters) -> dict[str, pa.Schema]:
    """What its events have: hits, and prongs to which the hits belong."""
    return {"hits": NEUTRINO_HITS, "prongs": PRONGS}


def events(settings: Parameters) -> pa.Schema:
    """The columns of the table of events."""
    return EVENTS


def shards(settings: Parameters) -> int:
    """How many jobs make the events."""
    return settings.shards


def size(settings: Parameters) -> Size:
    """How much there is, about."""
    total = settings.total
    return Size(total, total * HIT_MB, settings.shard_size * settings.alternating * SECONDS / 60, MEMORY)


def files(settings: Parameters) -> list[str]:
    """The files that it reads: of interactions, or the histogram of the flux, if there are any."""
    if settings.interactions is not None:
        return settings.interactions.files
    histogram = settings.generator.flux.histogram
    return [] if histogram is None else [histogram]


def told(settings: Parameters, shard: int) -> dict[str, Any]:
    """The settings of one shard: the events up to its own last one, so that a larger total leaves it as it is."""
    values = settings.model_dump(mode="json")
    definitions = {name: values["definitions"][name] for name in settings.samples}
    last = min(settings.events, (shard + 1) * settings.shard_size)
    return {**values, "events": last, "definitions": definitions}


def check(settings: Parameters, questions: Sequence[Question], detector: Box, order: str) -> None:
    """Refuse what contradicts the rest of the study.

    Raises:
        InputError: a question is of a column that the events lack, or of samples that are not those simulated;
            neutrinos interact outside of the detector; a file has a brace in its name; or the order is that of files.
    """
    check_columns(EVENTS, questions)
    if braced := [file for file in files(settings) if "{" in file or "}" in file]:
        raise InputError(f"config: neutrinos: {braced[0]!r}: the workflow takes braces for a wildcard; rename the file")
    for question in questions:
        if question.column != "flavour":
            continue
        asked = [value for values in question.values for value in values]
        if missing := [value for value in asked if value not in settings.samples]:
            raise InputError(
                f"config: question {question.name}: {missing[0]!r} is none of neutrinos.samples: "
                f"{', '.join(settings.samples)}"
            )
        if question.other == "refuse" and (others := [name for name in settings.samples if name not in asked]):
            raise InputError(
                f"config: neutrinos.samples: {others[0]} belongs to no class of question {question.name}; leave it "
                "out, or write other: drop"
            )
    for axis in ("x", "y", "z"):
        (low, high), vertex = getattr(detector, axis), getattr(settings.vertex, axis)
        if not low <= vertex[0] <= vertex[1] <= high:
            raise InputError(
                f"config: neutrinos.vertex.{axis} = {list(vertex)} is not inside detector.{axis} = {[low, high]}"
            )
    if order == "as_given":
        raise InputError("config: order: as_given is for hits read from files; choose axis, beam or truth_time")


def library(settings: Library) -> tuple[dict[str, np.ndarray], ShardFacts]:
    """The cross-sections from which all interactions are drawn."""
    from showergrid.sources.nu.library import make_library

    arrays = make_library(settings)
    return arrays, ShardFacts({}, {"tables": len(arrays)}, [])


def make(
    settings: Parameters, request: Request, shard: int, outputs: Mapping[str, Path], library: Mapping[str, np.ndarray]
) -> ShardFacts:
    """Write the tables of one shard.

    Raises:
        InputError: there is no such shard, nearly every event is too small, or a file cannot be used.
    """
    from showergrid.sources.nu.events import seeds, simulate_shard

    tables, counts = simulate_shard(shard, settings, library, request.detector, request.order)
    for name, table in tables.items():
        with replacing(outputs[name]) as partial:
            pq.write_table(table, partial)
    return ShardFacts(seeds(settings, shard), counts, [])
