"""Simulated electromagnetic showers in liquid argon: Geant4, and the readout that makes hits of its deposits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.events.hits import EVENTS, HITS
from showergrid.events.parquet import repeating
from showergrid.events.questions import Question, ValueQuestion, of_classes
from showergrid.sources.lartpc.further_settings import Idealised, Mixed, check_further
from showergrid.sources.lartpc.settings import Readout, Simulation
from showergrid.sources.lartpc.start_settings import STARTS, Starts
from showergrid.sources.lartpc.variation_settings import Variations, readouts
from showergrid.sources.parts.asked import check_columns
from showergrid.sources.parts.request import Request, ShardFacts, Size

ENVIRONMENT = "data"  # the lock and the image that its shards are made in
HIT_MB = 0.05  # memory of the hits of a shower while they are worked on
SECONDS = 0.25  # to simulate a shower; 0.012 with the default physics
STARTED = (11, -11, 22)  # PDG codes of those of which it is known what starts their showers
MEMORY = 1000  # MB of a shard, for each table of hits


class Parameters(Simulation):
    """Which showers are simulated, how their hits come about, and how the detector may vary."""

    particles: list[int] = Field(
        default=[],
        exclude_if=lambda particles: not particles,
        description="PDG codes of those that start the showers; none: the values of questions of column pdg",
    )
    readout: Readout = Field(description="how deposits become hits")
    variations: Variations = Field(
        default=Variations(shards=1, readouts=[]), description="other readouts on which trained cells are tried"
    )
    idealised: list[Idealised] = Field(
        default=[],
        exclude_if=lambda idealised: not idealised,
        description="further tables of hits, for which the truth stands in for steps of readout and reconstruction",
    )
    mixed: list[Mixed] = Field(
        default=[],
        exclude_if=lambda mixed: not mixed,
        description="further tables of hits, in which each shower is seen by one of several readouts",
    )
    starts: Starts | None = Field(
        default=None,
        exclude_if=lambda starts: starts is None,
        description="what the truth tells of how each shower starts, in a table of that name; null: nothing",
    )


def collections(settings: Parameters) -> dict[str, pa.Schema]:
    """What its events have: their hits, those by the truth, those of readouts that differ, and how they start."""
    further = {entry.name: HITS for entry in (*settings.idealised, *settings.mixed)}
    return {"hits": HITS, **further, **({"starts": STARTS} if settings.starts else {})}


def detected(settings: Parameters) -> list[str]:
    """The further tables of hits that detectors would give, in the study's order."""
    return [entry.name for entry in settings.mixed]


def truth(settings: Parameters) -> list[str]:
    """The collections that no detector would give in any form: no network is shown them."""
    return ["starts"] if settings.starts else []


def events(settings: Parameters) -> pa.Schema:
    """The columns of the table of events."""
    return EVENTS


def shards(settings: Parameters) -> int:
    """How many jobs make the showers."""
    return settings.shards


def size(settings: Parameters) -> Size:
    """How much there is."""
    minutes = settings.shard_size * SECONDS / 60
    return Size(settings.showers, settings.showers * HIT_MB, minutes, MEMORY * len(collections(settings)))


def files(settings: Parameters) -> list[str]:
    """The files that it reads: none."""
    return []


def told(settings: Parameters, shard: int) -> dict[str, Any]:
    """The settings of one shard: the showers up to its own last one, so that a larger total leaves it as it is."""
    values = settings.model_dump(mode="json", exclude={"variations"})
    return {**values, "showers": min(settings.showers, (shard + 1) * settings.shard_size)}


def check(settings: Parameters, questions: Sequence[Question | ValueQuestion], detector: Box, order: str) -> None:
    """Refuse what contradicts the rest of the study.

    Raises:
        InputError: no question is of particles, showers start outside of the detector, the order is that of files, a
            further readout cannot be, or starts are told of other particles than electrons and photons.
    """
    if any(question.column == "pdg" for question in of_classes(questions)):
        if settings.particles:
            raise InputError("config: showers.particles: a question of column pdg says which; leave one of them out")
    elif not settings.particles:
        raise InputError(
            "config: questions: none is of column pdg, whose values are the particles that are simulated; add one, or "
            "name them: showers.particles"
        )
    _check_started(settings, questions)
    check_columns(EVENTS, questions)
    for axis in ("x", "y", "z"):
        (low, high), vertex = getattr(detector, axis), getattr(settings.vertex, axis)
        if not low <= vertex[0] <= vertex[1] <= high:
            raise InputError(
                f"config: showers.vertex.{axis} = {list(vertex)} is not inside detector.{axis} = {[low, high]}"
            )
    if order == "as_given":
        raise InputError("config: order: as_given is for hits read from files; choose axis, beam or truth_time")
    varied(settings)
    check_further(settings.idealised, settings.mixed, settings.readout)


def _check_started(settings: Parameters, questions: Sequence[Question | ValueQuestion]) -> None:
    """Refuse to tell how showers start of particles for which nothing says what starts them."""
    asked = [question.values for question in of_classes(questions) if question.column == "pdg"]
    simulated = [*settings.particles, *(code for classes in asked for codes in classes for code in codes)]
    if settings.starts and (others := [code for code in simulated if code not in STARTED]):
        raise InputError(
            f"config: showers.starts: tells of electrons and photons, {', '.join(map(str, STARTED))}, and "
            f"{others[0]} is simulated; leave one of them out"
        )


def varied(settings: Parameters) -> dict[str, dict[str, Any]]:
    """The readouts in which the same showers can be seen: the study's own, and its variations."""
    return readouts(settings.readout, settings.variations)


def make(settings: Parameters, request: Request, shard: int, outputs: Mapping[str, Path]) -> ShardFacts:
    """Write the hits and events of one shard.

    Raises:
        InputError: there is no such shard, or nearly every event is too small; a shower has no hit by the truth.
    """
    from showergrid.sources.lartpc.showers import seeds, simulate_shard

    further = settings.idealised, settings.mixed, settings.starts
    asked = settings, settings.readout, request.detector, request.order, *further
    tables = simulate_shard(shard, request.pdg or settings.particles, *asked)
    for name, table in zip((*collections(settings), "events"), tables, strict=True):
        with replacing(outputs[name]) as partial:
            pq.write_table(table, partial, use_dictionary=repeating(table.schema))
    return ShardFacts(seeds(settings, shard), {}, [])


def vary(
    settings: Parameters, request: Request, shard: int, readouts: Mapping[str, Any], outputs: Sequence[Path]
) -> dict[str, int]:
    """Write the hits of the same showers as each of the `readouts` sees them; return the seeds.

    Raises:
        InputError: as `make`.
    """
    from showergrid.sources.lartpc.showers import seeds, vary_shard

    others = {name: Readout(**readout) for name, readout in readouts.items()}
    asked = request.pdg or settings.particles, settings, settings.readout, request.detector, request.order
    for table, path in zip(vary_shard(shard, *asked, others).values(), outputs, strict=True):
        with replacing(path) as partial:
            pq.write_table(table, partial, use_dictionary=repeating(table.schema))
    return seeds(settings, shard)
