"""The study's tables of hits and events, read from files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.core.progress import progress
from showergrid.events.detector import Box
from showergrid.events.hits import AXES, EVENTS, HITS, Hits
from showergrid.events.order import reordered
from showergrid.events.parquet import conforming, row_groups
from showergrid.sources.reading.chunks import read
from showergrid.sources.reading.conversion import converted
from showergrid.sources.reading.formats.chunk import ROWS
from showergrid.sources.reading.labels import LabelledEvents, labelled, read_labels
from showergrid.sources.reading.settings import REFERENCE, ColumnMap, Ingest
from showergrid.sources.reading.tally import Tally
from showergrid.sources.reading.whole_events import WholeEvents, whole_events

HITS_A_GROUP = 1 << 17  # rows per Parquet row group, kept in memory until it is full
EVENTS_A_GROUP = 1 << 14


def ingest(
    settings: Ingest,
    classes: Sequence[int],
    detector: Box,
    order: str,
    hits: Path,
    events: Path,
    rows: int = ROWS,
) -> Tally:
    """Write the tables of all hits and events; events are numbered from 0 in the order of the files.

    Args:
        settings: files and what their columns mean.
        classes: PDG codes that events may have; none: any.
        detector: bounds of the detector.
        order: of an event's hits, "as_given" (that of the file), "axis", "beam" or "truth_time".
        hits: table to write.
        events: table to write.
        rows: hits to read at a time.

    Returns:
        What was read, and what was left out.

    Raises:
        InputError: a file cannot be used; neither table is written.
    """
    columns = settings.columns or REFERENCE
    if order == "truth_time" and columns.time is None:
        raise InputError(
            "order: truth_time needs `time` in the column map; name its column, or choose axis, beam or as_given"
        )
    files = [Path(name) for name in settings.files]
    check_files(files, hits, events)
    tally = Tally(settings)
    codes: set[int] = set()
    with (
        replacing(hits) as hits_beside,
        replacing(events) as events_beside,
        row_groups(hits_beside, HITS, HITS_A_GROUP) as hits_file,
        row_groups(events_beside, EVENTS, EVENTS_A_GROUP) as events_file,
    ):
        for path, source in zip(files, source_names(files), strict=True):
            for part in _read(path, settings, columns, classes, detector, tally, rows):
                event = np.arange(tally.events, tally.events + part.events.start.size)
                hits_file.write(_hits(part.events, event, order))
                events_file.write(_events(part, event, source))
                codes.update([] if part.pdg is None else np.unique(part.pdg).tolist())
                tally.note(part.events, part.energy)
        tally.check()
        if classes and len(codes) == 1:
            raise InputError(
                f"{', '.join(settings.files)}: all events are of pdg {codes.pop()}, and a study needs two classes; "
                "give the files of the other too, or leave pdg out of the column map for events only to be classified"
            )
    return tally


def source_names(files: Sequence[Path]) -> list[str]:
    """A name for each file: its own, after as many of its folders as tell it from files of the same name.

    Raises:
        InputError: not even all folders tell two files apart.
    """
    parts = [Path(os.path.normpath(path)).parts for path in files]
    parts = [part[1:] if Path(part[0]).is_absolute() else part for part in parts]
    depth = [1] * len(files)
    while True:
        names = ["/".join(part[-n:]) for part, n in zip(parts, depth, strict=True)]
        shared = [i for i, name in enumerate(names) if names.count(name) > 1]
        if not shared:
            return names
        if all(depth[i] >= len(parts[i]) for i in shared):
            raise InputError(f"{files[shared[0]]}, {files[shared[1]]}: cannot be told apart by name; rename one")
        for i in shared:
            depth[i] += 1


def check_files(files: Sequence[Path], *outputs: Path) -> None:
    """Refuse files that are missing or given twice, and outputs that are the same or among the files.

    Raises:
        InputError: for the first of them.
    """
    places: dict[tuple[int, int], Path] = {}
    for path in files:
        if not path.exists():
            raise InputError(
                f"{path}: there is no such file; correct its name, which counts from the folder you are in"
            )
        if not path.is_file():
            raise InputError(f"{path}: is no file; name the files in it one by one")
        status = path.stat()
        if (other := places.setdefault((status.st_dev, status.st_ino), path)) is not path:
            raise InputError(f"{path}: is the same file as {other}; name it once")
    if len(outputs) != len({os.path.abspath(output) for output in outputs}):
        raise InputError(f"{outputs[0]}: hits and events need a file each; name two")
    for output in outputs:
        if output.exists() and any(output.samefile(path) for path in files):
            raise InputError(f"{output}: is one of the files to read, and would be lost; name another to write")


def _read(
    path: Path,
    settings: Ingest,
    columns: ColumnMap,
    classes: Sequence[int],
    detector: Box,
    tally: Tally,
    rows: int,
) -> Iterator[LabelledEvents]:
    """The events of a file with their labels, part by part."""
    labels = read_labels(path, columns)
    for events in events_of(path, settings, columns, detector, tally, rows):
        yield labelled(events, labels, columns, classes, path)


def events_of(
    path: Path, settings: Ingest, columns: ColumnMap, detector: Box, tally: Tally, rows: int = ROWS
) -> Iterator[WholeEvents]:
    """Yield the events of a file, part by part; what is left out is added to the tally.

    Raises:
        InputError: the file cannot be used; faults of whole events are raised at the end.
    """
    chunks = read(path, columns, columns.hit_columns, columns.table, columns.event, rows)
    parts = (
        converted(chunk, columns, detector, settings, path, tally.left_out)
        for chunk in progress(chunks, path.name, f" x {rows} hits")
    )
    yield from whole_events(parts, settings, columns, path, tally.left_out)


def ordered_hits(events: WholeEvents, event: np.ndarray, order: str) -> Hits:
    """The hits of `events`, numbered by `event` (E,), in the `order` as_given, axis, beam or truth_time."""
    rows = events.rows
    hits = Hits(event, np.append(events.start, rows.origin.size), rows.position, rows.charge, rows.time)
    return hits if order == "as_given" else reordered(hits, order)


def numbers(events: WholeEvents) -> np.ndarray:
    """(E,) int64: the number of each event in its file; if it has none or several, its place from 0."""
    key = events.rows.key
    return events.place if key is None or key.shape[1] > 1 else key[events.start, 0]


def _hits(events: WholeEvents, event: np.ndarray, order: str) -> pa.Table:
    hits = ordered_hits(events, event, order)
    values = {axis: hits.position[:, i] for i, axis in enumerate(AXES)} | {"charge": hits.charge, "time": hits.time}
    stored = {name: None if column is None else column.astype(np.float32) for name, column in values.items()}
    return conforming({**stored, "event": np.repeat(event, np.diff(hits.offsets))}, HITS)


def _events(part: LabelledEvents, event: np.ndarray, source: str) -> pa.Table:
    number = numbers(part.events)
    values = {"event": event, "pdg": part.pdg, "energy": part.energy, "n_hits": part.events.n_hits, "number": number}
    return conforming({**values, "source": pa.repeat(source, event.size)}, EVENTS)
