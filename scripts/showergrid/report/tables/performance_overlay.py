"""Places measured on the same events, and the best of them to draw over each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.core.progress import progress
from showergrid.report.settings.performance import Overlaid
from showergrid.report.tables.performance import (
    OVERLAID,
    Point,
    SeedAnswers,
    Series,
    measure,
    read_answers,
    read_test_events,
)
from showergrid.report.tables.results import folders

FILES = ("predictions.parquet",)  # read from each cell folder


@dataclass(frozen=True)
class MeasuredPoints:
    """All numbers of each place and the mean validation accuracy of its seeds, by name of the place."""

    points: Mapping[str, Sequence[Point]]
    validation: Mapping[str, float]
    test_events: int


def overlay(settings: Overlaid, results: Path, directions: Path | None, known: Path | None) -> MeasuredPoints:
    """Measure all places below the study's folder `results`, against `directions` and columns of the events `known`.

    Raises:
        InputError: a file of a cell is missing or bad, or test events differ.
    """
    first = folders(settings.places, results)[0] / FILES[0]
    events = read_test_events(first, settings.question, directions, known, list(settings.performance.called))
    points, validation = {}, {}
    for place in progress(settings.places, "performance", "place"):
        cells = [read_answers(folder / FILES[0], events, settings.question) for folder in folders([place], results)]
        points[place.name] = measure(events, cells, settings, place.name)
        validation[place.name] = float(np.mean([_accuracy(cell) for cell in cells]))
    return MeasuredPoints(points, validation, events.labels.size)


def best_on_validation(settings: Overlaid, measured: MeasuredPoints) -> tuple[list[Series], str]:
    """The places best on the validation events, as many as can be told apart, in the order of the grid; a note."""
    ranked = sorted(measured.validation, key=lambda name: -measured.validation[name])
    chosen = set(ranked[:OVERLAID])
    series = [
        Series(settings.labels.sentence(*place.key), measured.points[place.name])
        for place in settings.places
        if place.name in chosen
    ]
    left_out = len(ranked) - len(series)
    note = f"the {OVERLAID} of {len(ranked)} places best on validation" if left_out else ""
    return series, note


def _accuracy(cell: SeedAnswers) -> float:
    return float(np.mean(cell.validation.right))
