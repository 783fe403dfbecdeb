"""The words around a table: symbols and captions, as plain text for every format."""

from __future__ import annotations

from collections.abc import Iterable

from showergrid.published import Line
from showergrid.tables import HAS_NUMBERS, Result, Table

STATUS = {"n/a": "n/a", "not run": "\N{EN DASH}", "out of memory": "OOM"}  # shown in place of numbers
COLLAPSED, INDISTINGUISHABLE, IDENTICAL = "°", "†", "‡"
HEADS = ("train", "val.", "best", "test")

_STATUS_TEXT = f"n/a: a pair without a meaning; {STATUS['not run']}: not run; OOM: out of memory."


def marks(result: Result) -> str:
    """Symbols behind a test accuracy."""
    undecided = result.verdict is not None and result.verdict.indistinguishable
    return INDISTINGUISHABLE * undecided + COLLAPSED * (result.status == "collapsed")


def flags(table: Table, result: Result) -> list[str]:
    """What a reader is warned of, in words."""
    if result.status not in HAS_NUMBERS:
        return []
    warnings = [f"seed {seed} answers one class" for seed in result.collapsed_seeds]
    return warnings + [f"identical to {twin}" for twin in twins(table, result.model)]


def twins(table: Table, model: str) -> list[str]:
    """Other networks with the same numbers in the whole row."""
    return [twin for group in table.identical if model in group for twin in group if twin != model]


def table_caption(table: Table, where: str) -> str:
    """All that is needed to read the table; `where` says where a standard deviation stands."""
    settings = table.settings
    level = f"{100 * settings.bootstrap.level:g} %"
    parts = [
        f"Accuracy of telling {' from '.join(one.name for one in settings.classes)}:",
        "train and validation (val.) at the last epoch, validation at the epoch whose weights were kept (best),",
        f"and on {table.test_events} test events, the same for all cells, with {level} interval (events; seeds and",
        "events together where there are several seeds).",
    ]
    if any(len(result.seeds) > 1 for result in table.results.values()):
        parts.append(f"Several seeds: their mean, and {where} their standard deviation.")
    parts += [
        f"Bold: best test accuracy of a column; {INDISTINGUISHABLE}: not distinguishable from it (paired, over events",
        f"and seeds, alpha {settings.comparison.alpha:g}, Holm-corrected).",
    ]
    if any(len(result.seeds) == 1 for result in table.results.values()):
        parts.append("A single seed shows nothing of its spread: comparisons take that of the other cell, if known.")
    parts += [_STATUS_TEXT, f"{COLLAPSED}: collapsed, a seed answers one class for 98 % of the events or more."]
    parts += _identical_text(table.identical)
    parts.append(f"Order of hits: {settings.order}; origin of the window: {settings.origin}.")
    return " ".join([*parts, settings_text(table, settings.columns)])


def settings_text(table: Table, columns: list[str]) -> str:
    """Settings of the cells with numbers, equal ones said once."""
    same: dict[str, list[str]] = {}
    for column in columns:
        if _made(table, column):
            same.setdefault(_column_text(table, column), []).append(column)
    return " ".join(f"{', '.join(names)}: {text}." for text, names in same.items())


def published_caption(table: Table, lines: list[Line]) -> str:
    """All that is needed to read the table of published numbers."""
    groups = {
        (line.source, tuple(sorted((line.model, *line.twins)))): None for line in lines if line.twins
    }  # a dict keeps their order
    parts = [
        "Our cells beside published numbers, which were published on other data and with one seed each:",
        "accuracy of train and validation (val.) at the last epoch and validation at the best one.",
        f"Published: {table.settings.published.note.rstrip('.')}.",
        _STATUS_TEXT,
        f"{COLLAPSED}: collapsed.",
    ]
    parts += [f"{IDENTICAL}: identical numbers ({source}): {' = '.join(models)}." for source, models in groups]
    return " ".join(parts)


def _identical_text(groups: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"{IDENTICAL}: identical numbers: {' = '.join(group)}." for group in groups]


def _made(table: Table, column: str) -> list[Result]:
    results = (table.results[column, model] for model in table.settings.rows)
    return [result for result in results if result.status in HAS_NUMBERS]


def _column_text(table: Table, column: str) -> str:
    models: dict[str, list[str]] = {}
    for result in _made(table, column):
        models.setdefault(cell_text(result), []).append(result.model)
    return "; ".join(f"{', '.join(names)} ({text})" for text, names in models.items())


def cell_text(result: Result) -> str:
    """Resolution, pixel, window, batch, precision, epochs and seeds of one cell."""
    cell = result.settings
    pixel = ", ".join(f"{axis} {size:.3g}" for axis, size in cell.pixel_cm.items())
    parts = [
        f"c {result.resolution}",
        *([f"pixel {pixel} cm"] if pixel else []),
        f"window {' x '.join(map(str, cell.window))} px",
        f"batch {cell.batch_size}",
        cell.precision,
        f"up to {cell.n_epochs} epochs",
        f"seed{'s' * (len(result.seeds) > 1)} {', '.join(map(str, result.seeds))}",
    ]
    return ", ".join(parts)
