"""Hits that are read from files: CSV, Parquet, HDF5, NumPy's archives and ROOT, by a map of their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.events.hits import EVENTS, HITS
from showergrid.events.questions import Question
from showergrid.sources.parts.request import Request, ShardFacts, Size
from showergrid.sources.reading.settings import Ingest as Parameters

FACTOR = 4  # MB of hits in memory for each MB of a file
SHOWER = 0.05  # MB of an event's hits, by which events are counted before they are read
A_MINUTE = 2000  # events, at least
MEMORY = 500  # MB beside the hits


def collections(settings: Parameters) -> dict[str, pa.Schema]:
    """What its events have: their hits."""
    return {"hits": HITS}


def events(settings: Parameters) -> pa.Schema:
    """The columns of the table of events."""
    return EVENTS


def shards(settings: Parameters) -> int:
    """All files are one shard, in the order in which they are named."""
    return 1


def size(settings: Parameters) -> Size:
    """How much there is, from the size of the files that are there."""
    megabytes = FACTOR * sum(Path(file).stat().st_size for file in settings.files if Path(file).is_file()) / 1e6
    events = megabytes / SHOWER
    return Size(events, megabytes, events / A_MINUTE, MEMORY + megabytes)


def files(settings: Parameters) -> list[str]:
    """The files that it reads."""
    return settings.files


def told(settings: Parameters, shard: int) -> dict[str, Any]:
    """The settings of the one shard."""
    return settings.model_dump(mode="json")


def check(settings: Parameters, questions: Sequence[Question], detector: Box, order: str) -> None:
    """Refuse what contradicts the rest of the study.

    Raises:
        InputError: a question or the order needs a column that the map lacks, or a file has a brace in its name.
    """
    if braced := [file for file in settings.files if "{" in file or "}" in file]:
        raise InputError(
            f"config: files.files: {braced[0]!r}: the workflow takes braces for a wildcard; rename the file"
        )
    columns = settings.columns
    if columns is not None and columns.pdg is None and any(question.column == "pdg" for question in questions):
        raise InputError("config: files.columns: pdg is missing: networks are trained on labelled events")
    if order == "truth_time" and getattr(columns, "time", None) is None:
        raise InputError("config: order: truth_time needs files.columns.time; choose as_given or axis")


def make(settings: Parameters, request: Request, shard: int, outputs: Mapping[str, Path]) -> ShardFacts:
    """Write the hits and events of all files.

    Raises:
        InputError: a file cannot be used; neither table is written.
    """
    from showergrid.sources.reading.ingest import ingest

    codes = [] if request.others else request.pdg
    tally = ingest(settings, codes, request.detector, request.order, outputs["hits"], outputs["events"])
    return ShardFacts({}, tally.counts(), list(tally.lines()))
