"""Read events to classify from files, with their hits as a cell needs them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from showergrid.apply.settings import Unlabelled
from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.core.progress import report
from showergrid.events.detector import Box
from showergrid.events.hits import Hits
from showergrid.inputs.views import views
from showergrid.sources.reading.chunks import format_of
from showergrid.sources.reading.column_maps import load_map
from showergrid.sources.reading.formats.chunk import ROWS
from showergrid.sources.reading.ingest import check_files, events_of, numbers, ordered_hits, source_names
from showergrid.sources.reading.settings import REFERENCE, ColumnMap, Limits, MapFile
from showergrid.sources.reading.tally import Tally

# hits.parquet of a study, whose rows stand in the study's order
TABLE = ColumnMap(event="event", x="x", y="y", z="z", charge="charge")
UNLABELLED = REFERENCE.model_copy(update={"pdg": None, "energy": None})


class UnlabelledEvents:
    """Events of files, which are read once, and where those read so far came from."""

    def __init__(self, settings: Unlabelled, cell: dict[str, Any], output: Path) -> None:
        """`cell` is the description in a model.safetensors; `output` is the file that their scores will be written to.

        Raises:
            InputError: the cell sees hits that no detector sees, a file is missing or would be lost, or its hits cannot
                be put in the order that the cell needs.
        """
        if "hits" not in cell:
            raise InputError("the cell does not say what hits it was trained on; make it again with this version")
        if tables := [view.representation.hits for view in views(cell) if view.representation.hits]:
            raise InputError(
                f"the cell sees {tables[0]}, hits that only its study's simulation knows; name another cell"
            )
        self.files = [Path(name) for name in settings.files]
        check_files(self.files, output)
        self.settings = settings
        self.detector = settings.detector or Box(**cell["hits"]["detector"])
        self.columns, own = _columns(self.files, settings)
        self.order = _order(settings.order or ("as_given" if own else None), self.columns, cell)
        if own and settings.order is None and cell["hits"]["order"] != "as_given":
            report(f"{', '.join(settings.files)}: the rows are taken to stand in the order {cell['hits']['order']}")
        self.tally = Tally(settings)
        self.read: list[pa.Table] = []

    def hits(self, rows: int = ROWS) -> Iterator[Hits]:
        """Yield the hits of all events, numbered from 0, in chunks; rounded to 32 bits, as a study stores them.

        Raises:
            InputError: a file cannot be used.
        """
        for path, source in zip(self.files, source_names(self.files), strict=True):
            for events in events_of(path, self.settings, self.columns, self.detector, self.tally, rows):
                event = np.arange(self.tally.events, self.tally.events + events.start.size)
                where = {"event": event, "source": pa.repeat(source, event.size), "number": numbers(events)}
                self.read.append(pa.table({**where, "n_hits": events.n_hits}))
                hits = ordered_hits(events, event, self.order)
                time = None if hits.time is None else _stored(hits.time)
                self.tally.note(events, None)
                yield Hits(event, hits.offsets, _stored(hits.position), _stored(hits.charge), time)
        self.tally.check()

    def table(self) -> pa.Table:
        """Table of the events read so far: event, source, number and n_hits."""
        return pa.concat_tables(self.read)


def _stored(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32).astype(np.float64)


def _columns(files: Sequence[Path], settings: Unlabelled) -> tuple[ColumnMap, bool]:
    """The meaning of the columns, and whether the files are tables that a study wrote."""
    if settings.columns is not None:
        return settings.columns.model_copy(update={"labels": None}), False
    tables = all(format_of(path, TABLE) == "parquet" for path in files)
    return (TABLE, True) if tables else (UNLABELLED, False)


def _order(given: str | None, columns: ColumnMap, cell: dict[str, Any]) -> str:
    """The order to put hits in, so that they stand as in the cell's study.

    Raises:
        InputError: another order is given, or the order needs a time that the files lack.
    """
    trained = cell["hits"]["order"]
    if given not in (None, "as_given", trained):
        raise InputError(
            f"order: {given}: the cell was trained on hits in the order {trained}; leave order out, or give as_given "
            "if the rows stand in it"
        )
    order = given or trained
    own = [view.representation.order for view in views(cell)]
    if "truth_time" in (order, *own) and columns.time is None:
        advice = "name its column (time) in a column map"
        if order == "truth_time":
            advice += ", or give order: as_given if the rows stand in that order"
        raise InputError(f"the cell was trained on hits in the order of their true time: {advice}")
    return order


def read_unlabelled(path: Path | None, files: Sequence[str]) -> Unlabelled:
    """Settings of the files to classify, by the map at `path`; order and detector are unset where it has none.

    Raises:
        InputError: as `read_map`.
    """
    given = {} if path is None else load_map(path)
    named = bool(given.keys() & ColumnMap.model_fields.keys())
    map_file = checked(MapFile, given if named else {**REFERENCE.model_dump(mode="json"), **given}, str(path))
    values = map_file.model_dump(mode="json")
    columns = {name: values[name] for name in ColumnMap.model_fields} if named else None
    own = {name: values[name] for name in map_file.model_fields_set & {"order", "detector", *Limits.model_fields}}
    return Unlabelled(**own, files=list(files), columns=columns)
