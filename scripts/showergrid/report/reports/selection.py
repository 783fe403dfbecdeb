"""What a selection of each class keeps, how pure it is in a beam, and whether a class is answered too often.

The threshold on the score of a class is the one that has the largest product of efficiency and purity among validation
events, in the mixture of classes that is asked for; efficiency and purity are of test events.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from pydantic import Field

from showergrid.core.cells import input_name
from showergrid.core.errors import InputError
from showergrid.evaluation.comparisons import Estimate, Sample, estimate, samples
from showergrid.evaluation.predictions import read_predictions
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import NOT_RUN, Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number
from showergrid.report.settings.selection import EQUAL, ClassSelection
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables import captions, estimates
from showergrid.report.tables.answered_test import AnsweredTest, read_answered_test
from showergrid.report.tables.captions import joined
from showergrid.report.tables.results import cell_files
from showergrid.report.tables.thresholds import best_threshold

Rate = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]  # labels (n,), kept (n, K), weights (b, n) -> (b,)


class Parameters(Reported):
    """Settings of the tables of selections."""

    selection: ClassSelection = Field(description="mixtures of the classes, and bins of energy")


@dataclass(frozen=True)
class Selected:
    """One place, class and mixture of classes: the thresholds of the seeds (S,), and what lies above them."""

    place: PlaceSettings
    kind: str
    mixture: str
    thresholds: np.ndarray
    efficiency: Estimate
    purity: Estimate


@dataclass(frozen=True)
class Bias:
    """One place and class: by each bin of energy the events that are called it to those that are of it."""

    place: PlaceSettings
    kind: str
    ratios: Mapping[tuple[float, float], Estimate | None]


@dataclass(frozen=True)
class SelectionResults:
    """The places with numbers, in the order of the study's table, each with all classes."""

    settings: Parameters
    selected: tuple[Selected, ...]
    biases: tuple[Bias, ...]
    test_events: int
    test_groups: int | None


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder."""
    return cell_files(settings.places, settings.question)


def build(settings: Parameters, results: Path) -> SelectionResults:
    """Read the cells below the study's folder `results`, choose thresholds and apply them to the same test events.

    Raises:
        InputError: a file of a cell is missing or bad, no place has cells, test events differ, a mixture names other
            classes than the question, or energies are asked for and the events have none.
    """
    names = settings.question.names
    mixtures = {EQUAL: np.full(len(names), 1 / len(names))}
    for mixture, shares in settings.selection.shares.items():
        if sorted(shares) != sorted(names):
            raise InputError(f"selection.shares.{mixture}: give a share for each of {', '.join(names)}, and no other")
        mixtures[mixture] = np.array([shares[name] for name in names]) / sum(shares.values())
    test = read_answered_test(settings, results)
    selected = [row for mixture, shares in mixtures.items() for row in _selected(test, settings, mixture, shares)]
    order = {place.name: i for i, place in enumerate(test.places)}
    selected.sort(key=lambda row: (order[row.place.name], names.index(row.kind)))
    return SelectionResults(settings, tuple(selected), tuple(_biases(test, settings)), test.events, test.groups)


def _selected(test: AnsweredTest, settings: Parameters, mixture: str, shares: np.ndarray) -> list[Selected]:
    """All places and classes with thresholds for one mixture."""
    labels, group = test.truth
    thresholds, kept = {}, {}
    for place in test.places:
        chosen, above = [], []
        for run in test.runs[place.name]:
            validation = read_predictions(run.folder / "predictions.parquet", settings.question, "validation")
            of_classes = [
                best_threshold(validation.labels, validation.probability[:, k], k, shares) for k in range(shares.size)
            ]
            chosen.append(of_classes)
            above.append(run.test.probability >= of_classes)
        thresholds[place.name], kept[place.name] = np.array(chosen), np.stack(above)
    rows = []
    for k, kind in enumerate(settings.question.names):
        rates = {
            what: samples(kept, labels, rate, settings.bootstrap, group)
            for what, rate in {"efficiency": _efficiency(k, k), "purity": _purity(k, shares)}.items()
        }
        for place in test.places:
            measured = {
                what: estimate(of_places[place.name], settings.bootstrap, f"{place.name}/{mixture}/{kind}/{what}")
                for what, of_places in rates.items()
            }
            rows.append(Selected(place, kind, mixture, thresholds[place.name][:, k], **measured))
    return rows


def _efficiency(k: int, of: int) -> Rate:
    """The share of the events of class `of` that are kept as class `k`."""

    def rate(labels: np.ndarray, kept: np.ndarray, weights: np.ndarray) -> np.ndarray:
        own = weights[:, labels == of]
        with np.errstate(invalid="ignore"):
            return own @ kept[labels == of, k].astype(np.float64) / own.sum(axis=1)

    return rate


def _purity(k: int, shares: np.ndarray) -> Rate:
    """The share of class `k` among what is kept as it, in a beam with these `shares` of the classes."""

    def rate(labels: np.ndarray, kept: np.ndarray, weights: np.ndarray) -> np.ndarray:
        of_classes = np.stack([_efficiency(k, j)(labels, kept, weights) for j in range(shares.size)])
        with np.errstate(invalid="ignore"):
            return shares[k] * of_classes[k] / np.einsum("k,kb->b", shares, of_classes)

    return rate


def _biases(test: AnsweredTest, settings: Parameters) -> list[Bias]:
    """All places and classes."""
    labels, group = test.truth
    bins = [(float("-inf"), float("inf"))]
    energy = np.zeros(labels.size)
    if edges := settings.selection.energies:
        bins += list(itertools.pairwise(edges))
        energy = _energies(test.runs[test.places[0].name][0].folder / "predictions.parquet")
    answers = {
        name: np.stack([run.test.probability.argmax(axis=1)[:, None] for run in runs])
        for name, runs in test.runs.items()
    }
    biases = []
    for k, kind in enumerate(settings.question.names):
        ratios: dict[tuple[float, float], dict[str, Sample]] = {}
        for low, high in bins:
            within = (energy >= low) & (energy < high)
            if np.any(labels[within] == k):
                ratios[low, high] = samples(answers, labels, _called(k, within), settings.bootstrap, group)
        for place in test.places:
            told = {
                ends: estimate(
                    ratios[ends][place.name], settings.bootstrap, f"{place.name}/{kind}/{ends}", highest=np.inf
                )
                if ends in ratios
                else None
                for ends in bins
            }
            biases.append(Bias(place, kind, told))
    return biases


def _called(k: int, within: np.ndarray) -> Rate:
    """The events that are called class `k` to those that are of it, among those `within` (n,)."""

    def rate(labels: np.ndarray, answers: np.ndarray, weights: np.ndarray) -> np.ndarray:
        inside = weights[:, within]
        called, true = (inside @ (of == k).astype(np.float64) for of in (answers[within, 0], labels[within]))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(true > 0, called / true, np.nan)

    return rate


def _energies(predictions: Path) -> np.ndarray:
    """(n,) energy of the test events [GeV], sorted by event."""
    file = pq.ParquetFile(predictions)
    if "energy" not in file.schema_arrow.names:
        raise InputError(f"{predictions}: events have no energy; leave selection.energies out")
    table = file.read(["event", "split", "energy"])
    table = table.filter(np.array(table["split"].to_pylist()) == "test").sort_by("event")
    return table["energy"].to_numpy(zero_copy_only=False).astype(np.float64)


def csv(table: SelectionResults) -> str:
    """One row per place, class and quantity: of selections with their mixture, of bias with the bin of energy."""
    header = [
        "representation",
        "resolution",
        "model",
        "seeds",
        "class",
        "quantity",
        "mixture",
        "energy_from",
        "energy_to",
    ]
    lines = []
    for row in table.selected:
        told = _of_place(header, row) | {"mixture": row.mixture}
        lines.append(told | {"quantity": "threshold", "value": float(row.thresholds.mean())})
        for quantity in ("efficiency", "purity"):
            lines.append(told | {"quantity": quantity} | _numbers(getattr(row, quantity)))
    for bias in table.biases:
        for (low, high), ratio in bias.ratios.items():
            ends = {"energy_from": low, "energy_to": high} if np.isfinite(low) else {}
            told = _of_place(header, bias) | ends | {"quantity": "called_to_true"}
            lines.append(told | (_numbers(ratio) if ratio else {}))
    return written([*header, "value", "low", "high", "std"], lines)


def _of_place(header: Sequence[str], row: Selected | Bias) -> dict[str, object]:
    return dict(zip(header, (*row.place.key, " ".join(map(str, row.place.seeds)), row.kind), strict=False))


def _numbers(measured: Estimate) -> dict[str, object]:
    return {"value": measured.value, "low": measured.low, "high": measured.high, "std": measured.std}


def layout(table: SelectionResults) -> list[TableGrid]:
    """The table of selections, with the columns of each mixture, and that of bias, with a column a bin of energy."""
    return [_selections(table), _bias(table)]


def _selections(table: SelectionResults) -> TableGrid:
    settings = table.settings
    mixtures = [EQUAL, *settings.selection.shares]
    of_class: dict[tuple[str, str], dict[str, Selected]] = {}
    for row in table.selected:
        of_class.setdefault((row.place.name, row.kind), {})[row.mixture] = row
    groups: dict[str, list[Row]] = {}
    for rows in of_class.values():
        first = rows[EQUAL]
        cells = tuple(
            (
                TableCell(number(float(rows[mixture].thresholds.mean()))),
                estimates.measured(rows[mixture].efficiency),
                estimates.measured(rows[mixture].purity),
            )
            for mixture in mixtures
        )
        groups.setdefault(_title(settings, first.place), []).append(Row((_kind(settings, first.kind),), cells))
    shares = "; ".join(
        f"{mixture}: " + ", ".join(f"{_kind(settings, name)} {share:g}" for name, share in of_classes.items())
        for mixture, of_classes in settings.selection.shares.items()
    )
    return TableGrid(
        label=f"tab:{settings.name}",
        caption=(
            "Selection of each class by a threshold on its score that validation events choose: efficiency and purity, "
            f"{captions.events_text(settings, table.test_events, table.test_groups)}"
        ),
        stub=(Stub("class", 20),),
        columns=tuple(
            Columns(f"{mixture} shares" if mixture == EQUAL else mixture, ("threshold", "efficiency", "purity"))
            for mixture in mixtures
        ),
        groups=tuple(Group(tuple(rows), title) for title, rows in groups.items()),
        notes=joined([f"Shares of the classes in {shares}." if shares else "", captions.interval_text(settings)]),
    )


def _bias(table: SelectionResults) -> TableGrid:
    settings = table.settings
    groups: dict[str, list[Row]] = {}
    for bias in table.biases:
        cells = tuple(
            TableCell(NOT_RUN) if ratio is None else estimates.measured(ratio) for ratio in bias.ratios.values()
        )
        groups.setdefault(_title(settings, bias.place), []).append(Row((_kind(settings, bias.kind),), (cells,)))
    heads = tuple(f"{low:g} to {high:g} GeV" if np.isfinite(low) else "all" for low, high in table.biases[0].ratios)
    return TableGrid(
        label=f"tab:{settings.name}-bias",
        caption="Test events that are called a class, to those that are of it; 1 where answers are not biased.",
        stub=(Stub("class", 20),),
        columns=(Columns("", heads),),
        groups=tuple(Group(tuple(rows), title) for title, rows in groups.items()),
        notes=joined(["Classes are as frequent as among the test events.", captions.interval_text(settings)]),
    )


def _title(settings: Parameters, place: PlaceSettings) -> str:
    labels = settings.labels.unbroken
    return f"{labels.model(place.model)}, {input_name(labels.representation(place.representation), place.resolution)}"


def _kind(settings: Parameters, name: str) -> str:
    return settings.labels.unbroken.kind(name)
