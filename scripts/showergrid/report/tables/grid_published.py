"""Our cells beside numbers published by others, each line labelled with its source."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from showergrid.core.errors import InputError
from showergrid.report.formats.csv import written
from showergrid.report.formats.numbers import number
from showergrid.report.settings.published import PublishedGrid, PublishedTable
from showergrid.report.tables.results import identical_rows

OURS = "ours"
SHOWN = ("train", "validation", "best_validation")


@dataclass(frozen=True)
class PublishedEntry:
    """One source's entry for a network and representation: accuracies by SHOWN, or none and a status that says why."""

    status: str
    accuracies: Mapping[str, float]


Entries = Mapping[str, Mapping[str, PublishedEntry]]  # by network and representation


@dataclass(frozen=True)
class Line:
    """One network according to one source: representation -> entry; `twins` are its networks with the same numbers."""

    model: str
    source: str
    entries: Mapping[str, PublishedEntry]
    twins: tuple[str, ...]


def lines(ours: Entries, published: PublishedGrid | None) -> list[Line]:
    """All lines, network by network, our own first; empty if nothing was published."""
    if published is None:
        return []
    columns = list(next(iter(ours.values())))
    sources = {OURS: ours}
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


def read_entries(path: Path) -> Entries:
    """Our own entries, from the CSV file of the table.

    Raises:
        InputError: the file is missing or is none of such a table.
    """
    entries: dict[str, dict[str, PublishedEntry]] = {}
    try:
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                texts = {name: row[f"{name}_accuracy"] for name in SHOWN}
                accuracies = {name: float(text) for name, text in texts.items() if text}
                entries.setdefault(row["model"], {})[row["representation"]] = PublishedEntry(row["status"], accuracies)
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"{path}: is no table of networks and representations ({error}); make it again") from None
    return entries


def published_csv(lines: Sequence[Line]) -> str:
    """One row per line and representation; `source` says whose numbers they are."""
    header = ["model", "source", "representation", "status", *(f"{name}_accuracy" for name in SHOWN), "flags"]
    rows = (
        {"model": line.model, "source": line.source, "representation": column, "status": entry.status}
        | {f"{name}_accuracy": value for name, value in entry.accuracies.items()}
        | {"flags": "; ".join(f"identical to {twin}" for twin in line.twins if entry.accuracies)}
        for line in lines
        for column, entry in line.entries.items()
    )
    return written(header, rows)


def _entries(source: PublishedTable, columns: Sequence[str]) -> Entries:
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
