"""The study's table of events and those of their collections, read from files of tables."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.sources.reading.ingest import check_files, source_names
from showergrid.sources.reading.table_rows import TableRows, read_rows
from showergrid.sources.reading.table_settings import CollectionFiles, EventFiles

SHOWN = 8  # different texts of a column that are counted for a person, at most


@dataclass(frozen=True)
class TableTally:
    """The tables that were read, by name, and how many rows of each were left out."""

    tables: Mapping[str, pa.Table]
    left_out: Mapping[str, int]

    def counts(self) -> dict[str, Any]:
        """The numbers of rows, and of those that were left out if any were, for the record."""
        rows = {name: table.num_rows for name, table in self.tables.items()}
        return {**rows, "left_out": dict(self.left_out)} if any(self.left_out.values()) else rows

    def lines(self) -> list[str]:
        """What to tell a person of each table: its rows, ranges that show a wrong unit, and its texts."""
        read = [f"read {table.num_rows} {name}: {_ranges(table)}" for name, table in reversed(self.tables.items())]
        return [*read, *self.lines_left_out()]

    def lines_left_out(self) -> list[str]:
        """One line on what was left out, if anything was."""
        told = [f"{count} {name}" for name, count in reversed(self.left_out.items())]
        return [f"left out: {', '.join(told)}"] if any(self.left_out.values()) else []


def ingest_tables(
    events: EventFiles, collections: Mapping[str, CollectionFiles], outputs: Mapping[str, Path]
) -> TableTally:
    """Write the tables of all events, numbered from 0 in the order of their files, and of each collection.

    Args:
        events: files of the events.
        collections: files of each collection.
        outputs: table to write of each collection, and of the `events`.

    Raises:
        InputError: a file cannot be used, an event stands twice, a row is of no event, or no event is left; no table is
            written.
    """
    for settings in (events, *(part for collection in collections.values() for part in collection.parts)):
        check_files([Path(name) for name in settings.files], *outputs.values())
    rows = read_rows(events)
    _check_events(rows)
    parts = {name: [read_rows(part) for part in settings.parts] for name, settings in collections.items()}
    places = {name: _places(of_collection, rows) for name, of_collection in parts.items()}
    kept = rows.inside
    for name, of_collection in parts.items():
        for part, place in zip(of_collection, places[name], strict=True):
            kept = kept & (np.bincount(place[part.inside], minlength=len(rows)) >= part.settings.min_rows)
    if not kept.any():
        raise InputError(f"{', '.join(events.files)}: no event is left of {len(rows)}; see within and min_rows")
    tables, sizes, left_out = {}, {}, {}
    for name, of_collection in parts.items():
        tables[name], sizes[f"n_{name}"] = _collection(of_collection, places[name], kept)
        left_out[name] = sum(map(len, of_collection)) - tables[name].num_rows
    tables["events"] = _events(rows, kept, sizes)
    left_out["events"] = len(rows) - tables["events"].num_rows
    with ExitStack() as stack:
        for name, table in tables.items():
            pq.write_table(table, stack.enter_context(replacing(outputs[name])))
    return TableTally(tables, left_out)


def _check_events(rows: TableRows) -> None:
    """Refuse files without events, with lists of them, or in which an event stands twice."""
    if not len(rows):
        raise InputError(f"{', '.join(rows.settings.files)}: holds no row; give a file with events")
    if rows.entries.any():
        path = rows.settings.files[rows.file[np.argmax(rows.entries)]]
        raise InputError(f"{path}: its columns hold lists; name columns with one value an event")
    if not rows.settings.event:
        return
    (number,) = _numbered(rows.key)
    order = np.argsort(number, kind="stable")
    again = np.flatnonzero(np.diff(number[order]) == 0)
    if again.size:
        first, second = order[again[0] : again[0] + 2]
        raise InputError(
            f"{rows.place(second)}: event {rows.event(second)} stands a second time, after {rows.place(first)}; take "
            "one out, or name as `event` all columns that tell events apart"
        )


def _events(rows: TableRows, kept: np.ndarray, sizes: Mapping[str, np.ndarray]) -> pa.Table:
    """The table of the events that are kept, (E,) bool of all; sizes: the rows of each of them in each collection."""
    settings = rows.settings
    sources = pa.array(source_names([Path(name) for name in settings.files]))
    stays = np.flatnonzero(kept)
    columns = {
        "event": np.arange(stays.size),
        **{name: values.take(pa.array(stays)) for name, values in rows.columns.items()},
        **sizes,
        "source": sources.take(pa.array(rows.file[stays])),
        "number": (rows.key[:, 0] if len(settings.event) == 1 else rows.origin)[stays],
    }
    return _written(columns, settings.schema([name.removeprefix("n_") for name in sizes]))


def _places(parts: list[TableRows], events: TableRows) -> list[np.ndarray]:
    """(N,) int64 for each part of a collection: the place of each row's event among all events.

    Raises:
        InputError: a row is of no event.
    """
    number, *of_parts = _numbered(events.key, *(rows.key for rows in parts))
    event_of = np.full(len(events) + sum(map(len, parts)), -1)
    event_of[number] = np.arange(len(events))
    for rows, of_row in zip(parts, of_parts, strict=True):
        if np.any(event_of[of_row] < 0):
            row = int(np.argmax(event_of[of_row] < 0))
            raise InputError(
                f"{rows.place(row)}: event {rows.event(row)} is not in {', '.join(events.settings.files)}; leave its "
                "rows out, or name all files of events"
            )
    return [event_of[of_row] for of_row in of_parts]


def _collection(parts: list[TableRows], places: list[np.ndarray], kept: np.ndarray) -> tuple[pa.Table, np.ndarray]:
    """The table of a collection, sorted by event, and how many rows each event that is kept has in it.

    Args:
        parts: its rows.
        places: of each part the place of each row's event among all events.
        kept: (E,) bool, which of all events are kept.
    """
    event = np.concatenate(places)
    stays = np.flatnonzero(np.concatenate([rows.inside for rows in parts]) & kept[event])
    new = (np.cumsum(kept) - 1)[event[stays]]
    order = np.argsort(new, kind="stable")
    chunks = {name: [chunk for rows in parts for chunk in rows.columns[name].chunks] for name in parts[0].columns}
    columns = {
        name: pa.chunked_array(values, parts[0].columns[name].type).take(pa.array(stays[order]))
        for name, values in chunks.items()
    }
    table = _written({"event": new[order], **columns}, parts[0].settings.schema)
    return table, np.bincount(new, minlength=int(kept.sum())).astype(np.int32)


def _numbered(*keys: np.ndarray) -> list[np.ndarray]:
    """(N,) int64 for each of the keys (N, k): a number below the sum of all N, the same for rows that are equal."""
    together = np.concatenate(keys)
    number = np.zeros(len(together), np.int64)
    for column in together.T:
        distinct, value = np.unique(column, return_inverse=True)
        _, number = np.unique(number * distinct.size + value, return_inverse=True)
    return np.split(number, np.cumsum([len(key) for key in keys])[:-1])


def _written(columns: Mapping[str, np.ndarray | pa.Array | pa.ChunkedArray], schema: pa.Schema) -> pa.Table:
    return pa.table([columns[name] for name in schema.names], schema=schema)


def _ranges(table: pa.Table) -> str:
    """The range of each column of numbers, and how often each text occurs, for a person."""
    told = []
    for field in table.schema:
        if field.name in ("event", "source", "number"):
            continue
        if pa.types.is_string(field.type):
            counts = pc.value_counts(table[field.name])
            few = [f"{count['values']} {count['counts']}" for count in counts[:SHOWN].to_pylist()]
            told.append(f"{field.name} {', '.join(few) if len(counts) <= SHOWN else f'with {len(counts)} texts'}")
        elif table.num_rows > (gaps := table[field.name].null_count):
            low, high = (value.as_py() for value in pc.min_max(table[field.name]).values())
            digits = ".4g" if pa.types.is_floating(field.type) else ""
            told.append(f"{field.name} from {low:{digits}} to {high:{digits}}" + f", {gaps} missing" * bool(gaps))
    return "; ".join(told)
