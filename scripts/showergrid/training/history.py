"""The history of a training by epochs: history.csv."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass
from pathlib import Path

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError


@dataclass(frozen=True)
class Epoch:
    """One row; losses are mean cross-entropies, accuracies are shares of right answers.

    Training values are means over the batches while the network learnt, validation values are of the weights after it.
    """

    epoch: int  # from 1
    lr: float
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float


def best_epoch(history: list[Epoch]) -> int:
    """The epoch with the highest validation accuracy; of equal ones the one with the lowest loss, then the earliest."""
    return min(history, key=lambda row: (-row.val_accuracy, row.val_loss, row.epoch)).epoch


def write_history(path: Path, history: list[Epoch]) -> None:
    """Write one row per epoch; reading gives back the same numbers."""
    with replacing(path) as partial, open(partial, "w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(Epoch.__dataclass_fields__), lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in history)


def read_history(path: Path) -> list[Epoch]:
    """Read the epochs in their order.

    Raises:
        InputError: the file is missing, a column is, a value is no number, or there is no row.
    """
    if not path.is_file():
        raise InputError(f"{path}: is missing; train the cell")
    try:
        with open(path, newline="") as file:
            rows = [
                Epoch(int(row.pop("epoch")), **{k: float(v) for k, v in row.items()}) for row in csv.DictReader(file)
            ]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: is no history of a training ({error}); train the cell again") from None
    if not rows:
        raise InputError(f"{path}: holds no epoch; train the cell again")
    return rows
