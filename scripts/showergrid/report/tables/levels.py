"""The accuracies of an ablation one below the other, such as those of a ladder of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.evaluation.comparisons import Estimate
from showergrid.report.settings.ablations import AblationFigureSettings, Variant, level_label
from showergrid.report.settings.labels import HumanLabels
from showergrid.report.tables.results import HAS_NUMBERS, measure

SPEAKING = ("representation", "resolution", "model")  # factors: the others are named beside their values


@dataclass(frozen=True)
class LevelRow:
    """One combination of values: its test accuracy and those (S,) of its seeds; without cells no estimate.

    status: ok, collapsed (at least one seed answers one class), n/a, not run, or out of memory.
    """

    label: str
    status: str
    estimate: Estimate | None = None
    seeds: Sequence[float] = ()


def build(settings: AblationFigureSettings, results: Path) -> list[LevelRow]:
    """Read the cells of an ablation from the study's folder `results`, in the order of its places.

    Raises:
        InputError: a file of a cell is missing or bad, or test events differ.
    """
    measured = measure(settings.places, settings, results)
    rows = []
    for place in settings.places:
        result, label = measured.results[place.name], _label(place, settings.labels)
        if result.status in HAS_NUMBERS:
            seeds = np.ravel(measured.right[place.name].values).tolist()
            rows.append(LevelRow(label, result.status, result.estimates["test_accuracy"], seeds))
        else:
            rows.append(LevelRow(label, result.status))
    return rows


def _label(place: Variant, labels: HumanLabels) -> str:
    """The values of all factors in words, such as `projection $y$, dropout 0.5`."""
    values = {name: level_label(name, value, labels) for name, value in place.levels.items()}
    return ", ".join(
        value if name in SPEAKING else f"{name.replace('_', ' ')} {value}" for name, value in values.items()
    )
