"""Events of a final state, chosen by the product of the scores of several questions: how many, and how pure.

The score of an event is the product of the probabilities that a network gives the classes of the state, as if the
answers were independent. The threshold on it is the one with the largest product of efficiency and purity among
validation events; efficiency and purity are of test events, as frequent as the study has them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from pydantic import Field

from showergrid.core.errors import InputError
from showergrid.evaluation.comparisons import Estimate, estimate, samples
from showergrid.evaluation.predictions import read_predictions
from showergrid.evaluation.rates import binned
from showergrid.events.questions import AnyQuestion, Question, of_classes, of_events
from showergrid.report.settings.final_states import FinalState
from showergrid.report.settings.performance import Performance
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables.answered_test import AnsweredTest, read_answered_test
from showergrid.report.tables.results import cell_files
from showergrid.report.tables.thresholds import best_threshold

Rate = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]  # of state (n,), kept (n, 1), weights (b, n) -> (b,)


class FinalStateSettings(Reported):
    """Settings of the table and of the figure of final states."""

    questions: list[AnyQuestion] = Field(description="what networks tell of an event")
    final_states: list[FinalState] = Field(description="the states that are looked at")
    performance: Performance


@dataclass(frozen=True)
class EnergyBin:
    """Efficiency and purity between two energies [GeV]; None where no event is of the state, or kept."""

    low: float
    high: float
    efficiency: Estimate | None
    purity: Estimate | None


@dataclass(frozen=True)
class ChosenState:
    """One place and final state.

    thresholds: (S,) of the seeds; share: of the test events, those of the state; curve: (2, p) efficiency and purity of
    the first seed at every threshold, the highest first; bins: by energy, none where it is not known.
    """

    place: PlaceSettings
    state: FinalState
    thresholds: np.ndarray
    share: float
    efficiency: Estimate
    purity: Estimate | None
    curve: np.ndarray
    bins: tuple[EnergyBin, ...]


@dataclass(frozen=True)
class FinalStateResults:
    """The places with numbers, in the order of the study's table, for each of the final states."""

    settings: FinalStateSettings
    rows: tuple[ChosenState, ...]
    test_events: int
    test_groups: int | None

    def of(self, state: FinalState) -> list[ChosenState]:
        """The rows of one final state, a place each."""
        return [row for row in self.rows if row.state == state]


def reads(settings: FinalStateSettings) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder.

    Raises:
        InputError: no final state is named, or one names a question or a class that there is not.
    """
    if not settings.final_states:
        raise InputError(f"config: final_states: is empty, so report {settings.name} has nothing to show; name some")
    for state in settings.final_states:
        _questions(settings, state)
    return cell_files(settings.places, settings.question)


def build(settings: FinalStateSettings, results: Path) -> FinalStateResults:
    """Read the cells below the study's folder `results`, choose thresholds and apply them to the same test events.

    Raises:
        InputError: a file of a cell is missing or bad, no place has cells, test events differ, or no event of the
            validation or test set is of a state.
    """
    test = read_answered_test(settings, results)
    energy = _energies(test)
    rows = [row for state in settings.final_states for row in _chosen(test, settings, state, energy)]
    return FinalStateResults(settings, tuple(rows), test.events, test.groups)


def _questions(settings: FinalStateSettings, state: FinalState) -> list[tuple[Question, int]]:
    """The questions that a state names, each with the number of the class that it has."""
    known = {question.name: question for question in of_classes(of_events(settings.questions))}
    for name, kind in state.answers.items():
        where = f"config: final_states.{state.name}.answers"
        if name not in known:
            raise InputError(
                f"{where}: no question of events with classes is called {name!r}; valid: {', '.join(known)}"
            )
        if kind not in known[name].names:
            raise InputError(f"{where}.{name}: no class is called {kind!r}; valid: {', '.join(known[name].names)}")
    return [(known[name], known[name].names.index(kind)) for name, kind in state.answers.items()]


def _scored(folder: Path, settings: FinalStateSettings, state: FinalState, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Whether each event of a split is of the state (n,) bool, and its score (n,), of the cell in `folder`."""
    truth, score = [], []
    for question, k in _questions(settings, state):
        answered = read_predictions(folder / "predictions.parquet", question, split)
        truth.append(answered.labels == k)
        score.append(answered.probability[:, k])
    of_state = np.all(truth, axis=0)
    if of_state.all() or not of_state.any():
        many = "every" if of_state.all() else "no"
        raise InputError(f"config: final_states.{state.name}: {many} {split} event is of it; ask for another state")
    return of_state, np.prod(score, axis=0)


def _chosen(
    test: AnsweredTest, settings: FinalStateSettings, state: FinalState, energy: np.ndarray | None
) -> list[ChosenState]:
    """All places for one state."""
    thresholds, kept, curves = {}, {}, {}
    for place in test.places:
        chosen, above = [], []
        for run in test.runs[place.name]:
            own, score = _scored(run.folder, settings, state, "validation")
            shares = np.array([np.mean(~own), np.mean(own)])  # so that events count as they are
            chosen.append(best_threshold(own.astype(np.int64), score, 1, shares))
            of_state, score = _scored(run.folder, settings, state, "test")
            above.append((score >= chosen[-1])[:, None])
            curves.setdefault(place.name, curve(of_state, score))
        thresholds[place.name], kept[place.name] = np.array(chosen), np.stack(above)
    labels, (_, group) = of_state.astype(np.int64), test.truth
    everything = np.ones(labels.size, dtype=bool)
    edges, inside = (
        binned(energy, settings.performance.bins) if energy is not None else (np.zeros(1), np.zeros((labels.size, 0)))
    )
    measured = {}
    for where, within in enumerate([everything, *inside.T.astype(bool)]):
        for what, rate in {"efficiency": efficiency(within), "purity": purity(within)}.items():
            drawn = samples(kept, labels, rate, settings.bootstrap, group)
            for place in test.places:
                stream = f"{place.name}/{state.name}/{what}/{where}"
                own = drawn[place.name]
                defined = np.isfinite(own.values).all()
                measured[place.name, what, where] = estimate(own, settings.bootstrap, stream) if defined else None
    return [
        ChosenState(
            place,
            state,
            thresholds[place.name],
            float(of_state.mean()),
            measured[place.name, "efficiency", 0],
            measured[place.name, "purity", 0],
            curves[place.name],
            tuple(
                EnergyBin(*ends, *(measured[place.name, what, i] for what in ("efficiency", "purity")))
                for i, ends in enumerate(itertools.pairwise(edges.tolist()), 1)
            ),
        )
        for place in test.places
    ]


def curve(of_state: np.ndarray, score: np.ndarray) -> np.ndarray:
    """(2, p): efficiency and purity of the events with at least each of the p scores that occur, the highest first."""
    order = np.argsort(-score, kind="stable")
    last = np.append(np.diff(score[order]) != 0, True)  # of equal scores all pass or none
    passed = np.cumsum(of_state[order])
    return np.stack([passed / passed[-1], passed / np.arange(1, score.size + 1)])[:, last]


def efficiency(within: np.ndarray) -> Rate:
    """Of the events `within` (n,) that are of the state the share that is kept."""

    def rate(labels: np.ndarray, kept: np.ndarray, weights: np.ndarray) -> np.ndarray:
        own = within & (labels == 1)
        with np.errstate(invalid="ignore"):
            return weights[:, own] @ kept[own, 0].astype(np.float64) / weights[:, own].sum(axis=1)

    return rate


def purity(within: np.ndarray) -> Rate:
    """Of the events `within` (n,) that are kept the share that is of the state."""

    def rate(labels: np.ndarray, kept: np.ndarray, weights: np.ndarray) -> np.ndarray:
        own = within & kept[:, 0].astype(bool)
        with np.errstate(invalid="ignore"):
            return weights[:, own] @ labels[own].astype(np.float64) / weights[:, own].sum(axis=1)

    return rate


def _energies(test: AnsweredTest) -> np.ndarray | None:
    """(n,) energy of the test events [GeV], sorted by event; None where it is not known."""
    file = pq.ParquetFile(test.runs[test.places[0].name][0].folder / "predictions.parquet")
    if "energy" not in file.schema_arrow.names:
        return None
    table = file.read(["event", "split", "energy"])
    table = table.filter(np.array(table["split"].to_pylist()) == "test").sort_by("event")
    return table["energy"].to_numpy(zero_copy_only=False).astype(np.float64)
