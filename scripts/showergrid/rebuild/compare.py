"""The differences between two folders of results, and what in the records of their jobs may explain them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.core.errors import InputError
from showergrid.evaluation.cell_folder import read_metrics
from showergrid.rebuild.results import RecordedJob, Results

PREDICTIONS = ("predictions.parquet", "predictions.prongs.parquet", "predictions.hits.parquet")
METRICS = "metrics.json"
# What may explain a difference, in the order of the report.
SUBJECTS = ("record", "environment", "package", "code", "configuration", "seed", "input", "CPU", "instruction set")
SUBJECTS += ("threads", "GPU", "determinism")


@dataclass(frozen=True)
class RecordDifference:
    """A value of a record that differs between the two folders; None where a folder does not have it."""

    subject: str
    name: str
    one: Any
    other: Any


@dataclass(frozen=True)
class ScoreDifference:
    """How far the scores of a cell differ: the largest difference, where, and how many rows only one side has.

    counted: what a row is, an event, a prong or a hit; worst: the numbers that name the row, by column.
    """

    counted: str
    largest: float
    worst: Mapping[str, int]
    unpaired: int


@dataclass(frozen=True)
class Outside:
    """A metric whose value lies outside its interval in the other folder; each side has value, low and high."""

    name: str
    one: Mapping[str, float | None] | None
    other: Mapping[str, float | None] | None


@dataclass(frozen=True)
class CellDifference:
    """A cell whose files differ; `scores` of each file of predictions that both folders have.

    `metrics` (their number) and `outside` are None where a file is missing.
    """

    folder: str
    files: list[str]
    scores: list[ScoreDifference]
    metrics: int | None
    outside: list[Outside] | None


@dataclass(frozen=True)
class Cause:
    """A difference between records, and the differing files that it may explain."""

    difference: RecordDifference
    files: list[str]


@dataclass(frozen=True)
class ResultsComparison:
    """Two folders compared: paths of files that are the same, that differ, and that only one folder has.

    causes: what the records of the jobs say; following: files made in the same way from inputs that differ;
    unexplained: files whose records are the same, or are missing.
    """

    same: list[str]
    differing: list[str]
    only: tuple[list[str], list[str]]
    cells: list[CellDifference]
    causes: list[Cause]
    following: list[str]
    unexplained: list[str]

    @property
    def identical(self) -> bool:
        """Whether both have the same files with the same bytes."""
        return not (self.differing or any(self.only))


def compare(first: Results, second: Results) -> ResultsComparison:
    """All differences between two folders.

    Raises:
        InputError: predictions or metrics of a cell cannot be read.
    """
    both = sorted(first.digests.keys() & second.digests.keys())
    differing = [name for name in both if first.digests[name] != second.digests[name]]
    causes: dict[tuple, Cause] = {}
    following, unexplained = [], []
    for name in differing:
        reasons, follows = _reasons(name, first, second, set(differing))
        for reason in reasons:
            key = (reason.subject, reason.name, repr(reason.one), repr(reason.other))
            causes.setdefault(key, Cause(reason, [])).files.append(name)
        if not reasons:
            (following if follows else unexplained).append(name)
    folders = sorted(first.cells & second.cells)
    files = {folder: [name for name in differing if name.startswith(f"{folder}/")] for folder in folders}
    return ResultsComparison(
        same=[name for name in both if first.digests[name] == second.digests[name]],
        differing=differing,
        only=tuple(sorted(a.digests.keys() - b.digests.keys()) for a, b in ((first, second), (second, first))),
        cells=[_cell(folder, names, first, second) for folder, names in files.items() if names],
        causes=sorted(causes.values(), key=lambda cause: SUBJECTS.index(cause.difference.subject)),
        following=following,
        unexplained=unexplained,
    )


def _reasons(name: str, first: Results, second: Results, differing: set[str]) -> tuple[list[RecordDifference], bool]:
    """What may explain that `name` differs, and whether an input of its job is itself a file that differs."""
    jobs = [results.jobs.get(name) for results in (first, second)]
    differences = []
    states = [_state(results, job, name) for results, job in zip((first, second), jobs, strict=True)]
    if any(state != "as recorded" for state in states):
        differences.append(RecordDifference("record", name, *states))
    if None in jobs:
        return differences, False
    inputs = [{**job.inputs} for job in jobs]
    changed = {path for path in {**inputs[0], **inputs[1]} if inputs[0].get(path) != inputs[1].get(path)}
    for path in sorted(changed - differing):
        differences.append(RecordDifference("input", path, *(files.get(path) for files in inputs)))
    known = [dict(_subjects(job)) for job in jobs]
    for subject in known[0]:
        differences += differing_values(subject, *(values[subject] for values in known))
    flags = [set(job.record.get("cpu", {}).get("flags", [])) for job in jobs]
    if flags[0] != flags[1]:
        alone = (" ".join(sorted(a - b)) or None for a, b in (flags, flags[::-1]))
        differences.append(RecordDifference("instruction set", "what one alone has", *alone))
    return differences, bool(changed & differing)


def _state(results: Results, job: RecordedJob | None, name: str) -> str:
    if job is None:
        return "has no record"
    return "as recorded" if job.outputs[name] == results.digests[name] else "changed after it was made"


def _subjects(job: RecordedJob) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The parts of a record that may decide the bytes of an output, by subject."""
    record = job.record
    yield "environment", record.get("environment", {})
    yield "package", {**record.get("packages", {}), "Python": record.get("python"), "system": record.get("os")}
    yield "code", record.get("code", {})
    yield "configuration", record.get("config", {})
    yield "seed", record.get("seeds", {})
    yield "CPU", {"model": record.get("cpu", {}).get("model")}
    yield "threads", {key: value for key, value in record.get("threads", {}).items() if key != "cpus"}
    yield "GPU", record.get("gpu") or {}
    yield "determinism", record.get("determinism", {})


def differing_values(subject: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> list[RecordDifference]:
    """The values that differ between two parts of records, or are in one alone, by dotted name."""
    before, after = dict(_flat(first)), dict(_flat(second))
    return [
        RecordDifference(subject, name, before.get(name), after.get(name))
        for name in sorted({**before, **after})
        if before.get(name) != after.get(name)
    ]


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _cell(folder: str, names: list[str], first: Results, second: Results) -> CellDifference:
    def both(name: str) -> list[Path] | None:
        paths = [results.folder / folder / name for results in (first, second)]
        return paths if all(path.is_file() for path in paths) else None

    metrics = both(METRICS)
    intervals = [dict(_intervals(read_metrics(path))) for path in metrics] if metrics else None
    return CellDifference(
        folder=folder,
        files=[name.removeprefix(f"{folder}/") for name in names],
        scores=[score_difference(*paths) for paths in map(both, PREDICTIONS) if paths],
        metrics=len({**intervals[0], **intervals[1]}) if intervals else None,
        outside=_outside(*intervals) if intervals else None,
    )


def score_difference(first: Path, second: Path) -> ScoreDifference:
    """The largest difference between the scores of two files of predictions, over the rows that both have.

    Raises:
        InputError: one of them cannot be read, or they have no score in common.
    """
    tables = [_table(path) for path in (first, second)]
    answers = [[name for name in table.column_names if "." in name] for table in tables]
    columns = [
        name for name in answers[0] if name in answers[1] and pa.types.is_floating(tables[0].schema.field(name).type)
    ]
    if not columns:
        raise InputError(f"{first}: has no score that {second} has too; evaluate the cell again")
    keys = [name for name in ("event", "prong", "hit") if name in tables[0].column_names]
    named = [np.rec.fromarrays([table[key].to_numpy() for key in keys], names=keys) for table in tables]
    common, *rows = np.intersect1d(*named, assume_unique=True, return_indices=True)
    scores = [
        np.stack([table[name].to_numpy()[row] for name in columns]) for table, row in zip(tables, rows, strict=True)
    ]
    apart = np.abs(scores[0] - scores[1]).max(axis=0, initial=0)  # (n,)
    unpaired = sum(column.size for column in named) - 2 * common.size
    worst = dict(zip(keys, map(int, common[apart.argmax()]), strict=True)) if common.size else {}
    return ScoreDifference(keys[-1], float(apart.max(initial=0)), worst, unpaired)


def _table(path: Path) -> pa.Table:
    try:
        table = pq.read_table(path)
        table["event"]
        return table
    except (pa.ArrowException, KeyError) as error:
        raise InputError(f"{path}: holds no predictions; evaluate the cell again") from error


def _intervals(values: Any, name: str = "") -> Iterator[tuple[str, Mapping[str, float | None]]]:
    """Every metric in a metrics.json that has an interval, by its path in the file."""
    if isinstance(values, Mapping):
        if {"value", "low", "high"} <= values.keys():
            yield name, values
        else:
            for key, inner in values.items():
                yield from _intervals(inner, f"{name} {key}".strip().removeprefix("questions "))


def _outside(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Outside]:
    pairs = ((name, first.get(name), second.get(name)) for name in {**first, **second})
    return [Outside(*pair) for pair in pairs if not (_within(pair[1], pair[2]) and _within(pair[2], pair[1]))]


def _within(metric: Mapping[str, float | None] | None, interval: Mapping[str, float | None] | None) -> bool:
    """Whether the value of `metric` lies between the bounds of `interval`; if both values are undefined, it does."""
    if metric is None or interval is None:
        return False
    if metric["value"] is None or interval["value"] is None:
        return metric["value"] is interval["value"]
    return interval["low"] <= metric["value"] <= interval["high"]
