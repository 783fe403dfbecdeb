"""Read the files that training and evaluation write to a cell's folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from showergrid.core.errors import InputError
from showergrid.events.classes import Class
from showergrid.training.history import read_history

FILES = ("history.csv", "metrics.json", "predictions.parquet")  # the files of a cell that a table reads


@dataclass(frozen=True)
class MeanShare:
    """Share of an event's charge or hits that lies in the window, over the test events."""

    mean: float
    median: float


@dataclass(frozen=True)
class CellResults:
    """One cell: accuracies of its history, and its test events.

    train, validation: accuracies of the last epoch; best_validation: of the epoch whose weights were kept.
    shares: "charge" and "hits" -> the share of it that the window holds.
    event (n,) int64, labels (n,) int64, scores (n,) float64: the test events, sorted by event.
    """

    folder: Path
    train: float
    validation: float
    best_validation: float
    collapsed: bool
    shares: Mapping[str, MeanShare]
    event: np.ndarray
    labels: np.ndarray
    scores: np.ndarray


def read_run(folder: Path, classes: Sequence[Class]) -> CellResults:
    """Read the results of the cell in `folder`.

    Raises:
        InputError: a file is missing or doesn't hold what it should.
    """
    history = read_history(folder / "history.csv")
    metrics = read_metrics(folder / "metrics.json")
    best = metrics["best_epoch"]
    if not 1 <= best <= len(history):
        raise InputError(f"{folder / 'metrics.json'}: best_epoch {best} is not in history.csv; evaluate the cell again")
    event, labels, scores = read_predictions(folder / "predictions.parquet", classes, "test")
    return CellResults(
        folder=folder,
        train=history[-1].train_accuracy,
        validation=history[-1].val_accuracy,
        best_validation=history[best - 1].val_accuracy,
        collapsed=bool(metrics["collapsed"]),
        shares={what: MeanShare(share["value"], share["median"]) for what, share in metrics["window"].items()},
        event=event,
        labels=labels,
        scores=scores,
    )


def read_metrics(path: Path) -> dict:
    """Read metrics.json.

    Raises:
        InputError: the file is missing or is no metrics file.
    """
    _existing(path)
    try:
        metrics = json.loads(path.read_text())
        metrics["splits"]["test"], metrics["best_epoch"], metrics["collapsed"]
        for what in ("charge", "hits"):
            metrics["window"][what]["value"], metrics["window"][what]["median"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is no metrics file; evaluate the cell again") from error
    return metrics


def read_predictions(path: Path, classes: Sequence[Class], split: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read events (n,) int64, labels (n,) int64 and scores (n,) float64 of one split, sorted by event.

    Raises:
        InputError: the file is missing, has no event of the split, or has one of a class that the study doesn't know.
    """
    _existing(path)
    table = pq.ParquetFile(path).read(["event", "pdg", "split", "score"])  # read_table would import pandas: 0.4 s
    table = table.filter(pc.equal(table["split"], split)).sort_by("event")
    if table.num_rows == 0:
        raise InputError(f"{path}: holds no {split} events; evaluate the cell again")
    pdg = table["pdg"].to_numpy()
    labels = np.full(pdg.size, -1)
    for label, kind in enumerate(classes):
        labels[pdg == kind.pdg] = label
    if np.any(labels < 0):
        known = ", ".join(f"{kind.name} {kind.pdg}" for kind in classes)
        raise InputError(f"{path}: pdg {pdg[labels < 0][0]} is none of the study's classes ({known})")
    return table["event"].to_numpy(), labels, table["score"].to_numpy()


def _existing(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"{path}: is missing; make it with snakemake, or give the cell another status")
