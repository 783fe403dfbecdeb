"""The tables of files that a cell classifies, and what a representation takes of their events."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from showergrid.apply.settings import Unlabelled
from showergrid.core.errors import InputError
from showergrid.core.plugins import load
from showergrid.inputs.declared import is_made_of_hits
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.variables import Variables, read_variables_of
from showergrid.sources.reading.tables import TableTally, ingest_tables

ABOUT = ["event", "source", "number"]  # what scores tell of the events of tables


@contextmanager
def tables_of(settings: Unlabelled) -> Iterator[tuple[dict[str, Path], TableTally]]:
    """The tables of the events and of their collections in the files that `settings` name, until the context ends.

    Beside their paths stands what was read.

    Raises:
        InputError: a file cannot be used.
    """
    with tempfile.TemporaryDirectory() as folder:
        tables = {name: Path(folder, f"{name}.parquet") for name in ("events", *settings.collections)}
        yield tables, ingest_tables(settings.events, settings.collections, tables)


def variables_in(tables: Mapping[str, Path], asked: InputSettings) -> Variables:
    """What a representation takes of all events in `tables`.

    Raises:
        InputError: it is made of hits, or reads a table or a column that is not there.
    """
    shown = asked.representation
    module = load("representations", shown.module)
    if is_made_of_hits(shown.module):
        raise InputError(f"{shown.name} is made of hits; name files of hits, not events")
    read = dict.fromkeys(("events", *module.reads(module.Parameters(**shown.parameters))))
    if lacking := [name for name in read if name not in tables]:
        raise InputError(f"{shown.name} shows {lacking[0]}, which the files lack; name theirs below collections")
    return read_variables_of(asked, [tables[name] for name in read])
