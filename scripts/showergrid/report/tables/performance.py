"""The performance of a place against energy, angle, hits, threshold, efficiency and score, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from showergrid.core.errors import InputError
from showergrid.evaluation.bootstrap import event_weights
from showergrid.evaluation.cell_folder import read_predictions
from showergrid.evaluation.comparisons import Estimate, Sample, estimate
from showergrid.evaluation.metrics import THRESHOLD
from showergrid.evaluation.rates import binned, count, mistaken_at, rates, score_bins
from showergrid.events.classes import Class
from showergrid.events.directions import read_directions
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
    """Test events of a study: numbers (n,), labels (n,), and `known` quantities (n,), NaN where one is not known."""

    event: np.ndarray
    labels: np.ndarray
    known: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Answers:
    """Scores of a cell on its test events (n,) and on its validation events (m,), and labels (m,) of the latter."""

    test: np.ndarray
    validation: np.ndarray
    validation_labels: np.ndarray


@dataclass(frozen=True)
class Point:
    """One number with its interval: `quantity` where the variable `against` lies between `start` and `end`.

    at: value of the variable where it is drawn; events: number in the bin; estimate: None where it is not defined.
    """

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


def read_test_events(predictions: Path, directions: Path, classes: Sequence[Class]) -> MeasuredEvents:
    """Read the test events of a cell.

    Raises:
        InputError: a file is missing or bad, or an event has no row among the directions.
    """
    event, labels, _ = read_predictions(predictions, classes, "test")
    table = pq.ParquetFile(predictions).read(["event", "split", "energy", "n_hits"])
    table = table.filter(pc.equal(table["split"], "test")).sort_by("event")
    all_events, angle = read_directions(directions)
    row = np.minimum(np.searchsorted(all_events, event), max(0, all_events.size - 1))
    if not all_events.size or not np.array_equal(all_events[row], event):
        raise InputError(f"{directions}: holds other events than {predictions}; make it again with directions")
    known = {
        "energy": table["energy"].to_numpy().astype(np.float64),
        "angle": angle[row],
        "hits": table["n_hits"].to_numpy().astype(np.float64),
    }
    return MeasuredEvents(event, labels, known)


def read_answers(predictions: Path, events: MeasuredEvents, classes: Sequence[Class]) -> Answers:
    """Read the scores of a cell.

    Raises:
        InputError: a file is missing or bad, or the test events are not `events`.
    """
    event, labels, test = read_predictions(predictions, classes, "test")
    if not (np.array_equal(event, events.event) and np.array_equal(labels, events.labels)):
        raise InputError(f"{predictions}: its test events are not those of the other cells; evaluate all on one split")
    _, validation_labels, validation = read_predictions(predictions, classes, "validation")
    return Answers(test, validation, validation_labels)


def measure(events: MeasuredEvents, cells: Sequence[Answers], settings: CellPerformance, name: str) -> list[Point]:
    """Every number of a place from the answers of its seeds; `name` names the random streams of its intervals."""
    within = {
        what: binned(values, settings.performance.bins)
        for what, values in events.known.items()
        if what not in unknown(events)
    }
    efficiencies = np.union1d(EFFICIENCIES, settings.performance.efficiencies)
    thresholds = {
        product: [best_threshold(cell, product, settings.performance.ratio) for cell in cells] for product in PRODUCTS
    }
    of_seeds = [
        _rates_of(
            cell,
            events.labels,
            within,
            efficiencies,
            {product: thresholds[product][k] for product in PRODUCTS},
            settings.performance.ratio,
        )
        for k, cell in enumerate(cells)
    ]
    positions = {
        "all": _At.places([np.nan], events.labels.size),
        **{what: _At.bins(edges, inside, events.known[what]) for what, (edges, inside) in within.items()},
        "threshold": _At.places(THRESHOLDS, events.labels.size),
        "efficiency": _At.places(efficiencies, events.labels.size),
        "score": _At.scores([cell.test for cell in cells]),
        **{f"best_{product}": _At.spread(per_seed, events.labels.size) for product, per_seed in thresholds.items()},
    }
    values = [rates_of(np.ones((1, events.labels.size))) for rates_of in of_seeds]
    drawn: list[list[dict]] = [[] for _ in of_seeds]
    for weights in event_weights(events.labels, settings.bootstrap, "test"):  # the same for every cell
        for blocks, rates_of in zip(drawn, of_seeds, strict=True):
            blocks.append(rates_of(weights))
    points = []
    for against, quantity in values[0]:
        value = np.stack([numbers[against, quantity][0] for numbers in values])  # (S, k)
        resampled = np.stack([np.concatenate([block[against, quantity] for block in blocks]) for blocks in drawn])
        stream = f"{name}/{against}/{quantity}"
        for k, place in enumerate(positions[against].rows()):
            sample = Sample(value[:, k], resampled[:, :, k])
            estimated = estimate(sample, settings.bootstrap, stream) if np.isfinite(value[:, k]).all() else None
            points.append(Point(against, *place, quantity, estimated))
    rejection = f"{settings.classes[1].name}_rejection"
    return points + [_rejection(point, rejection) for point in points if point.quantity == "mistaken"]


def unknown(events: MeasuredEvents) -> list[str]:
    """Names of the quantities that are known of no test event."""
    return [what for what, values in events.known.items() if not np.isfinite(values).any()]


def best_threshold(cell: Answers, product: str, ratio: float) -> float:
    """The threshold at which `product` is largest on the validation events, the lowest of equally good ones."""
    scan = cell.validation[:, None] >= THRESHOLDS
    labels = cell.validation_labels
    counted = count(labels, scan, np.ones((labels.size, 1), dtype=bool), np.ones((1, labels.size)))
    return float(THRESHOLDS[np.argmax(np.nan_to_num(rates(counted, ratio)[product][0]))])


def _rates_of(
    cell: Answers,
    labels: np.ndarray,
    within: Mapping[str, tuple[np.ndarray, np.ndarray]],
    efficiencies: np.ndarray,
    thresholds: Mapping[str, float],
    ratio: float,
) -> Rates:
    """The function that gives all rates of a cell from weights of its test events."""
    everywhere = np.ones((labels.size, 1), dtype=bool)
    answered = (cell.test >= THRESHOLD)[:, None]
    questions = {
        "all": (answered, everywhere, BINNED),
        **{what: (answered, inside, BINNED) for what, (_, inside) in within.items()},
        "threshold": (cell.test[:, None] >= THRESHOLDS, everywhere, SCANNED),
        **{f"best_{name}": ((cell.test >= at)[:, None], everywhere, SCANNED) for name, at in thresholds.items()},
    }
    by_score = score_bins(cell.test, SCORE_BINS)

    def weighted_rates(weights: np.ndarray) -> dict[tuple[str, str], np.ndarray]:
        numbers = {}
        for against, (passed, inside, quantities) in questions.items():
            every = rates(count(labels, passed, inside, weights), ratio)
            numbers |= {(against, quantity): every[quantity] for quantity in quantities}
        counted = count(labels, by_score, by_score, weights)
        with np.errstate(invalid="ignore"):
            numbers["score", "positive_share"] = counted.kept / (counted.kept + counted.false)
        numbers["efficiency", "mistaken"] = mistaken_at(labels, cell.test, efficiencies, weights)
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

    def of(self, against: str, quantity: str) -> list[Point]:
        """The points of `quantity` against `against` at which it is defined."""
        return [
            point
            for point in self.points
            if (point.against, point.quantity) == (against, quantity) and point.estimate is not None
        ]
