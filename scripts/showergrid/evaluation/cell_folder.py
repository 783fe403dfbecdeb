"""Read the files that training and evaluation write to a cell's folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from showergrid.core.errors import InputError
from showergrid.evaluation.predictions import Answered, read_predictions
from showergrid.events.questions import Question
from showergrid.training.history import read_history

FILES = ("history.csv", "metrics.json")  # the files of a cell that a table reads beside those with answers


def answers_file(question: Question) -> str:
    """The file of a cell with the answers to a question."""
    return "predictions.parquet" if question.of == "event" else f"predictions.{question.of}s.parquet"


@dataclass(frozen=True)
class MeanShare:
    """Share of an event's charge or hits that lies in the window, over the test events."""

    mean: float
    median: float


@dataclass(frozen=True)
class CellResults:
    """One cell: its accuracies, and its test events.

    train, validation: accuracies of the last epoch; best_validation: of the epoch whose weights were kept. Those of
    another question than the first, which a history does not have, are all of the kept weights.
    shares: "charge" and "hits" -> the share of it that the window holds.
    test: the answers for the test events.
    """

    folder: Path
    train: float
    validation: float
    best_validation: float
    collapsed: bool
    shares: Mapping[str, MeanShare]
    test: Answered


def read_run(folder: Path, question: Question) -> CellResults:
    """Read what the cell in `folder` answers to a question.

    Raises:
        InputError: a file is missing or doesn't hold what it should.
    """
    history = read_history(folder / "history.csv")
    metrics = read_metrics(folder / "metrics.json")
    best = metrics["best_epoch"]
    if not 1 <= best <= len(history):
        raise InputError(f"{folder / 'metrics.json'}: best_epoch {best} is not in history.csv; evaluate the cell again")
    try:
        splits = metrics["questions"][question.name]
        collapsed = bool(splits["test"]["collapsed"])
        kept = {split: float(splits[split]["accuracy"]["value"]) for split in ("train", "validation")}
    except (KeyError, TypeError):
        raise InputError(
            f"{folder / 'metrics.json'}: says nothing of {question.name}; evaluate the cell again"
        ) from None
    first = next(iter(metrics["questions"])) == question.name
    return CellResults(
        folder=folder,
        train=history[-1].train_accuracy if first else kept["train"],
        validation=history[-1].val_accuracy if first else kept["validation"],
        best_validation=history[best - 1].val_accuracy if first else kept["validation"],
        collapsed=collapsed,
        shares={what: MeanShare(share["value"], share["median"]) for what, share in metrics["window"].items()},
        test=read_predictions(folder / answers_file(question), question, "test"),
    )


def read_metrics(path: Path) -> dict:
    """Read metrics.json.

    Raises:
        InputError: the file is missing or is no metrics file.
    """
    _existing(path)
    try:
        metrics = json.loads(path.read_text())
        metrics["questions"], metrics["best_epoch"], metrics["collapsed"]
        shares = metrics["window"]
        for what in ("charge", "hits") if shares else ():  # a table has no window
            shares[what]["value"], shares[what]["median"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is no metrics file; evaluate the cell again") from error
    return metrics


def _existing(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"{path}: is missing; make it with snakemake, or give the cell another status")
