"""What a table holds: one result for every network and representation, before it is written in any format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from showergrid.cellfolders import Run, cell_folder, read_run
from showergrid.comparisons import Estimate, Sample, Verdict, accuracy, against_best, estimate, samples
from showergrid.errors import InputError
from showergrid.metrics import roc_auc
from showergrid.settings.report import Block, CellSettings, TableSettings

ACCURACIES = ("train_accuracy", "validation_accuracy", "best_validation_accuracy", "test_accuracy")
HAS_NUMBERS = ("ok", "collapsed")


@dataclass(frozen=True)
class Result:
    """One network on one representation.

    status: ok, collapsed (at least one seed answers one class), n/a, not run, or out of memory.
    estimates: those of ACCURACIES and test_roc_auc, where there are numbers.
    """

    representation: str
    model: str
    status: str
    resolution: int | None = None
    seeds: tuple[int, ...] = ()
    collapsed_seeds: tuple[int, ...] = ()
    settings: CellSettings | None = None
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Table:
    """All results, by representation and model; `identical` names the models whose numbers are all the same."""

    settings: TableSettings
    results: Mapping[tuple[str, str], Result]
    identical: tuple[tuple[str, ...], ...]
    test_events: int


def build(settings: TableSettings, results: Path) -> Table:
    """Read the cells of a table from `results` and compare them column by column.

    Raises:
        InputError: a file of a cell is missing or bad, two blocks hold the same pair, or test events differ.
    """
    cells = _read_cells(settings, results)
    events = _common_events([run for _, runs in cells.values() for run in runs])
    made = {pair: _without_numbers(settings, *pair) for pair in _pairs(settings)}
    for column in settings.columns:
        runs = {model: cells[column, model] for model in settings.rows if (column, model) in cells}
        made |= {(column, model): result for model, result in _column(settings, column, runs).items()}
    shown = {model: {column: _printed(made[column, model]) for column in settings.columns} for model in settings.rows}
    return Table(settings, made, identical_rows(shown), events)


def number(value: float) -> str:
    """Three decimals without the leading zero: .892."""
    return f"{value:.3f}".removeprefix("0")


def identical_rows(rows: Mapping[str, Mapping[str, tuple | None]]) -> tuple[tuple[str, ...], ...]:
    """Groups of models whose numbers agree in every column in which both have some, and in at least one."""
    groups: list[list[str]] = []
    for model, row in rows.items():
        for group in groups:
            first = rows[group[0]]
            common = [column for column in row if row[column] and first.get(column)]
            if common and all(row[column] == first[column] for column in common):
                group.append(model)
                break
        else:
            groups.append([model])
    return tuple(tuple(group) for group in groups if len(group) > 1)


def _pairs(settings: TableSettings) -> list[tuple[str, str]]:
    return [(column, model) for column in settings.columns for model in settings.rows]


def _block(settings: TableSettings, column: str, model: str) -> Block | None:
    found = [block for block in settings.blocks if block.representation == column and model in block.models]
    if len(found) > 1:
        raise InputError(f"{settings.table}: {model} on {column} stands in {len(found)} blocks; keep one of them")
    return found[0] if found else None


def _without_numbers(settings: TableSettings, column: str, model: str) -> Result:
    block = _block(settings, column, model)
    if block is None:
        return Result(column, model, "not run")
    return Result(column, model, block.status, resolution=block.resolution)


def _read_cells(settings: TableSettings, results: Path) -> dict[tuple[str, str], tuple[Block, list[Run]]]:
    cells = {}
    for column, model in _pairs(settings):
        block = _block(settings, column, model)
        if block is None or block.status != "run":
            continue
        if not block.seeds:
            raise InputError(f"{settings.table}: {model} on {column} has status run but no seeds; give it at least one")
        folders = [cell_folder(results, column, block.resolution, model, seed) for seed in block.seeds]
        cells[column, model] = block, [read_run(folder, settings.classes) for folder in folders]
    return cells


def _common_events(runs: Sequence[Run]) -> int:
    """Number of test events, which must be the same in all runs for a paired comparison."""
    for run in runs[1:]:
        if not (np.array_equal(run.event, runs[0].event) and np.array_equal(run.labels, runs[0].labels)):
            raise InputError(
                f"{run.folder / 'predictions.parquet'}: its test events are not those of "
                f"{runs[0].folder / 'predictions.parquet'}; evaluate both on one split"
            )
    return runs[0].event.size if runs else 0


def _column(settings: TableSettings, column: str, cells: Mapping[str, tuple[Block, list[Run]]]) -> dict[str, Result]:
    if not cells:
        return {}
    labels = next(iter(cells.values()))[1][0].labels
    scores = {model: np.stack([run.scores for run in runs]) for model, (_, runs) in cells.items()}
    right = samples(scores, labels, accuracy, settings.bootstrap)
    areas = samples(scores, labels, roc_auc, settings.bootstrap)
    verdicts = against_best(right, settings.comparison.alpha, settings.bootstrap.seed)
    made = {}
    for model, (block, runs) in cells.items():
        result = _result(settings, block, model, runs, right[model], areas[model])
        made[model] = replace(result, verdict=verdicts[model])
    return made


def _result(
    settings: TableSettings, block: Block, model: str, runs: Sequence[Run], right: Sample, areas: Sample
) -> Result:
    name = f"{block.representation}/c{block.resolution}/{model}"
    if name not in settings.cells:
        raise InputError(f"{settings.table}: cells: {name} has no settings; known are {', '.join(settings.cells)}")
    lost = tuple(seed for seed, run in zip(block.seeds, runs, strict=True) if run.collapsed)
    return Result(
        representation=block.representation,
        model=model,
        status="collapsed" if lost else "ok",
        resolution=block.resolution,
        seeds=tuple(block.seeds),
        collapsed_seeds=lost,
        settings=settings.cells[name],
        estimates={
            "train_accuracy": _spread([run.train for run in runs]),
            "validation_accuracy": _spread([run.validation for run in runs]),
            "best_validation_accuracy": _spread([run.best_validation for run in runs]),
            "test_accuracy": estimate(right, settings.bootstrap, f"{name}/accuracy"),
            "test_roc_auc": estimate(areas, settings.bootstrap, f"{name}/roc_auc"),
        },
    )


def _spread(values: Sequence[float]) -> Estimate:
    std = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return Estimate(float(np.mean(values)), None, None, std)


def _printed(result: Result) -> tuple[str, ...] | None:
    if result.status not in HAS_NUMBERS:
        return None
    return tuple(number(result.estimates[name].value) for name in ACCURACIES)
