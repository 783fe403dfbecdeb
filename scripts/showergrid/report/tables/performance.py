"""The performance of a place against what is known of events, threshold, efficiency and score, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from showergrid.core.errors import InputError
from showergrid.evaluation.bootstrap import event_weights
from showergrid.evaluation.comparisons import Estimate, Sample, estimate
from showergrid.evaluation.predictions import Answered, read_predictions
from showergrid.evaluation.rates import binned, count, mistaken_at, rates, score_bins
from showergrid.events.collections import read_variables
from showergrid.events.directions import read_directions
from showergrid.events.questions import Question
from showergrid.report.settings.performance import CellPerformance

OVERLAID = 5  # places that can still be told apart in one panel

THRESHOLDS = np.arange(101) / 100
EFFICIENCIES = np.arange(50, 100) / 100  # at which the rejection is drawn
SCORE_BINS = 10
BINNED = ("accuracy", "efficiency", "purity", "purity_reweighted")
SCANNED = ("efficiency", "purity", "purity_reweighted", "efficiency_purity", "efficiency_purity_reweighted")
PRODUCTS = ("efficiency_purity", "efficiency_purity_reweighted")

Rates = Callable[[np.ndarray], dict[tuple[str, str], np.ndarray]]  # weights (b, n) -> (against, quantity): (b, k)


@dataclass(frozen=True)
class MeasuredEvents:
    """Test events of a study: numbers (n,), labels (n,), and `known` quantities (n,), NaN where one is not known.

    group (n,): that of each event; None if each stands by itself.
    """

    event: np.ndarray
    labels: np.ndarray
    known: Mapping[str, np.ndarray]
    group: np.ndarray | None = None


@dataclass(frozen=True)
class SeedAnswers:
    """The answers of a cell for its test and its validation events."""

    test: Answered
    validation: Answered


@dataclass(frozen=True)
class Point:
    """One number with its interval: `quantity` where the variable `against` lies between `start` and `end`.

    of: the class that is looked at against the rest; at: value of the variable where it is drawn; events: number in the
    bin; estimate: None where it is not defined.
    """

    of: str
    against: str
    start: float
    end: float
    at: float
    events: int
    quantity: str
    estimate: Estimate | None


@dataclass(frozen=True)
class _At:
    """The k bins or values of a variable: start, end, where each is drawn, and number of events; each (k,)."""

    start: np.ndarray
    end: np.ndarray
    at: np.ndarray
    events: np.ndarray

    @classmethod
    def places(cls, where: Sequence[float], events: int) -> _At:
        """Single values of the variable, all events at each."""
        values = np.asarray(where, dtype=np.float64)
        return cls(values, values, values, np.full(values.size, events))

    @classmethod
    def bins(cls, edges: np.ndarray, inside: np.ndarray, values: np.ndarray) -> _At:
        """Bins between edges (k + 1,) that hold the events `inside` (n, k), drawn at the median of their `values`."""
        return cls(edges[:-1], edges[1:], np.array([np.median(values[mask]) for mask in inside.T]), inside.sum(axis=0))

    @classmethod
    def scores(cls, scores: Sequence[np.ndarray]) -> _At:
        """Bins of the score, drawn at the mean score over all seeds."""
        pooled = np.concatenate(scores)
        inside = score_bins(pooled, SCORE_BINS)
        events = inside.sum(axis=0)
        edges = np.arange(SCORE_BINS + 1) / SCORE_BINS
        return cls(edges[:-1], edges[1:], (pooled[:, None] * inside).sum(axis=0) / np.maximum(1, events), events)

    @classmethod
    def spread(cls, thresholds: Sequence[float], events: int) -> _At:
        """The range of the thresholds of the seeds, drawn at their mean."""
        low, mean, high = np.min(thresholds), np.mean(thresholds), np.max(thresholds)
        return cls(np.array([low]), np.array([high]), np.array([mean]), np.array([events]))

    def rows(self) -> list[tuple[float, float, float, int]]:
        """Start, end, where it is drawn, and number of events, of each bin or value."""
        return list(zip(*(column.tolist() for column in (self.start, self.end, self.at, self.events)), strict=True))


def read_test_events(
    predictions: Path,
    question: Question,
    directions: Path | None = None,
    events: Path | None = None,
    columns: Sequence[str] = (),
) -> MeasuredEvents:
    """Read the test events of a cell, and what is known of them.

    Args:
        predictions: predictions.parquet of the cell.
        question: what was asked.
        directions: directions.parquet where events have hits: their energies, angles and numbers of hits are known.
        events: events.parquet where columns of it are known too.
        columns: names of these.

    Raises:
        InputError: a file is missing or bad, or lacks an event.
    """
    test = read_predictions(predictions, question, "test")
    known = {} if directions is None else _of_hits(predictions, directions, test.event)
    if events is not None:
        numbers, values = read_variables(events, columns, gaps=True)
        known |= dict(zip(columns, values[_rows(numbers, test.event, events, predictions)].T, strict=True))
    return MeasuredEvents(test.event, test.labels, known, test.group)


def _of_hits(predictions: Path, directions: Path, event: np.ndarray) -> dict[str, np.ndarray]:
    """Energy [GeV], angle to the beam [degree] and number of hits of each event (n,)."""
    table = pq.ParquetFile(predictions).read(["event", "split", "energy", "n_hits"])
    table = table.filter(pc.equal(table["split"], "test")).sort_by("event")
    numbers, angle = read_directions(directions)
    return {
        "energy": table["energy"].to_numpy().astype(np.float64),
        "angle": angle[_rows(numbers, event, directions, predictions)],
        "hits": table["n_hits"].to_numpy().astype(np.float64),
    }


def _rows(numbers: np.ndarray, event: np.ndarray, file: Path, predictions: Path) -> np.ndarray:
    """(n,) int64: the rows of events (n,) among the ascending `numbers` of a file."""
    rows = np.minimum(np.searchsorted(numbers, event), max(0, numbers.size - 1))
    if not numbers.size or not np.array_equal(numbers[rows], event):
        raise InputError(f"{file}: holds other events than {predictions}; delete it to have it made again")
    return rows


def read_answers(predictions: Path, events: MeasuredEvents, question: Question) -> SeedAnswers:
    """Read the answers of a cell.

    Raises:
        InputError: a file is missing or bad, or the test events are not `events`.
    """
    test = read_predictions(predictions, question, "test")
    if not (np.array_equal(test.event, events.event) and np.array_equal(test.labels, events.labels)):
        raise InputError(f"{predictions}: its test events are not those of the other cells; evaluate all on one split")
    return SeedAnswers(test, read_predictions(predictions, question, "validation"))


def measure(events: MeasuredEvents, cells: Sequence[SeedAnswers], settings: CellPerformance, name: str) -> list[Point]:
    """Every number of a place from the answers of its seeds; `name` names the random streams of its intervals.

    Each class that is looked at against the rest has its own: the positive one, or all.
    """
    return [point for k in settings.question.against_rest for point in _of_class(k, events, cells, settings, name)]


def _of_class(
    k: int, events: MeasuredEvents, cells: Sequence[SeedAnswers], settings: CellPerformance, name: str
) -> list[Point]:
    """The numbers of class `k` against the rest."""
    question = settings.question
    within = {
        what: binned(values, settings.performance.bins)
        for what, values in events.known.items()
        if what not in unknown(events)
    }
    efficiencies = np.union1d(EFFICIENCIES, settings.performance.efficiencies)
    thresholds = {
        product: [best_threshold(k, cell.validation, product, settings.performance.ratio) for cell in cells]
        for product in PRODUCTS
    }
    of_seeds = [
        _rates_of(
            k,
            cell.test,
            within,
            efficiencies,
            {product: thresholds[product][i] for product in PRODUCTS},
            settings.performance.ratio,
        )
        for i, cell in enumerate(cells)
    ]
    positions = {
        "all": _At.places([np.nan], events.labels.size),
        **{what: _At.bins(edges, inside, events.known[what]) for what, (edges, inside) in within.items()},
        "threshold": _At.places(THRESHOLDS, events.labels.size),
        "efficiency": _At.places(efficiencies, events.labels.size),
        "score": _At.scores([cell.test.probability[:, k] for cell in cells]),
        **{f"best_{product}": _At.spread(per_seed, events.labels.size) for product, per_seed in thresholds.items()},
    }
    values = [rates_of(np.ones((1, events.labels.size))) for rates_of in of_seeds]
    drawn: list[list[dict]] = [[] for _ in of_seeds]
    # the same for every cell
    for weights in event_weights(events.labels, settings.bootstrap, "test", group=events.group):
        for blocks, rates_of in zip(drawn, of_seeds, strict=True):
            blocks.append(rates_of(weights))
    points = []
    for against, quantity in values[0]:
        value = np.stack([numbers[against, quantity][0] for numbers in values])  # (S, k)
        resampled = np.stack([np.concatenate([block[against, quantity] for block in blocks]) for blocks in drawn])
        stream = f"{name}/{against}/{quantity}"
        for i, place in enumerate(positions[against].rows()):
            sample = Sample(value[:, i], resampled[:, :, i])
            estimated = estimate(sample, settings.bootstrap, stream) if np.isfinite(value[:, i]).all() else None
            points.append(Point(question.names[k], against, *place, quantity, estimated))
    rejection = f"{rest(question, k)}_rejection"
    return points + [_rejection(point, rejection) for point in points if point.quantity == "mistaken"]


def unknown(events: MeasuredEvents) -> list[str]:
    """Names of the quantities that are known of no test event."""
    return [what for what, values in events.known.items() if not np.isfinite(values).any()]


def rest(question: Question, k: int) -> str:
    """What class `k` is told from: the other class, or all others."""
    others = [name for i, name in enumerate(question.names) if i != k]
    return others[0] if len(others) == 1 else "other"


def best_threshold(k: int, validation: Answered, product: str, ratio: float) -> float:
    """The threshold at which `product` of class `k` is largest on the validation events, the lowest of equal ones."""
    scan = validation.probability[:, [k]] >= THRESHOLDS
    size = validation.labels.size
    counted = count(validation.labels == k, scan, np.ones((size, 1), dtype=bool), np.ones((1, size)))
    return float(THRESHOLDS[np.argmax(np.nan_to_num(rates(counted, ratio)[product][0]))])


def _rates_of(
    k: int,
    test: Answered,
    within: Mapping[str, tuple[np.ndarray, np.ndarray]],
    efficiencies: np.ndarray,
    thresholds: Mapping[str, float],
    ratio: float,
) -> Rates:
    """The function that gives all rates of class `k` from weights of the test events."""
    positive, scores = test.labels == k, test.probability[:, k]
    everywhere = np.ones((scores.size, 1), dtype=bool)
    answered = (test.probability.argmax(axis=1) == k)[:, None]
    right = test.right[:, None]
    cuts = {
        "all": (answered, everywhere, BINNED),
        **{what: (answered, inside, BINNED) for what, (_, inside) in within.items()},
        "threshold": (scores[:, None] >= THRESHOLDS, everywhere, SCANNED),
        **{f"best_{name}": ((scores >= at)[:, None], everywhere, SCANNED) for name, at in thresholds.items()},
    }
    by_score = score_bins(scores, SCORE_BINS)

    def weighted_rates(weights: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
        numbers = {}
        for against, (passed, inside, quantities) in cuts.items():
            every = rates(count(positive, passed, inside, weights), ratio)
            if "accuracy" in quantities:  # of all classes, not of one against the rest
                with np.errstate(invalid="ignore"):
                    every["accuracy"] = (weights @ (right & inside)) / (weights @ inside)
            numbers |= {(against, quantity): every[quantity] for quantity in quantities}
        counted = count(positive, by_score, by_score, weights)
        with np.errstate(invalid="ignore"):
            numbers["score", "positive_share"] = counted.kept / (counted.kept + counted.false)
        numbers["efficiency", "mistaken"] = mistaken_at(positive, scores, efficiencies, weights)
        return numbers

    return weighted_rates


def _rejection(point: Point, quantity: str) -> Point:
    """The rejection: one over the mistaken share of the other class, infinite where none is mistaken."""
    share = point.estimate
    if share is None:
        return replace(point, quantity=quantity)
    value, low, high = (np.inf if mistaken == 0 else 1 / mistaken for mistaken in (share.value, share.high, share.low))
    return replace(point, quantity=quantity, estimate=Estimate(value, low, high, None))


@dataclass(frozen=True)
class Series:
    """All numbers of one place and its label, empty where only one place is drawn."""

    label: str
    points: Sequence[Point]

    def of(self, kind: str, against: str, quantity: str) -> list[Point]:
        """The points of the class `kind` with `quantity` against `against` at which it is defined."""
        return [
            point
            for point in self.points
            if (point.of, point.against, point.quantity) == (kind, against, quantity) and point.estimate is not None
        ]
