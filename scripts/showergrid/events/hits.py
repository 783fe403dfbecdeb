"""Hits and events: the tables that a study of hits starts from.

hits.parquet has one row per hit; the rows of an event are together and in the study's order. events.parquet has one row
per event, in the same order. Both are sorted by event. The events of other sources may have any columns beside those
that all have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.core.errors import InputError

AXES = ("x", "y", "z")

HITS = pa.schema(
    [
        pa.field("event", pa.int64(), nullable=False),
        pa.field("x", pa.float32(), nullable=False),  # cm
        pa.field("y", pa.float32(), nullable=False),  # cm
        pa.field("z", pa.float32(), nullable=False),  # cm
        pa.field("charge", pa.float32(), nullable=False),  # tick ADC
        pa.field("time", pa.float32()),  # ns since the primary, the simulation's truth; null where a file has none
    ]
)
EVENTS = pa.schema(
    [
        pa.field("event", pa.int64(), nullable=False),
        pa.field("pdg", pa.int32()),  # null for events that are only to be classified
        pa.field("energy", pa.float32()),  # GeV; null where it is not known
        pa.field("n_hits", pa.int32(), nullable=False),
        pa.field("source", pa.string(), nullable=False),  # file or shard the event came from
        pa.field("number", pa.int64(), nullable=False),  # its number there
    ]
)
ANY_EVENTS = pa.schema(
    [EVENTS.field(name) for name in ("event", "source", "number")]
)  # what events of all sources have


@dataclass(frozen=True)
class Hits:
    """Hits of whole events: event i owns the rows offsets[i] to offsets[i + 1].

    event (E,) int64, offsets (E + 1,) int64, position (N, 3) float64 [cm], charge (N,) float64 [tick ADC];
    time (N,) float64 [ns], NaN where the file has none, or None if it was not read; view (N,) int64: the only view that
    sees a hit, as it does a pixel of a map, counted from 0, or None where all views see all hits; prong (N,) int64: the
    number of the prong that a hit is of, -1 for none, or None where the file tells of no prongs.
    """

    event: np.ndarray
    offsets: np.ndarray
    position: np.ndarray
    charge: np.ndarray
    time: np.ndarray | None = None
    view: np.ndarray | None = None
    prong: np.ndarray | None = None

    @cached_property
    def row(self) -> np.ndarray:
        """(N,) int64: for each hit the index of its event, 0 to E - 1."""
        return np.repeat(np.arange(self.event.size), np.diff(self.offsets))

    def of_event(self, values: np.ndarray) -> np.ndarray:
        """(N, D) from (E, D): for each hit what its event has, each of the D columns contiguous."""
        return np.repeat(values.T, np.diff(self.offsets), axis=1).T

    def only(self, chosen: np.ndarray) -> Hits:
        """The events for which chosen (E,) bool is true."""
        kept = np.repeat(chosen, np.diff(self.offsets))
        offsets = np.append(0, np.cumsum(np.diff(self.offsets)[chosen]))
        return Hits(self.event[chosen], offsets, *self._columns(kept))

    def sorted(self, rows: np.ndarray) -> Hits:
        """The same events with their hits in the order `rows` (N,) int64, which keeps events together."""
        return Hits(self.event, self.offsets, *self._columns(rows))

    def _columns(self, rows: np.ndarray) -> list[np.ndarray | None]:
        columns = (self.position, self.charge, self.time, self.view, self.prong)
        return [None if column is None else column[rows] for column in columns]


def read_events(path: Path) -> pa.Table:
    """The events table, whatever its columns are beside those of all events.

    Raises:
        InputError: one of these is missing or of another type.
    """
    return open_table(path, ANY_EVENTS).read()


def read_hits(hits: Path, hits_per_chunk: int = 16_384, time: bool = False) -> Iterator[Hits]:
    """Yield all hits in chunks of whole events, in the file's order, reading `hits_per_chunk` rows at a time.

    `time`: read the simulation's true time too. The view and the prong of each hit are read where the file has them.

    Raises:
        InputError: a column is missing or of another type, or the events are not sorted.
    """
    # Else pyarrow would read the whole file ahead, or whole row groups: memory must not grow with the study
    columns = ["event", *AXES, "charge", *(["time"] if time else [])]
    schema = pa.schema([HITS.field(name) for name in columns])
    file = open_table(hits, schema, buffer_size=1 << 16, pre_buffer=False)
    columns += [name for name in ("view", "prong") if name in file.schema_arrow.names]
    kept: dict[str, np.ndarray] = {}
    last = -1
    for batch in file.iter_batches(batch_size=hits_per_chunk, columns=columns, use_threads=False):
        rows = {name: _array(batch.column(name)) for name in columns}
        if kept:
            rows = {name: np.concatenate([kept[name], rows[name]]) for name in columns}
        event = rows["event"]
        if np.any(event[1:] < event[:-1]) or event[0] < last:
            raise InputError(f"{hits}: the rows are not sorted by event; make the file again with simulate")
        whole = int(np.searchsorted(event, event[-1]))  # the last event may go on in the next batch
        if whole:
            yield _grouped({name: column[:whole] for name, column in rows.items()})
        kept = {name: column[whole:] for name, column in rows.items()}
        last = int(event[-1])
    if kept:
        yield _grouped(kept)


def _array(column: pa.Array) -> np.ndarray:
    """The numbers of a column, NaN for null; to_numpy imports pandas where it is installed, which takes 0.3 s."""
    return column.to_numpy(zero_copy_only=False) if column.null_count else np.from_dlpack(column)


def _grouped(rows: dict[str, np.ndarray]) -> Hits:
    """The hits of rows sorted by event; each axis of their positions is contiguous, which makes sums over hits fast."""
    event, size = rows["event"], rows["event"].size
    start = np.append(0, np.flatnonzero(event[1:] != event[:-1]) + 1)
    position = np.empty((3, size))
    for axis, coordinate in zip(AXES, position, strict=True):
        coordinate[:] = rows[axis]
    return Hits(
        event=event[start].astype(np.int64),
        offsets=np.append(start, size).astype(np.int64),
        position=position.T,
        charge=rows["charge"].astype(np.float64),
        time=rows["time"].astype(np.float64) if "time" in rows else None,
        view=rows["view"].astype(np.int64) if "view" in rows else None,
        prong=rows["prong"].astype(np.int64) if "prong" in rows else None,
    )


def open_table(path: Path, schema: pa.Schema, **options: Any) -> pq.ParquetFile:
    """Open a Parquet file that has the columns of `schema`; `options` are those of pyarrow's ParquetFile.

    Raises:
        InputError: it is missing, damaged or no Parquet file, or a column is missing or of another type.
    """
    try:
        file = pq.ParquetFile(path, **options)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: cannot be read as Parquet ({error}); delete it to have it made again") from None
    for field in schema:
        actual = file.schema_arrow.field(field.name).type if field.name in file.schema_arrow.names else None
        if actual != field.type:
            raise InputError(f"{path}: column {field.name}: expected {field.type}, found {actual or 'none'}")
    return file
