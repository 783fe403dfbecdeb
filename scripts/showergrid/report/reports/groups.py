"""Accuracy of one event and of its group, such as a tank and its air shower, and how far apart two classes lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.core.cells import input_name
from showergrid.core.errors import InputError
from showergrid.evaluation.comparisons import Difference, Estimate, Sample, Statistic, estimate, paired, samples
from showergrid.evaluation.metrics import accuracy
from showergrid.evaluation.predictions import read_predictions
from showergrid.evaluation.together import LEAST, area, first_of_groups, log_scores, merit, shares, summed
from showergrid.events.settings import Split
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number
from showergrid.report.settings.performance import Performance
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables import captions, estimates
from showergrid.report.tables.answered_test import read_answered_test
from showergrid.report.tables.captions import joined
from showergrid.report.tables.results import cell_files, folders

ACCURACY, MERIT, AREA = "accuracy", "merit", "roc_auc"
HEADS = {ACCURACY: "accuracy", MERIT: "FOM", AREA: "AUC"}
HIGHEST = {MERIT: np.inf}  # of the others it is 1
EVENT, GROUP = "event", "group"
GAIN = "gain"


class Parameters(Reported):
    """Settings of the table of groups."""

    split: Split
    performance: Performance


@dataclass(frozen=True)
class PlaceTogether:
    """One place: its numbers, by HEADS, of one event and of its group, and how much more often the group is right.

    of_group and gain: none where no group holds two events.
    """

    place: PlaceSettings
    of_event: Mapping[str, Estimate]
    of_group: Mapping[str, Estimate]
    gain: Difference | None


@dataclass(frozen=True)
class GroupResults:
    """The places with numbers, in the order of the study's table."""

    settings: Parameters
    rows: tuple[PlaceTogether, ...]
    test_events: int
    test_groups: int | None

    @property
    def asks_groups(self) -> bool:
        """Whether groups have answers of their own."""
        return self.rows[0].gain is not None

    @property
    def measured(self) -> list[str]:
        """What is measured: of HEADS those that need no pair of classes, or all."""
        return list(self.rows[0].of_event)


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder.

    Raises:
        InputError: performance.pair names what is no class.
    """
    names = settings.question.names
    if strangers := [name for name in settings.performance.pair or () if name not in names]:
        raise InputError(
            f"config: performance.pair: {strangers[0]!r} is no class of question {settings.question.name}: "
            f"{', '.join(names)}"
        )
    return cell_files(settings.places, settings.question)


def build(settings: Parameters, results: Path) -> GroupResults:
    """Read the cells below the study's folder `results` and measure their answers to test events and their groups.

    Raises:
        InputError: a file of a cell is missing or bad, no place has cells, test events differ, a group holds several
            classes, or a class has no training event.
    """
    test = read_answered_test(settings, results)
    scores = {name: log_scores(probability) for name, probability in test.answers.items()}
    labels, group = test.truth
    of_events = _measured(scores, labels, group, settings)
    of_groups: dict[str, dict[str, Sample]] = {}
    if group is not None and test.groups < test.events:
        first = first_of_groups(labels, group)
        cell = folders([test.places[0]], results)[0]
        train = read_predictions(cell / "predictions.parquet", settings.question, "train")
        prior = shares(train.labels, settings.question.names)
        together = {
            name: np.stack([summed(of_seed, prior, group) for of_seed in of_seeds]) for name, of_seeds in scores.items()
        }
        of_groups = _measured(together, labels[first], None, settings)  # drawn as the groups of the events are
    rows = []
    for place in test.places:
        name, gain = place.name, None
        if of_groups:
            pair = of_groups[ACCURACY][name], of_events[ACCURACY][name]
            gain = paired(*pair, settings.bootstrap, f"{name}/{GAIN}")
        rows.append(
            PlaceTogether(
                place,
                _estimates(of_events, name, EVENT, settings),
                _estimates(of_groups, name, GROUP, settings),
                gain,
            )
        )
    return GroupResults(settings, tuple(rows), test.events, test.groups)


def _measured(
    scores: Mapping[str, np.ndarray], labels: np.ndarray, group: np.ndarray | None, settings: Parameters
) -> dict[str, dict[str, Sample]]:
    """Each number of each place from scores (S, n, K)."""
    statistics: dict[str, Statistic] = {ACCURACY: accuracy}
    if pair := settings.performance.pair:
        first, second = (settings.question.names.index(name) for name in pair)
        statistics |= {MERIT: merit(first, second), AREA: area(first, second)}
    return {
        what: samples(scores, labels, statistic, settings.bootstrap, group) for what, statistic in statistics.items()
    }


def _estimates(
    drawn: Mapping[str, Mapping[str, Sample]], name: str, asked: str, settings: Parameters
) -> dict[str, Estimate]:
    return {
        what: estimate(of_places[name], settings.bootstrap, f"{name}/{asked}/{what}", HIGHEST.get(what, 1.0))
        for what, of_places in drawn.items()
    }


def csv(table: GroupResults) -> str:
    """One row for each place, what is asked (an event, a group, or how much more the group gives) and quantity."""
    header = ["representation", "resolution", "model", "seeds", "asked", "quantity", "value", "low", "high", "std", "p"]
    rows = []
    for row in table.rows:
        place = dict(zip(header, (*row.place.key, " ".join(map(str, row.place.seeds))), strict=False))
        for asked, numbers in ((EVENT, row.of_event), (GROUP, row.of_group)):
            rows += [place | {"asked": asked, "quantity": what} | vars(measured) for what, measured in numbers.items()]
        if row.gain is not None:
            rows.append(place | {"asked": GAIN, "quantity": ACCURACY} | vars(row.gain))
    return written(header, rows)


def layout(table: GroupResults) -> list[TableGrid]:
    """One table with a row per place: what one event tells, what its group, and the difference."""
    settings, labels = table.settings, table.settings.labels.unbroken
    asked = ("one event", f"one {settings.split.by}") if table.asks_groups else ("one event",)
    gains = ("gain",) if table.asks_groups else ()
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        title = input_name(labels.representation(row.place.representation), row.place.resolution)
        cells = tuple(_cells(row, what) for what in table.measured)
        groups.setdefault(title, []).append(Row((labels.model(row.place.model),), cells))
    return [
        TableGrid(
            label=f"tab:{settings.name}",
            caption=f"{captions.question_text(settings)} "
            f"{captions.events_text(settings, table.test_events, table.test_groups)}",
            stub=(Stub("model", 24),),
            columns=tuple(
                Columns(HEADS[what], (*asked, *(gains if what == ACCURACY else ()))) for what in table.measured
            ),
            groups=tuple(Group(tuple(rows), title) for title, rows in groups.items()),
            notes=joined(
                [
                    _together_text(settings) if table.asks_groups else "",
                    _pair_text(settings),
                    captions.interval_text(settings),
                    captions.seeds_text([row.place for row in table.rows]),
                ]
            ),
        )
    ]


def _cells(row: PlaceTogether, what: str) -> tuple[TableCell, ...]:
    """One number of an event, of its group where that has an answer, and of accuracies how much the group gains."""
    cells = [estimates.measured(numbers[what]) for numbers in (row.of_event, row.of_group) if numbers]
    if row.gain is not None and what == ACCURACY:
        low, high = number(row.gain.value - row.gain.low), number(row.gain.high - row.gain.value)
        cells.append(TableCell(number(row.gain.value), interval=(high, low)))
    return tuple(cells)


def _together_text(settings: Parameters) -> str:
    return (
        f"The answer for one {settings.split.by} is the class with the largest sum over its events of ln p - ln q, p "
        f"the probability that the event gives the class, at least {LEAST:g}, and q the share of the class among the "
        "training events; gain: how much more often it is right than the answer of one event."
    )


def _pair_text(settings: Parameters) -> str:
    if settings.performance.pair is None:
        return ""
    first, second = map(settings.labels.unbroken.kind, settings.performance.pair)
    return (
        f"FOM: difference of the means of the log-odds of {second} to {first} in events of either, over the root of "
        "the sum of their variances; AUC: area under the ROC curve of these log-odds."
    )
