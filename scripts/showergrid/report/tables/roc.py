"""ROC curves of some classes of a question: of each class the efficiency against the share of the rest taken for it.

Intervals draw events, each with all its prongs where the question is of prongs, as those of all tables do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from showergrid.core.settings import Name, Settings
from showergrid.evaluation.bootstrap import event_weights
from showergrid.evaluation.comparisons import Estimate, Sample, estimate
from showergrid.evaluation.metrics import roc_auc
from showergrid.evaluation.rates import efficiency_at
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables.answered_test import AnsweredTest, read_answered_test
from showergrid.report.tables.results import cell_files

MISTAKEN = np.geomspace(1e-3, 1, 61)  # shares of the rest at which the efficiency is told


class RocSettings(Settings):
    """Settings of the figure of ROC curves."""

    answered: Reported
    classes: list[Name] = Field(min_length=1, description="classes of the question, a panel each")


@dataclass(frozen=True)
class RocCurve:
    """One place and class: the area under its whole curve, and its efficiency at each of MISTAKEN."""

    place: PlaceSettings
    kind: str
    area: Estimate
    efficiency: tuple[Estimate, ...]


@dataclass(frozen=True)
class RocResults:
    """The curves of all places, class by class; a class that no test event or prong is of has none."""

    settings: RocSettings
    curves: tuple[RocCurve, ...]

    def of(self, kind: str) -> list[RocCurve]:
        """The curves of one class, a place each."""
        return [curve for curve in self.curves if curve.kind == kind]


def reads(settings: RocSettings) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder."""
    return cell_files(settings.answered.places, settings.answered.question)


def build(settings: RocSettings, results: Path) -> RocResults:
    """Read the cells below the study's folder `results` and measure them on the same test events.

    Raises:
        InputError: a file of a cell is missing or bad, no place has cells, or test events differ.
    """
    test = read_answered_test(settings.answered, results)
    labels, _ = test.truth
    curves = []
    for kind in settings.classes:
        k = settings.answered.question.names.index(kind)
        if (labels == k).any() and (labels != k).any():
            curves += _curves(test, settings.answered, kind, k)
    return RocResults(settings, tuple(curves))


def _curves(test: AnsweredTest, reported: Reported, kind: str, k: int) -> list[RocCurve]:
    """The curves of class `k` of all places, on the same resamples."""
    labels, group = test.truth
    positive, bootstrap = labels == k, reported.bootstrap

    def efficiency(weights: np.ndarray) -> dict[str, np.ndarray]:
        """(S, b, k) of each place by its name, NaN where a resample has nothing of the class."""
        with np.errstate(invalid="ignore"):
            return {
                name: np.stack([efficiency_at(positive, p[:, k], MISTAKEN, weights) for p in of_seeds])
                for name, of_seeds in test.answers.items()
            }

    def area(labels: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            return roc_auc(labels == k, probability[:, k], weights)

    values = efficiency(np.ones((1, labels.size)))
    blocks = [efficiency(weights) for weights in event_weights(labels, bootstrap, "test", group=group)]
    areas = test.estimates(area, bootstrap, f"{kind}/roc_auc")
    curves = []
    for place in test.places:
        drawn = np.concatenate([block[place.name] for block in blocks], axis=1)
        points = [
            estimate(Sample(values[place.name][:, 0, i], drawn[:, :, i]), bootstrap, f"{place.name}/{kind}/efficiency")
            for i in range(MISTAKEN.size)
        ]
        curves.append(RocCurve(place, kind, areas[place.name], tuple(points)))
    return curves
