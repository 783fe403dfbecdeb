"""The history of a training by epochs: history.csv."""

from __future__ import annotations

import csv
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError


@dataclass(frozen=True)
class Epoch:
    """One row; losses are weighted sums of those of all questions, accuracies are shares of right answers to the first.

    Training values are means over the batches while the network learnt, validation values are of the weights after it.
    An accuracy is NaN, and empty in the file, where the first question is of a value.
    """

    epoch: int  # from 1
    lr: float
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float

    def __str__(self) -> str:
        """What is reported of it."""
        if math.isnan(self.val_accuracy):
            return f"loss {self.train_loss:.4f}, validation {self.val_loss:.4f}"
        return (
            f"loss {self.train_loss:.4f}, accuracy {self.train_accuracy:.3f}, "
            f"validation {self.val_loss:.4f}, {self.val_accuracy:.3f}"
        )


def best_epoch(history: list[Epoch]) -> int:
    """The epoch with the highest validation accuracy; of equal ones the one with the lowest loss, then the earliest.

    Without accuracies it is that of the lowest loss.
    """
    return min(history, key=lambda row: (-_or_zero(row.val_accuracy), row.val_loss, row.epoch)).epoch


def _or_zero(accuracy: float) -> float:
    return 0.0 if math.isnan(accuracy) else accuracy


def write_history(path: Path, history: list[Epoch]) -> None:
    """Write one row per epoch; reading gives back the same numbers."""
    with replacing(path) as partial, open(partial, "w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(Epoch.__dataclass_fields__), lineterminator="\n")
        writer.writeheader()
        for row in history:
            writer.writerow({key: "" if math.isnan(value) else value for key, value in asdict(row).items()})


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
                Epoch(int(row.pop("epoch")), **{name: _number(name, text) for name, text in row.items()})
                for row in csv.DictReader(file)
            ]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: is no history of a training ({error}); train the cell again") from None
    if not rows:
        raise InputError(f"{path}: holds no epoch; train the cell again")
    return rows


def _number(key: str, text: str) -> float:
    return math.nan if text == "" and key.endswith("_accuracy") else float(text)
