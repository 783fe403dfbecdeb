"""The table of networks and representations, what belongs to it, and published numbers beside it if there are any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid, without_empty
from showergrid.report.formats.numbers import number
from showergrid.report.tables import captions, estimates, grid
from showergrid.report.tables.captions import COLLAPSED, HEADS, IDENTICAL, STATUS, joined
from showergrid.report.tables.csv_columns import NUMBERS, SETTINGS, VERDICT, number_values, place_values, setting_values
from showergrid.report.tables.grid import GridResults
from showergrid.report.tables.grid import GridSettings as Parameters
from showergrid.report.tables.grid_published import OURS, SHOWN, Entries, Line, PublishedEntry, lines
from showergrid.report.tables.grid_settings import settings_table
from showergrid.report.tables.results import HAS_NUMBERS, UNTRIED, Result, cell_files, twins

ONCE = ("representation", "model")  # what stands in the table once
PRONGS = True  # it shows questions of prongs too
NAME_WIDTH = 30  # characters of a line of a name


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder."""
    return cell_files(settings.places, settings.question)


def build(settings: Parameters, results: Path) -> GridResults:
    """Read the cells and compare them column by column."""
    return grid.build(settings, results)


def layout(table: GridResults) -> list[TableGrid]:
    """Test accuracies, those of training, settings, and ours beside the published numbers if there are any."""
    beside = lines(_entries(table), table.settings.published_grid)
    made = [_test(table), _training(table), settings_table(table), *([_published(table, beside)] if beside else [])]
    return [without_empty(grid) for grid in made]


def csv(table: GridResults) -> str:
    """One row per network and representation; unknown values are empty."""
    said = {"origin": table.settings.origin, "test_events": table.test_events}
    header = [*place_values(Result("", "", "")), *NUMBERS, *VERDICT, "flags", *SETTINGS, "test_events"]
    rows = (
        place_values(result)
        | number_values(result)
        | {"flags": "; ".join(captions.flags(result, twins(table.identical, result.model)))}
        | setting_values(result)
        | (said | {"order": table.settings.order_of([result.settings])} if result.settings else {})
        for column in table.settings.columns
        for result in (table.results[column, model] for model in table.settings.rows)
    )
    return written([*header, "order", "origin"], rows)


def _test(table: GridResults) -> TableGrid:
    """The main table: test accuracies."""
    settings, results = table.settings, table.told
    events = captions.events_text(settings, table.test_events, table.test_groups)
    return TableGrid(
        label=f"tab:{settings.name}",
        caption=f"{captions.question_text(settings)} {events}",
        stub=(Stub("model", NAME_WIDTH),),
        columns=tuple(
            Columns(settings.labels.unbroken.representation(column), (_resolutions(table, column),))
            for column in settings.columns
        ),
        groups=_by_kind(table, _test_cells),
        notes=joined(
            [
                captions.interval_text(settings),
                captions.seeds_text(results),
                captions.comparison_text(settings, "a column"),
                captions.single_seed_text(results),
                captions.status_text(result.status for result in results),
                captions.collapsed_text(results),
                _identical_text(table),
                captions.resolution_text(results),
            ]
        ),
    )


def _training(table: GridResults) -> TableGrid:
    """Accuracies of training and validation, as the reference study has them."""
    settings, results = table.settings, table.told
    return TableGrid(
        label=f"tab:{settings.name}-training",
        caption=f"{captions.question_text(settings)}: {captions.accuracies_text(settings)}.",
        stub=(Stub("model", NAME_WIDTH),),
        columns=tuple(
            Columns(settings.labels.unbroken.representation(column), HEADS[: len(SHOWN)]) for column in settings.columns
        ),
        groups=_by_kind(table, _training_cells),
        notes=joined(
            [
                captions.seeds_text(results),
                captions.epochs_text(settings),
                captions.status_text(result.status for result in results),
                _identical_text(table),
            ]
        ),
    )


def _by_kind(table: GridResults, cells: Callable[[Result], tuple[TableCell, ...]]) -> tuple[Group, ...]:
    """A row per network, those of a kind together, under its name where there are several."""
    kinds = table.settings.by_kind
    return tuple(
        Group(
            tuple(
                Row((_marked(table, model),), tuple(cells(table.results[c, model]) for c in table.settings.columns))
                for model in models
            ),
            kind if len(kinds) > 1 else "",
        )
        for kind, models in kinds.items()
    )


def _marked(table: GridResults, model: str) -> str:
    return table.settings.labels.unbroken.model(model) + IDENTICAL * bool(twins(table.identical, model))


def _test_cells(result: Result) -> tuple[TableCell, ...]:
    if result.status not in HAS_NUMBERS:
        return (TableCell(STATUS[result.status]),)
    return (estimates.measured(result.estimates["test_accuracy"], captions.best(result), captions.marks(result)),)


def _training_cells(result: Result) -> tuple[TableCell, ...]:
    if result.status not in HAS_NUMBERS:
        return (TableCell(STATUS[result.status], span=len(SHOWN)),)
    return tuple(estimates.spread(result.estimates[f"{name}_accuracy"]) for name in SHOWN)


def _resolutions(table: GridResults, column: str) -> str:
    """The resolutions of a representation, if it has any."""
    results = (table.results[column, model] for model in table.settings.rows)
    shown = sorted({result.resolution for result in results if result.status in HAS_NUMBERS and result.resolution})
    return f"c {', '.join(map(str, shown))}" if shown else ""


def _identical_text(table: GridResults) -> str:
    label = table.settings.labels.unbroken.model
    return captions.identical_text([label(model) for model in group] for group in table.identical)


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
    """Our numbers beside the published ones, of the representations that were published."""
    theirs = [line for line in lines if line.source != OURS]
    columns = [
        column for column in table.settings.columns if any(line.entries[column].status != "not run" for line in theirs)
    ]
    told = [line for line in lines if any(line.entries[column].status not in UNTRIED for column in columns)]
    labels = table.settings.labels.unbroken
    return TableGrid(
        label=f"tab:{table.settings.name}-published",
        caption=joined(
            [
                "Our cells beside published numbers, which were published on other data and with one seed each:",
                "accuracy of train and validation (val.) at the last epoch and validation at the best one.",
            ]
        ),
        stub=(Stub("model", NAME_WIDTH), Stub("source")),
        columns=tuple(Columns(labels.representation(column), HEADS[: len(SHOWN)]) for column in columns),
        groups=tuple(
            Group(
                tuple(
                    Row(
                        (labels.model(line.model), line.source + IDENTICAL * bool(line.twins)),
                        tuple(_published_cells(line.entries[column]) for column in columns),
                    )
                    for line in told
                    if line.model == model
                )
            )
            for model in dict.fromkeys(line.model for line in told)
        ),
        notes=_published_notes(table, told, columns),
    )


def _published_cells(entry: PublishedEntry) -> tuple[TableCell, ...]:
    if not entry.accuracies:
        return (TableCell(STATUS[entry.status], span=len(SHOWN)),)
    *first, last = (number(entry.accuracies[name]) for name in SHOWN)
    return (*map(TableCell, first), TableCell(last, marks=COLLAPSED * (entry.status == "collapsed")))


def _published_notes(table: GridResults, lines: Sequence[Line], columns: Sequence[str]) -> str:
    label = table.settings.labels.unbroken.model
    groups = {
        (line.source, tuple(map(label, sorted((line.model, *line.twins))))): None for line in lines if line.twins
    }  # a dict keeps their order
    return joined(
        [
            f"Published: {table.settings.published_grid.note.rstrip('.')}.",
            captions.status_text(line.entries[column].status for line in lines for column in columns),
            captions.collapsed_text(table.told),
            *(f"{IDENTICAL}: identical numbers ({source}): {' = '.join(models)}." for source, models in groups),
        ]
    )
