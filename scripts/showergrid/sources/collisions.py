"""Simulated collisions of protons: Pythia 8, jets by fastjet, and muons, jets and missing momentum as CMS sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.events.questions import Question, ValueQuestion, of_classes
from showergrid.sources.parts.asked import check_columns
from showergrid.sources.parts.request import Request, ShardFacts, Size
from showergrid.sources.pp.events import EVENTS, OBJECTS, counted, seeds, simulate_shard
from showergrid.sources.pp.settings import Collisions as Parameters

ENVIRONMENT = "collisions"
EVENT_MB = 1e-3  # memory of an event in the tables
SECONDS = 0.5  # to simulate an event that is kept: 0.03 to 0.1 of the known processes, 0.4 of W + jets without tries
MEMORY = 1000  # MB of a shard


def collections(settings: Parameters) -> dict[str, pa.Schema]:
    """What its events have: muons and jets."""
    return {"objects": OBJECTS}


def events(settings: Parameters) -> pa.Schema:
    """The columns of the table of events."""
    return EVENTS


def shards(settings: Parameters) -> int:
    """How many jobs make the events."""
    return settings.shards


def size(settings: Parameters) -> Size:
    """How much there is."""
    processes = len(settings.processes)
    total = settings.events * processes
    return Size(total, total * EVENT_MB, settings.shard_size * processes * SECONDS / 60, MEMORY)


def files(settings: Parameters) -> list[str]:
    """The files that it reads: none."""
    return []


def told(settings: Parameters, shard: int) -> dict[str, Any]:
    """The settings of one shard: the events up to its own last one, so that a larger total leaves it as it is."""
    values = settings.model_dump(mode="json")
    definitions = {name: values["definitions"][name] for name in settings.processes}
    last = min(settings.events, (shard + 1) * settings.shard_size)
    return {**values, "events": last, "definitions": definitions}


def check(settings: Parameters, questions: Sequence[Question | ValueQuestion], detector: Box, order: str) -> None:
    """Refuse what contradicts the rest of the study.

    Raises:
        InputError: a question is of a column that the events lack, or of processes that are not those simulated.
    """
    check_columns(EVENTS, questions)
    for question in of_classes(questions):
        if question.column != "process":
            continue
        asked = [value for values in question.values for value in values]
        if missing := [value for value in asked if value not in settings.processes]:
            raise InputError(
                f"config: question {question.name}: {missing[0]!r} is none of collisions.processes: "
                f"{', '.join(settings.processes)}"
            )
        if question.other == "refuse" and (others := [name for name in settings.processes if name not in asked]):
            raise InputError(
                f"config: collisions.processes: {others[0]} belongs to no class of question {question.name}; leave it "
                "out, or write other: drop"
            )


def make(settings: Parameters, request: Request, shard: int, outputs: Mapping[str, Path]) -> ShardFacts:
    """Write the objects and events of one shard.

    Raises:
        InputError: there is no such shard, or Pythia does not take the settings.
    """
    *tables, counts = simulate_shard(shard, settings)
    for name, table in zip(("objects", "events"), tables, strict=True):
        with replacing(outputs[name]) as partial:
            pq.write_table(table, partial)
    return ShardFacts(seeds(settings, shard), counted(counts), [])
