"""Events that are read from files, CSV, Parquet, HDF5, NumPy's archives and ROOT, by a map of their columns.

They are hits, from which the events follow, or a table with one row an event, and perhaps collections of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.events.hits import EVENTS, HITS
from showergrid.events.questions import Question, ValueQuestion
from showergrid.sources.parts.asked import check_columns
from showergrid.sources.parts.request import Request, ShardFacts, Size
from showergrid.sources.reading.file_settings import Files as Parameters

ENVIRONMENT = "data"  # the lock and the image that its shard is made in
FACTOR = 4  # MB in memory for each MB of a file
SHOWER = 0.05  # MB of an event's hits, by which events are counted before they are read
ROW = 1e-4  # MB of an event in a table
A_MINUTE = 2000  # events, at least
MEMORY = 500  # MB beside the hits


def collections(settings: Parameters) -> dict[str, pa.Schema]:
    """What its events have: their hits, or the collections that are named."""
    if settings.events is None:
        return {"hits": HITS}
    return {name: collection.schema for name, collection in settings.collections.items()}


def events(settings: Parameters) -> pa.Schema:
    """The columns of the table of events."""
    return EVENTS if settings.events is None else settings.events.schema(settings.collections)


def shards(settings: Parameters) -> int:
    """All files are one shard, in the order in which they are named."""
    return 1


def size(settings: Parameters) -> Size:
    """How much there is, from the size of the files that are there."""
    megabytes = FACTOR * sum(Path(file).stat().st_size for file in files(settings) if Path(file).is_file()) / 1e6
    events = megabytes / (SHOWER if settings.events is None else ROW)
    return Size(events, megabytes, events / A_MINUTE, MEMORY + megabytes)


def files(settings: Parameters) -> list[str]:
    """The files that it reads, each once."""
    return settings.named


def told(settings: Parameters, shard: int) -> dict[str, Any]:
    """The settings of the one shard."""
    of_tables = {"events", "collections"}
    if settings.events is None:
        return settings.model_dump(mode="json", exclude=of_tables)
    return settings.model_dump(mode="json", include=of_tables)


def check(settings: Parameters, questions: Sequence[Question | ValueQuestion], detector: Box, order: str) -> None:
    """Refuse what contradicts the rest of the study.

    Raises:
        InputError: a question or the order needs a column that the map lacks, or a file has a brace in its name.
    """
    if braced := [file for file in files(settings) if "{" in file or "}" in file]:
        raise InputError(
            f"config: files.files: {braced[0]!r}: the workflow takes braces for a wildcard; rename the file"
        )
    if settings.events is not None:
        if "hits" in settings.collections and order != "as_given":
            raise InputError("config: order: hits of tables stand in the order of their files; choose as_given")
        return check_columns(events(settings), questions)
    check_columns(EVENTS, questions)
    columns = settings.columns
    if columns is not None and columns.pdg is None and any(question.column == "pdg" for question in questions):
        raise InputError("config: files.columns: pdg is missing: networks are trained on labelled events")
    if order == "truth_time" and getattr(columns, "time", None) is None:
        raise InputError("config: order: truth_time needs files.columns.time; choose as_given, axis or beam")


def make(settings: Parameters, request: Request, shard: int, outputs: Mapping[str, Path]) -> ShardFacts:
    """Write the tables of all files.

    Raises:
        InputError: a file cannot be used; no table is written.
    """
    if settings.events is not None:
        from showergrid.sources.reading.tables import ingest_tables

        read = ingest_tables(settings.events, settings.collections, outputs)
        return ShardFacts({}, read.counts(), read.lines())

    from showergrid.sources.reading.ingest import ingest

    codes = [] if request.others else request.pdg
    tally = ingest(settings, codes, request.detector, request.order, outputs["hits"], outputs["events"])
    return ShardFacts({}, tally.counts(), list(tally.lines()))
