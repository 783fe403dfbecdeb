"""The contents of a table of networks and representations, independent of its format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from showergrid.core.errors import InputError
from showergrid.report.settings.tables import PlaceSettings, TableBlock, TableSettings
from showergrid.report.tables.results import Result, identical_rows, judged, measure, printed


@dataclass(frozen=True)
class GridResults:
    """All results, by representation and model; `identical` groups the models whose numbers are all the same."""

    settings: TableSettings
    results: Mapping[tuple[str, str], Result]
    identical: tuple[tuple[str, ...], ...]
    test_events: int


def build(settings: TableSettings, results: Path) -> GridResults:
    """Read the cells of a table from `results` and compare them column by column.

    Raises:
        InputError: a file of a cell is missing or bad, two blocks hold the same pair, or test events differ.
    """
    by_pair = places(settings)
    measured = measure(list(by_pair.values()), settings, results)
    made = {pair: _without_numbers(settings, *pair) for pair in _pairs(settings)}
    for column in settings.columns:
        names = {model: by_pair[column, model].name for model in settings.rows if (column, model) in by_pair}
        made |= {(column, model): result for model, result in judged(measured, names, settings).items()}
    shown = {model: {column: printed(made[column, model]) for column in settings.columns} for model in settings.rows}
    return GridResults(settings, made, identical_rows(shown), measured.test_events)


def places(settings: TableSettings) -> dict[tuple[str, str], PlaceSettings]:
    """The places with numbers, by representation and model.

    Raises:
        InputError: two blocks hold the same pair, or a place has no settings.
    """
    by_pair = {}
    for column, model in _pairs(settings):
        block = _block(settings, column, model)
        if block is None or block.status != "run":
            continue
        name = f"{column}/c{block.resolution}/{model}"
        if name not in settings.cells:
            raise InputError(f"{settings.table}: cells: {name} has no settings; known are {', '.join(settings.cells)}")
        by_pair[column, model] = PlaceSettings(
            representation=column,
            resolution=block.resolution,
            model=model,
            seeds=block.seeds,
            status="run",
            settings=settings.cells[name],
        )
    return by_pair


def _pairs(settings: TableSettings) -> list[tuple[str, str]]:
    return [(column, model) for column in settings.columns for model in settings.rows]


def _block(settings: TableSettings, column: str, model: str) -> TableBlock | None:
    blocks = [block for block in settings.blocks if block.representation == column and model in block.models]
    if len(blocks) > 1:
        raise InputError(f"{settings.table}: {model} on {column} stands in {len(blocks)} blocks; keep one of them")
    return blocks[0] if blocks else None


def _without_numbers(settings: TableSettings, column: str, model: str) -> Result:
    block = _block(settings, column, model)
    if block is None:
        return Result(column, model, "not run")
    return Result(column, model, block.status, resolution=block.resolution)
