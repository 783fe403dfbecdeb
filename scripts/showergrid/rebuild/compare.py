"""In what two folders of results differ, and what in the records of their jobs may explain it."""

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

PREDICTIONS, METRICS = "predictions.parquet", "metrics.json"
# What may explain a difference, in the order in which it is told.
SUBJECTS = ("record", "environment", "package", "code", "configuration", "seed", "input", "CPU", "instruction set")
SUBJECTS += ("threads", "GPU", "determinism")


@dataclass(frozen=True)
class RecordDifference:
    """A value of a record that is another one in the other folder; None where there is none."""

    subject: str
    name: str
    one: Any
    other: Any


@dataclass(frozen=True)
class ScoreDifference:
    """How far the scores of a cell are apart: the largest difference, and of which event; what events only one has."""

    largest: float
    event: int | None
    unpaired: int


@dataclass(frozen=True)
class Outside:
    """A metric whose value does not lie within its interval of the other folder; each has value, low and high."""

    name: str
    one: Mapping[str, float | None] | None
    other: Mapping[str, float | None] | None


@dataclass(frozen=True)
class CellDifference:
    """A cell whose files differ; `scores`, `metrics` (how many there are), `outside`: None where a file is missing."""

    folder: str
    files: list[str]
    scores: ScoreDifference | None
    metrics: int | None
    outside: list[Outside] | None


@dataclass(frozen=True)
class Cause:
    """A difference of records, and the files that its jobs made differently."""

    difference: RecordDifference
    files: list[str]


@dataclass(frozen=True)
class ResultsComparison:
    """Two folders side by side: paths of files that are the same, that differ, that only one has.

    causes: what the records of the jobs say; following: files made in the same way of others that differ;
    unexplained: files for which the records are the same, or are missing.
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


def compare(one: Results, other: Results) -> ResultsComparison:
    """All differences between two folders.

    Raises:
        InputError: predictions or metrics of a cell cannot be read.
    """
    both = sorted(one.digests.keys() & other.digests.keys())
    differing = [name for name in both if one.digests[name] != other.digests[name]]
    causes: dict[tuple, Cause] = {}
    following, unexplained = [], []
    for name in differing:
        found, follows = _reasons(name, one, other, set(differing))
        for reason in found:
            key = (reason.subject, reason.name, repr(reason.one), repr(reason.other))
            causes.setdefault(key, Cause(reason, [])).files.append(name)
        if not found:
            (following if follows else unexplained).append(name)
    folders = sorted(one.cells & other.cells)
    files = {folder: [name for name in differing if name.startswith(f"{folder}/")] for folder in folders}
    return ResultsComparison(
        same=[name for name in both if one.digests[name] == other.digests[name]],
        differing=differing,
        only=tuple(sorted(a.digests.keys() - b.digests.keys()) for a, b in ((one, other), (other, one))),
        cells=[_cell(folder, names, one, other) for folder, names in files.items() if names],
        causes=sorted(causes.values(), key=lambda cause: SUBJECTS.index(cause.difference.subject)),
        following=following,
        unexplained=unexplained,
    )


def _reasons(name: str, one: Results, other: Results, differing: set[str]) -> tuple[list[RecordDifference], bool]:
    """What may explain that `name` differs, and whether an input of its job is itself a file that differs."""
    jobs = [results.jobs.get(name) for results in (one, other)]
    found = []
    states = [_state(results, job, name) for results, job in zip((one, other), jobs, strict=True)]
    if any(state != "as recorded" for state in states):
        found.append(RecordDifference("record", name, *states))
    if None in jobs:
        return found, False
    inputs = [{**job.inputs} for job in jobs]
    changed = {path for path in {**inputs[0], **inputs[1]} if inputs[0].get(path) != inputs[1].get(path)}
    for path in sorted(changed - differing):
        found.append(RecordDifference("input", path, *(files.get(path) for files in inputs)))
    known = [dict(_subjects(job)) for job in jobs]
    for subject in known[0]:
        found += _changed(subject, *(values[subject] for values in known))
    flags = [set(job.record.get("cpu", {}).get("flags", [])) for job in jobs]
    if flags[0] != flags[1]:
        alone = (" ".join(sorted(a - b)) or None for a, b in (flags, flags[::-1]))
        found.append(RecordDifference("instruction set", "what one alone has", *alone))
    return found, bool(changed & differing)


def _state(results: Results, job: RecordedJob | None, name: str) -> str:
    if job is None:
        return "has no record"
    return "as recorded" if job.outputs[name] == results.digests[name] else "changed after it was made"


def _subjects(job: RecordedJob) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What of a record may decide the bytes of an output, by subject."""
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


def _changed(subject: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[RecordDifference]:
    before, after = dict(_flat(one)), dict(_flat(other))
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


def _cell(folder: str, names: list[str], one: Results, other: Results) -> CellDifference:
    def both(name: str) -> list[Path] | None:
        paths = [results.folder / folder / name for results in (one, other)]
        return paths if all(path.is_file() for path in paths) else None

    predictions, metrics = both(PREDICTIONS), both(METRICS)
    found = [dict(_intervals(read_metrics(path))) for path in metrics] if metrics else None
    return CellDifference(
        folder=folder,
        files=[name.removeprefix(f"{folder}/") for name in names],
        scores=score_difference(*predictions) if predictions else None,
        metrics=len({**found[0], **found[1]}) if found else None,
        outside=_outside(*found) if found else None,
    )


def score_difference(one: Path, other: Path) -> ScoreDifference:
    """The largest difference between the scores of two predictions.parquet, over the events that both have.

    Raises:
        InputError: one of them cannot be read, or they have no score in common.
    """
    tables = [_table(path) for path in (one, other)]
    columns = [name for name in tables[0].column_names if name.startswith("score") and name in tables[1].column_names]
    if not columns:
        raise InputError(f"{one}: has no score that {other} has too; evaluate the cell again")
    events = [table["event"].to_numpy() for table in tables]
    event, *rows = np.intersect1d(*events, assume_unique=True, return_indices=True)
    scores = [
        np.stack([table[name].to_numpy()[row] for name in columns]) for table, row in zip(tables, rows, strict=True)
    ]
    apart = np.abs(scores[0] - scores[1]).max(axis=0, initial=0)  # (n,)
    unpaired = sum(found.size for found in events) - 2 * event.size
    worst = int(apart.argmax()) if event.size else None
    return ScoreDifference(float(apart.max(initial=0)), None if worst is None else int(event[worst]), unpaired)


def _table(path: Path) -> pa.Table:
    try:
        table = pq.read_table(path)
        table["event"]
        return table
    except (pa.ArrowException, KeyError) as error:
        raise InputError(f"{path}: holds no predictions; evaluate the cell again") from error


def _intervals(values: Any, name: str = "") -> Iterator[tuple[str, Mapping[str, float | None]]]:
    """Everything in a metrics.json that has an interval, by its path in there."""
    if isinstance(values, Mapping):
        if {"value", "low", "high"} <= values.keys():
            yield name, values
        else:
            for key, inner in values.items():
                yield from _intervals(inner, f"{name} {key}".strip().removeprefix("splits "))


def _outside(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Outside]:
    pairs = ((name, one.get(name), other.get(name)) for name in {**one, **other})
    return [Outside(*pair) for pair in pairs if not (_within(pair[1], pair[2]) and _within(pair[2], pair[1]))]


def _within(metric: Mapping[str, float | None] | None, interval: Mapping[str, float | None] | None) -> bool:
    """Whether the value of one lies in the interval of the other; where neither is defined nothing is outside."""
    if metric is None or interval is None:
        return False
    if metric["value"] is None or interval["value"] is None:
        return metric["value"] is interval["value"]
    return interval["low"] <= metric["value"] <= interval["high"]
