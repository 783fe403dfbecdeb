"""The results of a place: its numbers over all seeds, with uncertainty, before any table shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from showergrid.core.cells import cell_folder
from showergrid.core.errors import InputError
from showergrid.evaluation.cell_folder import FILES, CellResults, MeanShare, answers_file, read_run
from showergrid.evaluation.comparisons import Estimate, Sample, Verdict, against_best, estimate, samples
from showergrid.evaluation.metrics import accuracy, mean_roc_auc
from showergrid.events.questions import Question
from showergrid.report.formats.numbers import number
from showergrid.report.settings.tables import CellSettings, PlaceSettings, Reported

ACCURACIES = ("train_accuracy", "validation_accuracy", "best_validation_accuracy", "test_accuracy")
HAS_NUMBERS = ("ok", "collapsed")
UNTRIED = ("n/a", "not run")  # a place that nobody has tried


@dataclass(frozen=True)
class Result:
    """One network on one representation at one resolution.

    status: ok, collapsed (at least one seed answers one class), n/a, not run, or out of memory.
    estimates: those of ACCURACIES and test_roc_auc, where there are numbers; shares: of charge and hits in the window.
    """

    representation: str
    model: str
    status: str
    resolution: int | None = None
    seeds: tuple[int, ...] = ()
    collapsed_seeds: tuple[int, ...] = ()
    settings: CellSettings | None = None
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    shares: Mapping[str, MeanShare] = field(default_factory=dict)
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Measured:
    """By name of each place: its result, and the test accuracy of its seeds where it was run.

    test_groups: number of groups of test events that are drawn together; None if each event stands by itself.
    """

    results: Mapping[str, Result]
    right: Mapping[str, Sample]
    test_events: int
    test_groups: int | None


def folders(places: Sequence[PlaceSettings], results: Path) -> list[Path]:
    """The cell folders that the places with numbers are read from."""
    return [
        cell_folder(results, place.representation, place.resolution, place.model, seed)
        for place in places
        if place.status == "run"
        for seed in place.seeds
    ]


def cell_files(places: Sequence[PlaceSettings], question: Question) -> dict[str, list[str]]:
    """The files with their answers to a question, by name, as paths below the study's folder."""
    names = (*FILES, answers_file(question))
    return {name: [str(folder / name) for folder in folders(places, Path())] for name in names}


def measure(places: Sequence[PlaceSettings], reported: Reported, results: Path) -> Measured:
    """Read the cells of the places below the study's folder `results`.

    Raises:
        InputError: a file of a cell is missing or bad, a place appears twice or has no seeds, or test events differ.
    """
    runs: dict[str, list[CellResults]] = {}
    seen: set[str] = set()
    for place in places:
        if place.name in seen:
            raise InputError(f"{place.name}: stands twice among the places; keep one of them")
        seen.add(place.name)
        if place.status == "run":
            if not place.seeds:
                raise InputError(f"{place.name}: has status run but no seeds; give it at least one")
            runs[place.name] = [read_run(folder, reported.question) for folder in folders([place], results)]
    everything = [run for group in runs.values() for run in group]
    events = common_events(everything)
    right, areas, groups = {}, {}, None
    if everything:
        test = everything[0].test
        answers = {name: np.stack([run.test.probability for run in of_seeds]) for name, of_seeds in runs.items()}
        right = samples(answers, test.labels, accuracy, reported.bootstrap, test.group)
        areas = samples(answers, test.labels, mean_roc_auc(reported.question), reported.bootstrap, test.group)
        groups = None if test.group is None else np.unique(test.group).size
    measured = {
        place.name: _result(place, runs[place.name], right[place.name], areas[place.name], reported)
        if place.status == "run"
        else _without_numbers(place)
        for place in places
    }
    return Measured(measured, right, events, groups)


def judged(measured: Measured, names: Mapping[str, str], reported: Reported) -> dict[str, Result]:
    """Compare results with the best of them by test accuracy.

    `names`: name of a result here -> name of its place. Results without numbers stay as they are.
    """
    verdicts = against_best(
        {called: measured.right[name] for called, name in names.items() if name in measured.right},
        reported.comparison.alpha,
        reported.bootstrap.seed,
    )
    return {called: replace(measured.results[name], verdict=verdicts.get(called)) for called, name in names.items()}


def printed(result: Result) -> tuple[str, ...] | None:
    """The numbers of a result as a table shows them, None where there are none."""
    if result.status not in HAS_NUMBERS:
        return None
    return tuple(number(result.estimates[name].value) for name in ACCURACIES)


def identical_rows(rows: Mapping[str, Mapping[str, tuple | None]]) -> tuple[tuple[str, ...], ...]:
    """Groups of rows whose numbers agree in every column in which both have some, and in at least one."""
    groups: list[list[str]] = []
    for name, row in rows.items():
        for group in groups:
            first = rows[group[0]]
            common = [column for column in row if row[column] and first.get(column)]
            if common and all(row[column] == first[column] for column in common):
                group.append(name)
                break
        else:
            groups.append([name])
    return tuple(tuple(group) for group in groups if len(group) > 1)


def twins(groups: Sequence[Sequence[str]], name: str) -> list[str]:
    """The other rows of the group of identical rows that `name` is in."""
    return [twin for group in groups if name in group for twin in group if twin != name]


def common_events(runs: Sequence[CellResults]) -> int:
    """Number of test events, which must be the same in all runs for a paired comparison."""
    for run in runs[1:]:
        same = ((getattr(run.test, what), getattr(runs[0].test, what)) for what in ("event", "labels"))
        if not all(np.array_equal(*pair) for pair in same):
            raise InputError(
                f"{run.folder / 'predictions.parquet'}: its test events are not those of "
                f"{runs[0].folder / 'predictions.parquet'}; evaluate both on one split"
            )
    return runs[0].test.event.size if runs else 0


def _without_numbers(place: PlaceSettings) -> Result:
    return Result(place.representation, place.model, place.status, resolution=place.resolution, settings=place.settings)


def _result(
    place: PlaceSettings, runs: Sequence[CellResults], right: Sample, areas: Sample, reported: Reported
) -> Result:
    lost = tuple(seed for seed, run in zip(place.seeds, runs, strict=True) if run.collapsed)
    return Result(
        representation=place.representation,
        model=place.model,
        status="collapsed" if lost else "ok",
        resolution=place.resolution,
        seeds=tuple(place.seeds),
        collapsed_seeds=lost,
        settings=place.settings,
        estimates={
            "train_accuracy": _spread([run.train for run in runs]),
            "validation_accuracy": _spread([run.validation for run in runs]),
            "best_validation_accuracy": _spread([run.best_validation for run in runs]),
            "test_accuracy": estimate(right, reported.bootstrap, f"{place.name}/accuracy"),
            "test_roc_auc": estimate(areas, reported.bootstrap, f"{place.name}/roc_auc"),
        },
        shares=runs[0].shares,  # all seeds see the same windows of the same events
    )


def _spread(values: Sequence[float]) -> Estimate:
    std = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return Estimate(float(np.mean(values)), None, None, std)
