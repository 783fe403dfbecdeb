"""Accuracy, loss, F1 and area under the ROC curve of each place, and which class the events of each class are called.

Published numbers of the same kind stand below ours, labelled as such: they are of other events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from showergrid.evaluation.comparisons import Estimate
from showergrid.evaluation.metrics import accuracy, cross_entropy, macro_f1, mean_roc_auc, statistics
from showergrid.evaluation.predictions import Answered
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number
from showergrid.report.settings.published import PublishedMeasures, PublishedTest
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables import captions, estimates
from showergrid.report.tables.answered_test import read_answered_test
from showergrid.report.tables.captions import joined
from showergrid.report.tables.results import cell_files

MEASURES = {"accuracy": "accuracy", "loss": "loss", "f1_macro": "macro F1", "roc_auc": "AUC"}  # what tables call them
OF_CLASS = ("efficiency", "purity", "f1", "roc_auc")
HIGHEST = {"loss": np.inf}  # of all others it is 1
PUBLISHED = "published"
PRONGS = True  # it shows questions of prongs too


class Parameters(Reported):
    """Settings of the tables of measures."""

    published_measures: PublishedMeasures | None = Field(description="numbers to set below ours")


@dataclass(frozen=True)
class PlaceMeasures:
    """One place: its measures, by MEASURES, and of each class, as means over its seeds.

    called (K, K): share of the events of each class that are called each class; of_class: OF_CLASS -> (K,).
    """

    place: PlaceSettings
    estimates: Mapping[str, Estimate]
    called: np.ndarray
    of_class: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class MeasureResults:
    """The places with numbers, in the order of the study's table."""

    settings: Parameters
    rows: tuple[PlaceMeasures, ...]
    test_events: int
    test_groups: int | None

    @property
    def representations(self) -> list[str]:
        """Those of the places, each once."""
        return list(dict.fromkeys(row.place.representation for row in self.rows))

    @property
    def published(self) -> list[tuple[str, str, PublishedTest]]:
        """What was published of these representations: representation, network and numbers."""
        theirs = self.settings.published_measures
        return [
            (representation, model, numbers[representation])
            for representation in self.representations
            for model, numbers in (theirs.test.items() if theirs else ())
            if representation in numbers
        ]


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder."""
    return cell_files(settings.places, settings.question)


def build(settings: Parameters, results: Path) -> MeasureResults:
    """Read the cells below the study's folder `results` and measure their answers to the test events.

    Raises:
        InputError: a file of a cell is missing or bad, no place has cells, or test events differ.
    """
    test = read_answered_test(settings, results)
    functions = {
        "accuracy": accuracy,
        "loss": cross_entropy,
        "f1_macro": macro_f1,
        "roc_auc": mean_roc_auc(settings.question),
    }
    measured = {
        measure: test.estimates(function, settings.bootstrap, measure, HIGHEST.get(measure, 1.0))
        for measure, function in functions.items()
    }
    rows = [
        PlaceMeasures(
            place=place,
            estimates={measure: of_places[place.name] for measure, of_places in measured.items()},
            **_of_classes([run.test for run in test.runs[place.name]], settings),
        )
        for place in test.places
    ]
    return MeasureResults(settings, tuple(rows), test.events, test.groups)


def _of_classes(seeds: list[Answered], settings: Parameters) -> dict[str, np.ndarray | dict[str, np.ndarray]]:
    """`called` and `of_class` of a place."""
    whole = np.ones((1, seeds[0].labels.size))
    question, names = settings.question.model_copy(update={"positive": None}), settings.question.names
    found = [statistics(test.labels, test.probability, question, whole) for test in seeds]
    mean = {name: float(np.mean([of_seed[name] for of_seed in found])) for name in found[0]}
    counts = np.array([[mean[f"confusion/{true}/{answer}"] for answer in names] for true in names])
    of_class = {what: np.array([mean[f"classes/{name}/{what}"] for name in names]) for what in OF_CLASS}
    return {"called": counts / counts.sum(axis=1, keepdims=True), "of_class": of_class}


def layout(table: MeasureResults) -> list[TableGrid]:
    """The table of measures, and that of the answers to the events of each class."""
    return [_measures(table), _answers(table)]


def csv(table: MeasureResults) -> str:
    """One row per place, then one for each of its classes (`class`); `source` says whose numbers they are."""
    names = table.settings.question.names
    ends = ("", "_low", "_high", "_std")
    called = [f"called_{name}" for name in names]
    header = ["representation", "resolution", "model", "seeds", "source", "class"]
    header += [f"{measure}{end}" for measure in MEASURES for end in ends] + ["efficiency", "purity", "f1"] + called
    rows: list[dict[str, object]] = []
    for row in table.rows:
        place = row.place
        told = {"representation": place.representation, "resolution": place.resolution, "model": place.model}
        told |= {"seeds": " ".join(map(str, place.seeds)), "source": "ours"}
        of_place = {}
        for measure, measured in row.estimates.items():
            numbers = (measured.value, measured.low, measured.high, measured.std)
            of_place |= {f"{measure}{end}": value for end, value in zip(ends, numbers, strict=True)}
        rows.append(told | of_place)
        for k, name in enumerate(names):
            of_class = {what: float(values[k]) for what, values in row.of_class.items()}
            rows.append(told | {"class": name} | of_class | dict(zip(called, row.called[k].tolist(), strict=True)))
    for representation, model, numbers in table.published:
        told = {"representation": representation, "model": model, "source": PUBLISHED}
        rows.append(told | {measure: getattr(numbers, measure) for measure in ("accuracy", "loss")})
        for name, answers in numbers.called.items():
            rows.append(told | {"class": name} | {f"called_{answer}": share for answer, share in answers.items()})
    return written(header, rows)


def _measures(table: MeasureResults) -> TableGrid:
    settings, labels = table.settings, table.settings.labels.unbroken
    events = captions.events_text(settings, table.test_events, table.test_groups)
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        cells = tuple(estimates.measured(row.estimates[measure]) for measure in MEASURES)
        shown = groups.setdefault(row.place.representation, [])
        shown.append(Row((labels.model(row.place.model), _resolution(row.place), "ours"), (cells,)))
    for representation, model, numbers in table.published:
        given = (numbers.accuracy, numbers.loss, None, None)
        cells = tuple(TableCell() if value is None else TableCell(number(value)) for value in given)
        groups[representation].append(Row((labels.model(model), "", PUBLISHED), (cells,)))
    results = [row.place for row in table.rows]
    return TableGrid(
        label=f"tab:{settings.name}",
        caption=f"{captions.question_text(settings)}, loss, F1 and area under the ROC curve (AUC) {events}",
        stub=(Stub("model", 24), Stub("c"), Stub("source")),
        columns=(Columns("", tuple(MEASURES.values())),),
        groups=tuple(Group(tuple(rows), labels.representation(name)) for name, rows in groups.items()),
        notes=joined(
            [
                "Loss: cross-entropy. F1 and AUC: means over the classes, each against the rest"
                + (", AUC of the positive one." if settings.question.positive else "."),
                captions.interval_text(settings),
                captions.seeds_text(results),
                _published_text(table),
            ]
        ),
    )


def _answers(table: MeasureResults) -> TableGrid:
    settings, labels = table.settings, table.settings.labels.unbroken
    names, kinds = settings.question.names, labels.kinds(settings.question)
    groups = [
        Group(
            tuple(
                Row((kinds[k],), (_shares(row.called[k]), _numbers(row.of_class["f1"][k], row.of_class["roc_auc"][k])))
                for k in range(len(names))
            ),
            labels.sentence(*row.place.key),
        )
        for row in table.rows
    ]
    for representation, model, numbers in table.published:
        rows = tuple(
            Row((labels.kind(name),), (_shares([answers[other] for other in names]), (TableCell(), TableCell())))
            for name, answers in numbers.called.items()
        )
        if rows:
            groups.append(Group(rows, f"{labels.sentence(representation, None, model)}, {PUBLISHED}"))
    return TableGrid(
        label=f"tab:{settings.name}-answers",
        caption=f"Share of the {table.test_events} test {settings.question.of}s of each class that are called each "
        "class, F1 and AUC of the class against the rest.",
        stub=(Stub("class", 20),),
        columns=(Columns("called", tuple(kinds)), Columns("", ("F1", "AUC"))),
        groups=tuple(groups),
        notes=joined(["Means over seeds. Intervals: metrics.json of each cell.", _published_text(table)]),
    )


def _resolution(place: PlaceSettings) -> str:
    return "" if place.resolution is None else str(place.resolution)


def _shares(shares: np.ndarray | list[float]) -> tuple[TableCell, ...]:
    return tuple(TableCell(number(share)) for share in shares)


def _numbers(*values: float) -> tuple[TableCell, ...]:
    return tuple(TableCell(number(value)) for value in values)


def _published_text(table: MeasureResults) -> str:
    theirs = table.settings.published_measures
    return f"Published: {theirs.note.rstrip('.')}." if theirs and table.published else ""
