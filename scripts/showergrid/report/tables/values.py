"""How well a value is told in each place: over all test events, and in bins of the true value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.evaluation.comparisons import Estimate, estimate, samples
from showergrid.evaluation.predictions import Valued, read_values
from showergrid.evaluation.residuals import deviations
from showergrid.events.questions import ValueQuestion
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables.results import folders

BINS = 6  # of the true value, each with as many test events as the others
SHOWN = {"bias": "bias", "median_bias": "median", "resolution": "resolution", "rms": "RMS"}  # what tables call them


class ValueSettings(Reported):
    """Settings of the tables and the figure of a value."""

    question: ValueQuestion


@dataclass(frozen=True)
class PlaceValues:
    """One place: its numbers by the names of `deviations`, over all test events and in each bin; its first seed."""

    place: PlaceSettings
    estimates: Mapping[str, Estimate]
    of_bins: tuple[Mapping[str, Estimate], ...]
    first: Valued


@dataclass(frozen=True)
class ValueResults:
    """The places with numbers, in the order of the study's table; edges (B + 1,) of the bins of the true value."""

    settings: ValueSettings
    rows: tuple[PlaceValues, ...]
    edges: np.ndarray
    test_events: int
    test_groups: int | None

    @property
    def relative(self) -> bool:
        """Whether residuals are told relative to the true values: where all of these are positive."""
        return "relative/bias" in self.rows[0].estimates

    @property
    def named(self) -> dict[str, str]:
        """The name of each number of SHOWN, relative or not."""
        return {name: f"relative/{name}" if self.relative else name for name in SHOWN}


def reads(settings: ValueSettings) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder."""
    return {"predictions": [str(folder / "predictions.parquet") for folder in folders(settings.places, Path())]}


def build(settings: ValueSettings, results: Path) -> ValueResults:
    """Read the cells below the study's folder `results` and measure their answers to the same test events.

    Raises:
        InputError: a file of a cell is missing or bad, no place has cells, or test events differ.
    """
    return measured(settings, answered(settings, results))


def answered(settings: ValueSettings, results: Path) -> list[tuple[PlaceSettings, list[Valued]]]:
    """The places that have cells, each with the answers of its seeds to the test events; raises as `build`."""
    runs = [(place, _read(place, settings, results)) for place in settings.places if place.status == "run"]
    if not runs:
        raise InputError(f"report {settings.name}: no place has cells, so there is nothing to measure")
    first, others = runs[0], runs[1:]
    for place, of_seeds in others:
        if any(not np.array_equal(run.event, first[1][0].event) for run in of_seeds):
            raise InputError(f"cells/{place.name}: other test events than {first[0].name}; evaluate both again")
    return runs


def measured(settings: ValueSettings, runs: Sequence[tuple[PlaceSettings, list[Valued]]]) -> ValueResults:
    """Measure the answers to the same test events of places, each with those of its seeds."""
    first = runs[0][1][0]
    answers = {place.name: np.stack([run.value for run in of_seeds]) for place, of_seeds in runs}
    # Bins of equal numbers of events: each is measured about as well as the others
    edges = np.quantile(first.truth, np.linspace(0, 1, min(BINS, first.truth.size) + 1))
    bin_of = np.clip(np.searchsorted(edges, first.truth, side="right") - 1, 0, len(edges) - 2)
    whole = _estimates(settings, answers, first, np.ones(first.truth.size, dtype=bool), "all")
    in_bins = [_estimates(settings, answers, first, bin_of == i, f"bin {i}") for i in range(len(edges) - 1)]
    rows = [
        PlaceValues(place, whole[place.name], tuple(of[place.name] for of in in_bins), of_seeds[0])
        for place, of_seeds in runs
    ]
    groups = None if first.group is None else np.unique(first.group).size
    return ValueResults(settings, tuple(rows), edges, first.event.size, groups)


def _read(place: PlaceSettings, settings: ValueSettings, results: Path) -> list[Valued]:
    """The answers of the seeds of a place to the test events."""
    files = [folder / "predictions.parquet" for folder in folders([place], results)]
    return [read_values(file, settings.question, "test") for file in files]


def _estimates(
    settings: ValueSettings, answers: Mapping[str, np.ndarray], test: Valued, chosen: np.ndarray, where: str
) -> dict[str, dict[str, Estimate]]:
    """By name of the place, the numbers of the `chosen` (n,) bool test events with their intervals."""
    truth = test.truth[chosen]
    group = None if test.group is None else test.group[chosen]
    kept = {name: of_seeds[:, chosen] for name, of_seeds in answers.items()}
    strata = np.zeros(truth.size, dtype=np.int64)
    told: dict[str, dict[str, Estimate]] = {name: {} for name in answers}
    for what in deviations(test.truth, test.truth, np.ones((1, test.truth.size))):
        drawn = samples(kept, strata, _statistic(truth, what), settings.bootstrap, group)
        for name, sample in drawn.items():
            stream = f"{name}/{where}/{what}"
            told[name][what] = estimate(sample, settings.bootstrap, stream, np.inf, lowest=-np.inf)
    return told


def _statistic(truth: np.ndarray, what: str) -> Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
    """One of the numbers of `deviations`, as a function of strata, values and weights."""
    return lambda strata, value, weights: deviations(truth, value, weights)[what]
