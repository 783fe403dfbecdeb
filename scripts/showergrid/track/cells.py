"""The contents of a cell that a tracking database stores, read from the cell's folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from showergrid.core.digests import sha256
from showergrid.core.errors import InputError
from showergrid.evaluation.cell_folder import read_metrics
from showergrid.training.history import Epoch, read_history

RECORDS = ("train.provenance.json", "evaluate.provenance.json")
FILES = ("model.safetensors", "history.csv", "metrics.json", *RECORDS)  # read, apart from the figures


@dataclass(frozen=True)
class TrackedCell:
    """One cell: its name, as in paths, and its contents.

    figures: files in the folder; start: of its training, end: of its evaluation [ms since 1970];
    packages: versions that it was trained with.
    """

    name: str
    folder: Path
    parameters: Mapping[str, str]
    epochs: Sequence[Epoch]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    figures: Sequence[str]
    config: Mapping[str, Any]
    packages: Mapping[str, str]
    start: int
    end: int


def read_cell(results: Path, name: str, figures: Sequence[str]) -> TrackedCell:
    """The cell `name` below the study's folder, with its `figures` (files in its folder).

    Raises:
        InputError: a file is missing or doesn't hold what it should.
    """
    folder = results / "cells" / name
    train, evaluate = (_record(folder / file) for file in RECORDS)
    metrics = read_metrics(folder / "metrics.json")
    digests = [sha256(folder / file) for file in (*FILES, *figures)]
    environment = train["environment"]
    tags = {
        "cell": name,
        "seed": train["config"]["seed"],
        "commit": train["git"]["commit"],
        "mlflow.source.git.commit": train["git"]["commit"],  # the column of the interface
        "dirty": train["git"]["dirty"],
        "container": environment.get("container"),
        "lock": environment.get("lock"),
        "environment_sha256": environment.get("sha256"),
        "collapsed": metrics["collapsed"],
        "digest": hashlib.sha256("".join(digests).encode()).hexdigest(),
    }
    return TrackedCell(
        name=name,
        folder=folder,
        parameters={key: _text(value) for key, value in _leaves(train["config"])},
        epochs=read_history(folder / "history.csv"),
        metrics=final_metrics(metrics),
        tags={key: _text(value) for key, value in tags.items() if value is not None},
        figures=figures,
        config=train["config"],
        packages=train["packages"],
        start=_milliseconds(train["start"]),
        end=_milliseconds(evaluate["end"]),
    )


def final_metrics(metrics: Mapping[str, Any]) -> dict[str, float]:
    """The defined numbers of metrics.json by names in groups, such as particle/test/accuracy."""
    parts = {**metrics["questions"], **{name: value for name, value in metrics.items() if name != "questions"}}
    return {
        name.replace(".", "/").removesuffix("/value"): float(value)
        for name, value in _leaves(parts)
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _leaves(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The values of nested maps under names joined by points; lists are values."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _milliseconds(time: str) -> int:
    return round(datetime.fromisoformat(time).timestamp() * 1000)


def _record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text())
        record["config"], record["environment"], record["git"], record["packages"], record["start"], record["end"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is no record of a cell ({error}); delete it to have it made again") from None
    return record
