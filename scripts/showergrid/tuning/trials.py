"""The trials of a search: their table, the best of them, and best.yaml."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.tuning.settings import Domain, Search, label

COMPLETE, PRUNED, FAILED = "complete", "pruned", "failed"


@dataclass(frozen=True)
class Trial:
    """One trial: its values, how it ended, and how many epochs it ran over all its seeds.

    val_accuracy: that of the kept epoch, averaged over the seeds; of a pruned trial that of its best epoch; None if it
    failed.
    """

    number: int
    state: str
    val_accuracy: float | None
    epochs: int
    values: Mapping[str, Any]


def write_trials(path: Path, trials: Iterable[Trial], space: Sequence[str]) -> None:
    """Write one row per trial; reading gives back the same values."""
    with replacing(path) as partial, open(partial, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["trial", "state", "val_accuracy", "epochs", *space])
        for trial in trials:
            accuracy = "" if trial.val_accuracy is None else trial.val_accuracy
            writer.writerow(
                [trial.number, trial.state, accuracy, trial.epochs, *(label(trial.values[key]) for key in space)]
            )


def read_trials(path: Path, space: Mapping[str, Domain]) -> list[Trial]:
    """Read the trials of such a table.

    Raises:
        InputError: it is not the table of a search in this space.
    """
    try:
        with open(path, newline="") as file:
            return [
                Trial(
                    number=int(row["trial"]),
                    state=row["state"],
                    val_accuracy=float(row["val_accuracy"]) if row["val_accuracy"] else None,
                    epochs=int(row["epochs"]),
                    values={key: domain.value(row[key]) for key, domain in space.items()},
                )
                for row in csv.DictReader(file)
            ]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: is no table of this search's trials ({error}); delete it, it is made again"
        ) from None


def joined(shares: Sequence[Sequence[Trial]]) -> list[Trial]:
    """The trials of several workers, numbered in turn: the first of each, the second of each ..."""
    longest = max(map(len, shares))
    turns = [share[i] for i in range(longest) for share in shares if i < len(share)]
    return [
        Trial(number, trial.state, trial.val_accuracy, trial.epochs, trial.values) for number, trial in enumerate(turns)
    ]


def best(trials: Sequence[Trial]) -> Trial:
    """The complete trial with the highest validation accuracy; of equal ones the first.

    Raises:
        InputError: none is complete.
    """
    complete = [trial for trial in trials if trial.state == COMPLETE]
    if not complete:
        raise InputError(f"none of {len(trials)} trials is complete; see the log of tune, and search other values")
    return max(complete, key=lambda trial: (trial.val_accuracy, -trial.number))


def _published(search: Search) -> dict[str, Any]:
    """The published values, and whether the search could have found them."""
    return {
        key: {"value": value, "searched": search.space[key].holds(value)} for key, value in search.published.items()
    }


def write_best(path: Path, search: Search, trials: Sequence[Trial]) -> None:
    """Write best.yaml: the values of the best trial, the search that found them, and published values beside."""
    winner = best(trials)
    states = [trial.state for trial in trials]
    text = {
        "values": dict(winner.values),
        "val_accuracy": winner.val_accuracy,
        "trial": winner.number,
        "trials": {state: states.count(state) for state in (COMPLETE, PRUNED, FAILED)},
        **({"published": _published(search)} if search.published else {}),
        "search": search.model_dump(mode="json", include={"sampler", "pruner", "seed", "seeds", "workers"}),
    }
    with replacing(path) as partial:
        partial.write_text(yaml.safe_dump(text, sort_keys=False, default_flow_style=None, width=100))
