"""Which files hold the events of a study, and what their columns mean."""

from __future__ import annotations

from pydantic import Field, model_validator

from showergrid.core.settings import Name
from showergrid.events.hits import AXES
from showergrid.sources.reading.settings import ColumnName, Ingest
from showergrid.sources.reading.table_settings import CollectionFiles, EventFiles

TAKEN = ("events", "split", "directions")  # names of other tables of a study


class Files(Ingest):
    """Files of hits and what their columns mean, or a table of events, perhaps with collections."""

    files: list[ColumnName] = Field(
        default=[], min_length=1, description="files of hits, in the order in which their events are numbered"
    )
    events: EventFiles | None = Field(default=None, description="files with one row an event, in place of hits")
    collections: dict[Name, CollectionFiles] = Field(
        default={}, description="files with any number of rows an event, by name of the collection"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Files:
        if self.events is None:
            if self.collections:
                raise ValueError("collections: belong to events, whose files are missing; name them")
            if not self.files:
                raise ValueError("files: is missing: name files of hits here, or files of events below events")
            return self
        if of_hits := sorted(self.model_fields_set & set(Ingest.model_fields)):
            raise ValueError(f"{of_hits[0]}: is for hits, from which events follow; give it or events, not both")
        if "hits" in self.collections:
            _check_hits(self.events, self.collections["hits"])
        for name, collection in self.collections.items():
            if name in TAKEN:
                raise ValueError(f"collections.{name}: another table of a study has this name; choose another")
            if f"n_{name}" in self.events.columns:
                raise ValueError(f"events.columns.n_{name}: the number of rows of {name} has this name; choose another")
            if len(collection.event) != len(self.events.event):
                raise ValueError(
                    f"collections.{name}.event names {len(collection.event)} columns and events.event "
                    f"{len(self.events.event)}; an event has the same numbers in both"
                )
            if not collection.event and any(part.files != self.events.files for part in collection.parts):
                raise ValueError(
                    f"collections.{name}.event: is missing: name the columns that tell which event a row is of; only "
                    "rows of the same files as the events' need none"
                )
        return self

    @property
    def named(self) -> list[str]:
        """All files, each once."""
        if self.events is None:
            return self.files
        tables = [self.events, *(part for collection in self.collections.values() for part in collection.parts)]
        return list(dict.fromkeys(file for table in tables for file in table.files))


def _check_hits(events: EventFiles, hits: CollectionFiles) -> None:
    """Refuse a collection of hits that lacks what hits have, or events that lack what events with hits have."""
    for name in (*AXES, "charge"):
        if name not in hits.columns or hits.columns[name].type != "number" or hits.missing:
            raise ValueError(f"collections.hits.columns.{name}: hits have this column, a number without gaps; name it")
    for name in ("view", "prong"):
        if name in hits.columns and hits.columns[name].type != "whole":
            raise ValueError(f"collections.hits.columns.{name}: is a whole number, from 0; give type: whole")
    if hits.min_rows < 1:
        raise ValueError("collections.hits.min_rows: an event has at least one hit; give 1 or more")
    if "energy" not in events.columns or events.columns["energy"].type != "number":
        raise ValueError("events.columns.energy: figures of events with hits need their energy [GeV]; name its column")
