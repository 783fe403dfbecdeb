"""The study's table of events and those of their collections, read from files of tables."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

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


def ingest_tables(
    events: EventFiles, collections: Mapping[str, CollectionFiles], outputs: Mapping[str, Path]
) -> dict[str, pa.Table]:
    """Write and return the tables of all events, numbered from 0 in the order of their files, and of each collection.

    Args:
        events: files of the events.
        collections: files of each collection.
        outputs: table to write of each collection, and of the `events`.

    Raises:
        InputError: a file cannot be used, an event stands twice, or a row is of no event; no table is written.
    """
    for settings in (events, *(part for collection in collections.values() for part in collection.parts)):
        check_files([Path(name) for name in settings.files], *outputs.values())
    rows = read_rows(events)
    _check_events(rows)
    tables, sizes = {}, {}
    for name, settings in collections.items():
        tables[name], sizes[f"n_{name}"] = _collection([read_rows(part) for part in settings.parts], rows)
    tables["events"] = _events(rows, sizes)
    with ExitStack() as stack:
        for name, table in tables.items():
            pq.write_table(table, stack.enter_context(replacing(outputs[name])))
    return tables


def lines(tables: Mapping[str, pa.Table]) -> list[str]:
    """What to tell a person of each table: its rows, ranges that show a wrong unit, and its texts."""
    return [f"read {table.num_rows} {name}: {_ranges(table)}" for name, table in reversed(tables.items())]


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


def _events(rows: TableRows, sizes: Mapping[str, np.ndarray]) -> pa.Table:
    settings = rows.settings
    sources = pa.array(source_names([Path(name) for name in settings.files]))
    columns = {
        "event": np.arange(len(rows)),
        **rows.columns,
        **sizes,
        "source": sources.take(pa.array(rows.file)),
        "number": rows.key[:, 0] if len(settings.event) == 1 else rows.origin,
    }
    return _written(columns, settings.schema([name.removeprefix("n_") for name in sizes]))


def _collection(parts: list[TableRows], events: TableRows) -> tuple[pa.Table, np.ndarray]:
    """The table of a collection, sorted by event, and how many rows each event (E,) has in it.

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
    event = event_of[np.concatenate(of_parts)]
    order = np.argsort(event, kind="stable")
    chunks = {name: [chunk for rows in parts for chunk in rows.columns[name].chunks] for name in parts[0].columns}
    columns = {
        name: pa.chunked_array(values, parts[0].columns[name].type).take(pa.array(order))
        for name, values in chunks.items()
    }
    table = _written({"event": event[order], **columns}, parts[0].settings.schema)
    return table, np.bincount(event, minlength=len(events)).astype(np.int32)


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
