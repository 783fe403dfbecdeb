"""A separate table of our cells beside numbers published by others, each line labelled with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from showergrid.report.formats.numbers import number
from showergrid.report.settings.tables import PublishedTable
from showergrid.report.tables.grid import GridResults
from showergrid.report.tables.results import HAS_NUMBERS, identical_rows

OURS = "ours"
SHOWN = ("train", "validation", "best_validation")


@dataclass(frozen=True)
class PublishedEntry:
    """One source's entry for a network and representation: accuracies by SHOWN, or none and a status that says why."""

    status: str
    accuracies: Mapping[str, float]


@dataclass(frozen=True)
class Line:
    """One network according to one source: representation -> entry; `twins` are its networks with the same numbers."""

    model: str
    source: str
    entries: Mapping[str, PublishedEntry]
    twins: tuple[str, ...]


def lines(table: GridResults) -> list[Line]:
    """All lines, network by network, our own first; empty if nothing was published."""
    published = table.settings.published
    if published is None:
        return []
    columns = table.settings.columns
    sources = {OURS: _our_entries(table)}
    sources |= {"published": _entries(published.table1, columns), "draft": _entries(published.draft, columns)}
    models = list(dict.fromkeys(model for entries in sources.values() for model in entries))
    twins = {
        source: {
            model: tuple(other for other in group if other != model)
            for group in identical_rows({model: _printed(row) for model, row in entries.items()})
            for model in group
        }
        for source, entries in sources.items()
    }
    return [
        Line(model, source, sources[source][model], twins[source].get(model, ()))
        for model in models
        for source in sources
        if model in sources[source]
    ]


def _our_entries(table: GridResults) -> dict[str, dict[str, PublishedEntry]]:
    return {
        model: {column: _our_entry(table, column, model) for column in table.settings.columns}
        for model in table.settings.rows
    }


def _our_entry(table: GridResults, column: str, model: str) -> PublishedEntry:
    result = table.results[column, model]
    if result.status not in HAS_NUMBERS:
        return PublishedEntry(result.status, {})
    return PublishedEntry(result.status, {name: result.estimates[f"{name}_accuracy"].value for name in SHOWN})


def _entries(source: PublishedTable, columns: list[str]) -> dict[str, dict[str, PublishedEntry]]:
    entries = {}
    for model, row in source.items():
        given = {column: row.get(column, "not run") for column in columns}
        entries[model] = {
            column: PublishedEntry(cell, {})
            if isinstance(cell, str)
            else PublishedEntry("ok", {name: getattr(cell, name) for name in SHOWN})
            for column, cell in given.items()
        }
    return entries


def _printed(row: Mapping[str, PublishedEntry]) -> dict[str, tuple[str, ...] | None]:
    return {
        column: tuple(number(entry.accuracies[name]) for name in SHOWN) if entry.accuracies else None
        for column, entry in row.items()
    }
