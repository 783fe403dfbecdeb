"""How often each question is answered rightly, beside a network that always answers its commonest class."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from showergrid.evaluation.comparisons import Difference, Estimate, estimate, paired, samples
from showergrid.evaluation.predictions import read_predictions
from showergrid.events.questions import AnyQuestion, Question, of_classes, of_events
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid, together
from showergrid.report.formats.numbers import number
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables import captions, estimates
from showergrid.report.tables.answered_test import read_answered_test
from showergrid.report.tables.captions import joined
from showergrid.report.tables.results import cell_files


class Parameters(Reported):
    """Settings of the table of all questions."""

    questions: list[AnyQuestion] = Field(description="of which those of classes are shown, but for those of prongs")


@dataclass(frozen=True)
class BesideCommonest:
    """One place and question: the accuracy, that of always answering class `kind`, and how far the first lies above."""

    place: PlaceSettings
    question: Question
    kind: int
    accuracy: Estimate
    commonest: Estimate
    gain: Difference


@dataclass(frozen=True)
class CommonestResults:
    """The places with numbers, in the order of the study's table, each with all questions of classes of events."""

    settings: Parameters
    rows: tuple[BesideCommonest, ...]
    test_events: int
    test_groups: int | None


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder."""
    return cell_files(settings.places, settings.question)


def build(settings: Parameters, results: Path) -> CommonestResults:
    """Read the cells below the study's folder `results`; the commonest class is that of the training events.

    Events are drawn within the classes of the report's own question, as the split was: so the shares of the classes of
    all others vary, and the accuracy of the commonest class has an interval.

    Raises:
        InputError: a file of a cell is missing or bad, no place has cells, or test events differ.
    """
    test = read_answered_test(settings, results)
    strata, group = test.truth
    rows = []
    for question in of_classes(of_events(settings.questions)):
        answered = {
            name: [read_predictions(run.folder / "predictions.parquet", question, "test") for run in runs]
            for name, runs in test.runs.items()
        }
        first = test.runs[test.places[0].name][0].folder / "predictions.parquet"
        kind = int(np.bincount(read_predictions(first, question, "train").labels).argmax())
        right = {
            name: np.stack([np.stack([of.right, of.labels == kind], axis=1) for of in of_seeds])
            for name, of_seeds in answered.items()
        }
        accuracy, commonest = (samples(right, strata, _share(k), settings.bootstrap, group) for k in (0, 1))
        for place in test.places:
            name, stream = place.name, f"{place.name}/{question.name}"
            rows.append(
                BesideCommonest(
                    place,
                    question,
                    kind,
                    estimate(accuracy[name], settings.bootstrap, f"{stream}/accuracy"),
                    estimate(commonest[name], settings.bootstrap, f"{stream}/commonest"),
                    paired(accuracy[name], commonest[name], settings.bootstrap, f"{stream}/gain"),
                )
            )
    order = {place.name: i for i, place in enumerate(test.places)}
    rows.sort(key=lambda row: order[row.place.name])
    return CommonestResults(settings, tuple(rows), test.events, test.groups)


def _share(k: int):
    """The share of events for which answer `k` of `right` (n, 2) bool is the true one, as a Statistic."""
    return lambda labels, right, weights: weights @ right[:, k].astype(np.float64) / weights.sum(axis=1)


def csv(table: CommonestResults) -> str:
    """One row per place, question and quantity."""
    header = ["representation", "resolution", "model", "seeds", "question", "commonest", "quantity"]
    lines = []
    for row in table.rows:
        seeds = " ".join(map(str, row.place.seeds))
        told = (*row.place.key, seeds, row.question.name, row.question.names[row.kind])
        for quantity in ("accuracy", "commonest", "gain"):
            own = {"quantity": {"commonest": "accuracy_of_commonest"}.get(quantity, quantity)}
            lines.append(dict(zip(header, told, strict=False)) | own | vars(getattr(row, quantity)))
    return written([*header, "value", "low", "high", "std", "p"], lines)


def layout(table: CommonestResults) -> list[TableGrid]:
    """One table with a row per question, the places one below the other."""
    settings, labels = table.settings, table.settings.labels.unbroken
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        kind = row.question.classes[row.kind]
        gain = row.gain
        cells = (
            estimates.measured(row.accuracy),
            TableCell(together(kind.label or kind.name)),
            estimates.measured(row.commonest),
            TableCell(number(gain.value), interval=(number(gain.high - gain.value), number(gain.value - gain.low))),
        )
        stub = (row.question.label or row.question.name,)
        groups.setdefault(labels.sentence(*row.place.key), []).append(Row(stub, (cells,)))
    return [
        TableGrid(
            label=f"tab:{settings.name}",
            caption="Accuracy of each answer, beside that of always answering the class that is commonest among the "
            f"training events, {captions.events_text(settings, table.test_events, table.test_groups)}",
            stub=(Stub("question", 20),),
            columns=(Columns("", ("accuracy", "commonest", "always this", "gain")),),
            groups=tuple(Group(tuple(rows), title) for title, rows in groups.items()),
            notes=joined(
                ["Gain: accuracy less that of the commonest, event by event.", captions.interval_text(settings)]
            ),
        )
    ]
