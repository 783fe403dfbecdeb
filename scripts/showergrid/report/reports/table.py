"""The table of networks and representations, and beside published numbers if there are any."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number
from showergrid.report.tables import captions, estimates, grid
from showergrid.report.tables.captions import COLLAPSED, HEADS, IDENTICAL, STATUS, joined
from showergrid.report.tables.csv_columns import NUMBERS, SETTINGS, VERDICT, number_values, place_values, setting_values
from showergrid.report.tables.grid import GridResults
from showergrid.report.tables.grid import GridSettings as Parameters
from showergrid.report.tables.grid_published import SHOWN, Entries, Line, PublishedEntry, lines
from showergrid.report.tables.results import ACCURACIES, HAS_NUMBERS, Result, cell_files, twins

ONCE = ("representation", "model")  # what stands in the table once


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder."""
    return cell_files(settings.places)


def build(settings: Parameters, results: Path) -> GridResults:
    """Read the cells and compare them column by column."""
    return grid.build(settings, results)


def layout(table: GridResults) -> list[TableGrid]:
    """The table of our results and, if there are published numbers, the table beside them."""
    beside = lines(_entries(table), table.settings.published_grid)
    return [_ours(table), *([_published(table, beside)] if beside else [])]


def csv(table: GridResults) -> str:
    """One row per network and representation; unknown values are empty."""
    said = {"order": table.settings.order, "origin": table.settings.origin, "test_events": table.test_events}
    header = [*place_values(Result("", "", "")), *NUMBERS, *VERDICT, "flags", *SETTINGS, "test_events"]
    rows = (
        place_values(result)
        | number_values(result)
        | {"flags": "; ".join(captions.flags(result, twins(table.identical, result.model)))}
        | setting_values(result)
        | (said if result.settings else {})
        for column in table.settings.columns
        for result in (table.results[column, model] for model in table.settings.rows)
    )
    return written([*header, "order", "origin"], rows)


def _ours(table: GridResults) -> TableGrid:
    settings = table.settings
    return TableGrid(
        label=f"tab:{settings.name}",
        caption=_caption(table),
        stub=(Stub("network"),),
        columns=tuple(Columns(settings.labels.representation(column), HEADS) for column in settings.columns),
        groups=tuple(
            Group((Row((_marked(table, model),), tuple(_cells(table.results[c, model]) for c in settings.columns)),))
            for model in settings.rows
        ),
        gap=1.2,
    )


def _marked(table: GridResults, model: str) -> str:
    return table.settings.labels.model(model) + IDENTICAL * bool(twins(table.identical, model))


def _cells(result: Result) -> tuple[TableCell, ...]:
    if result.status not in HAS_NUMBERS:
        return (TableCell(STATUS[result.status], span=len(ACCURACIES)),)
    return tuple(
        estimates.measured(result.estimates[name], captions.best(result), captions.marks(result))
        if name == "test_accuracy"
        else estimates.spread(result.estimates[name])
        for name in ACCURACIES
    )


def _entries(table: GridResults) -> Entries:
    """Our own entries in the table beside the published numbers."""
    return {
        model: {column: _entry(table.results[column, model]) for column in table.settings.columns}
        for model in table.settings.rows
    }


def _entry(result: Result) -> PublishedEntry:
    has_numbers = result.status in HAS_NUMBERS
    values = {name: result.estimates[f"{name}_accuracy"].value for name in SHOWN} if has_numbers else {}
    return PublishedEntry(result.status, values)


def _published(table: GridResults, lines: Sequence[Line]) -> TableGrid:
    columns, labels = table.settings.columns, table.settings.labels
    models = dict.fromkeys(line.model for line in lines)
    return TableGrid(
        label=f"tab:{table.settings.name}-published",
        caption=_published_caption(table, lines),
        stub=(Stub("network", 22), Stub("source")),
        columns=tuple(Columns(labels.representation(column), HEADS[: len(SHOWN)]) for column in columns),
        groups=tuple(
            Group(
                tuple(
                    Row(
                        (labels.model(line.model), line.source + IDENTICAL * bool(line.twins)),
                        tuple(_published_cells(line, column) for column in columns),
                    )
                    for line in lines
                    if line.model == model
                )
            )
            for model in models
        ),
    )


def _published_cells(line: Line, column: str) -> tuple[TableCell, ...]:
    entry = line.entries[column]
    if not entry.accuracies:
        return (TableCell(STATUS[entry.status], span=len(SHOWN)),)
    *first, last = (number(entry.accuracies[name]) for name in SHOWN)
    return (*map(TableCell, first), TableCell(last, marks=COLLAPSED * (entry.status == "collapsed")))


def _caption(table: GridResults) -> str:
    """All that is needed to read the table."""
    settings, results = table.settings, list(table.results.values())
    labels = settings.labels
    return joined(
        [
            f"{captions.question_text(settings)}: {captions.accuracies_text(settings)}",
            captions.interval_text(settings, table.test_events),
            captions.epochs_text(settings),
            captions.seeds_text(results),
            captions.comparison_text(settings, "a column"),
            captions.single_seed_text(results),
            captions.STATUS_TEXT,
            captions.COLLAPSED_TEXT,
            captions.identical_text([labels.model(model) for model in group] for group in table.identical),
            captions.origin_text(settings),
            _settings_text(table),
        ]
    )


def _settings_text(table: GridResults) -> str:
    """The settings of the cells with numbers; equal settings are stated once."""
    same: dict[str, list[str]] = {}
    labels = table.settings.labels
    for column in table.settings.columns:
        models: dict[str, list[str]] = {}
        for model in table.settings.rows:
            if table.results[column, model].status in HAS_NUMBERS:
                text = ", ".join(captions.setting_texts(table.results[column, model]))
                models.setdefault(text, []).append(labels.model(model))
        if models:
            text = "; ".join(f"{', '.join(names)} ({text})" for text, names in models.items())
            same.setdefault(text, []).append(labels.representation(column))
    return " ".join(f"{', '.join(names)}: {text}." for text, names in same.items())


def _published_caption(table: GridResults, lines: Sequence[Line]) -> str:
    """All that is needed to read the table of published numbers."""
    groups = {
        (line.source, tuple(map(table.settings.labels.model, sorted((line.model, *line.twins))))): None
        for line in lines
        if line.twins
    }  # a dict keeps their order
    parts = [
        "Our cells beside published numbers, which were published on other data and with one seed each:",
        "accuracy of train and validation (val.) at the last epoch and validation at the best one.",
        f"Published: {table.settings.published_grid.note.rstrip('.')}.",
        captions.STATUS_TEXT,
        f"{COLLAPSED}: collapsed.",
    ]
    return joined(
        [*parts, *(f"{IDENTICAL}: identical numbers ({source}): {' = '.join(models)}." for source, models in groups)]
    )
