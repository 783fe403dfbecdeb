"""Simulated air showers: hadronic interactions of chromo, a thinned cascade, and tanks as the Auger Observatory has."""

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
from showergrid.events.questions import Question, ValueQuestion, of_classes
from showergrid.sources.eas import columns
from showergrid.sources.eas.settings import AirShowers as Parameters
from showergrid.sources.eas.settings import InteractionSettings as Library
from showergrid.sources.parts.asked import check_columns
from showergrid.sources.parts.request import Request, ShardFacts, Size

ENVIRONMENT = "air_showers"
TANKS = 8  # that a shower hits, about
EVENT_MB = 1e-3  # memory of an event in the tables
SECONDS = 0.15  # to simulate a shower with the default thinning
MEMORY = 2000  # MB of a shard, most of it the library


def collections(settings: Parameters) -> dict[str, pa.Schema]:
    """What its events have: traces, and of a shower the tanks too."""
    return columns.collections(settings)


def events(settings: Parameters) -> pa.Schema:
    """The columns of the table of events."""
    return columns.columns(settings)


def shards(settings: Parameters) -> int:
    """How many jobs make the events."""
    return settings.shards


def size(settings: Parameters) -> Size:
    """How much there is, about: how many tanks a shower hits depends on its energy and the grid."""
    primaries = len(settings.primaries)
    total = settings.showers * primaries * (TANKS if settings.event == "tank" else 1)
    return Size(total, total * EVENT_MB, settings.shard_size * primaries * SECONDS / 60, MEMORY)


def files(settings: Parameters) -> list[str]:
    """The files that it reads: none."""
    return []


def told(settings: Parameters, shard: int) -> dict[str, Any]:
    """The settings of one shard: the showers up to its own last one, so that a larger total leaves it as it is."""
    return {**settings.model_dump(mode="json"), "showers": min(settings.showers, (shard + 1) * settings.shard_size)}


def check(settings: Parameters, questions: Sequence[Question | ValueQuestion], detector: Box, order: str) -> None:
    """Refuse what contradicts the rest of the study.

    Raises:
        InputError: a question is of a column that the events lack, or of primaries that are not those simulated.
    """
    check_columns(columns.columns(settings), questions)
    for question in of_classes(questions):
        if question.column != "primary":
            continue
        asked = [value for values in question.values for value in values]
        if missing := [value for value in asked if value not in settings.primaries]:
            raise InputError(
                f"config: question {question.name}: {missing[0]!r} is none of air_showers.primaries: "
                f"{', '.join(settings.primaries)}"
            )
        if question.other == "refuse" and (others := [name for name in settings.primaries if name not in asked]):
            raise InputError(
                f"config: air_showers.primaries: {others[0]} belongs to no class of question {question.name}; leave it "
                "out, or write other: drop"
            )


def library(settings: Library) -> tuple[dict[str, np.ndarray], ShardFacts]:
    """The hadronic interactions that all showers draw from.

    Raises:
        InputError: chromo has no such model, or its data are not there.
    """
    from showergrid.sources.eas.library import make_library

    arrays, seeds = make_library(settings)
    return arrays, ShardFacts(seeds, {"interactions": int(arrays["hadronic.rest"].size)}, [])


def make(
    settings: Parameters, request: Request, shard: int, outputs: Mapping[str, Path], library: Mapping[str, np.ndarray]
) -> ShardFacts:
    """Write the tables of one shard.

    Raises:
        InputError: there is no such shard, no shower is kept, or one has too many particles.
    """
    from showergrid.sources.eas.events import simulate_shard

    tables, counts = simulate_shard(shard, settings, library)
    for name, table in tables.items():
        with replacing(outputs[name]) as partial:
            pq.write_table(table, partial)
    return ShardFacts({"showers": settings.seed}, counts, [])
