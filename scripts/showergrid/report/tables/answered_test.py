"""The answers of all places of a report to the same test events, and any statistic of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.evaluation.cell_folder import CellResults, read_run
from showergrid.evaluation.comparisons import Estimate, Statistic, estimate, samples
from showergrid.evaluation.settings import Bootstrap
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables.results import common_events, folders


@dataclass(frozen=True)
class AnsweredTest:
    """Places that have cells and, by their names, the cells of their seeds; `events` test events, the same for all."""

    places: tuple[PlaceSettings, ...]
    runs: Mapping[str, list[CellResults]]
    events: int

    @property
    def truth(self) -> tuple[np.ndarray, np.ndarray | None]:
        """The true classes (n,) of the test events, and the group (n,) of each; None if each stands by itself."""
        test = self.runs[self.places[0].name][0].test
        return test.labels, test.group

    @property
    def groups(self) -> int | None:
        """Number of groups of test events that are drawn together; None if each event stands by itself."""
        _, group = self.truth
        return None if group is None else np.unique(group).size

    @cached_property
    def answers(self) -> dict[str, np.ndarray]:
        """(S, n, K) float64 of each place by its name: the probabilities that its S seeds give."""
        return {name: np.stack([run.test.probability for run in of_seeds]) for name, of_seeds in self.runs.items()}

    def estimates(
        self, statistic: Statistic, bootstrap: Bootstrap, what: str, highest: float = 1.0
    ) -> dict[str, Estimate]:
        """The statistic of each place with its interval, which ends at 0 and at the `highest` possible value.

        `what`, with the place's name before it, names the random stream of the seeds.
        """
        labels, group = self.truth
        drawn = samples(self.answers, labels, statistic, bootstrap, group)
        return {name: estimate(sample, bootstrap, f"{name}/{what}", highest) for name, sample in drawn.items()}


def read_answered_test(reported: Reported, results: Path) -> AnsweredTest:
    """Read the cells of a report below the study's folder `results`.

    Raises:
        InputError: a file of a cell is missing or bad, no place has cells, or test events differ.
    """
    places = tuple(place for place in reported.places if place.status == "run")
    if not places:
        raise InputError(f"report {reported.name}: no place has cells, so there is nothing to measure")
    runs = {place.name: [read_run(cell, reported.question) for cell in folders([place], results)] for place in places}
    return AnsweredTest(places, runs, common_events([run for of_seeds in runs.values() for run in of_seeds]))
