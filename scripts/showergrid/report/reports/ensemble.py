"""An ensemble: the combined scores of its cells, compared with its members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import Field

from showergrid.core.errors import InputError
from showergrid.evaluation.comparisons import Difference, Estimate, estimate, holm, paired, samples
from showergrid.evaluation.metrics import accuracy, mean_roc_auc
from showergrid.evaluation.predictions import columns_of, read_predictions
from showergrid.events.questions import Question
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number, signed
from showergrid.report.settings.ensembles import Combiner
from showergrid.report.settings.tables import Reported
from showergrid.report.tables import captions, estimates
from showergrid.report.tables.captions import joined
from showergrid.report.tables.results import Result, cell_files, folders, measure


class Parameters(Reported):
    """Settings of the table of an ensemble, whose members are its places."""

    combine: list[Combiner] = Field(min_length=1, description="rows of the table")
    published_ensembles: str | None = Field(description="a sentence with the numbers of others")


@dataclass(frozen=True)
class Combined:
    """One way to combine: test accuracy and area under the ROC curve, and the difference to the best member."""

    how: str
    accuracy: Estimate
    roc_auc: Estimate
    difference: Difference


@dataclass(frozen=True)
class EnsembleResults:
    """Members (name -> result) and their combinations; best: name of the member they are compared with."""

    settings: Parameters
    members: Mapping[str, Result]
    best: str
    combined: tuple[Combined, ...]
    cells: int
    validation_events: int
    test_events: int
    test_groups: int | None


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The files of the cells, and their combined scores, below the study's folder."""
    return {**cell_files(settings.places, settings.question), "combined": [_combined_file(settings)]}


def build(settings: Parameters, results: Path) -> EnsembleResults:
    """Measure the combined scores of an ensemble's cells on the test events, and compare them with its members.

    The best member is the one with the best validation accuracy, so that the test events do not choose it.

    Raises:
        InputError: a file is missing or bad.
    """
    measured = measure(settings.places, settings, results)
    cells = folders(settings.places, results)
    test = read_predictions(cells[0] / "predictions.parquet", settings.question, "test")
    combined = _read(results / _combined_file(settings))
    tested = np.searchsorted(combined["event"].to_numpy(), test.event)
    answers = {how: _answers(combined, settings.question, how)[None, tested] for how in settings.combine}
    right = samples(answers, test.labels, accuracy, settings.bootstrap, test.group)
    areas = samples(answers, test.labels, mean_roc_auc(settings.question), settings.bootstrap, test.group)
    best = max(measured.right, key=lambda name: measured.results[name].estimates["best_validation_accuracy"].value)
    rows = [
        Combined(
            how,
            estimate(right[how], settings.bootstrap, f"{settings.name}/{how}/accuracy"),
            estimate(areas[how], settings.bootstrap, f"{settings.name}/{how}/roc_auc"),
            paired(right[how], measured.right[best], settings.bootstrap, f"{settings.name}/{how}"),
        )
        for how in settings.combine
    ]
    corrected = holm([row.difference.p for row in rows])
    return EnsembleResults(
        settings=settings,
        members=measured.results,
        best=best,
        combined=tuple(
            replace(row, difference=replace(row.difference, p=p)) for row, p in zip(rows, corrected, strict=True)
        ),
        cells=len(cells),
        validation_events=pc.sum(pc.equal(combined["split"], "validation")).as_py(),
        test_events=measured.test_events,
        test_groups=measured.test_groups,
    )


def _combined_file(settings: Parameters) -> str:
    return f"ensembles/{settings.name}.predictions.parquet"


def _read(path: Path) -> pa.Table:
    if not path.is_file():
        raise InputError(f"{path}: is missing; make it with snakemake")
    return pq.ParquetFile(path).read()


def _answers(combined: pa.Table, question: Question, how: str) -> np.ndarray:
    """The answers (n, classes) that one way to combine has given."""
    return np.stack([combined[f"{name}.{how}"].to_numpy() for name in columns_of(question)], axis=1)


def layout(ensemble: EnsembleResults) -> list[TableGrid]:
    """The table, with a row for every way to combine, then one for every member."""
    rows = [Row((_words(combination.how),), (_combined_cells(combination),)) for combination in ensemble.combined]
    labels = ensemble.settings.labels.unbroken
    members = [
        Row((labels.place(result.representation, result.resolution, result.model),), (_member_cells(ensemble, name),))
        for name, result in ensemble.members.items()
    ]
    heads = ("val.", "test", "interval", "AUC", "interval", "difference", "interval", "p")
    return [
        TableGrid(
            label=f"tab:ensemble-{ensemble.settings.name}",
            caption=_caption(ensemble),
            stub=(Stub("scores of", 20),),
            columns=(Columns("", heads),),
            groups=(Group(tuple(rows), "all cells, combined"), Group(tuple(members), "members")),
            notes=_notes(ensemble),
            gap=2,
        )
    ]


def csv(ensemble: EnsembleResults) -> str:
    """One row per way to combine, then one per member; values that a row lacks are empty."""
    rows = [
        {"kind": "combined", "name": combination.how, "cells": ensemble.cells}
        | _numbers("test_accuracy", combination.accuracy)
        | _numbers("test_roc_auc", combination.roc_auc)
        | {
            "best_member": ensemble.best,
            "difference": combination.difference.value,
            "difference_low": combination.difference.low,
        }
        | {"difference_high": combination.difference.high, "difference_p_value": combination.difference.p}
        for combination in ensemble.combined
    ]
    rows += [
        {"kind": "member", "name": name, "cells": len(result.seeds), "seeds": " ".join(map(str, result.seeds))}
        | {"validation_accuracy": result.estimates["best_validation_accuracy"].value}
        | _numbers("test_accuracy", result.estimates["test_accuracy"])
        | _numbers("test_roc_auc", result.estimates["test_roc_auc"])
        | {"flags": "; ".join(captions.flags(result, []))}
        for name, result in ensemble.members.items()
    ]
    said = {
        "validation_events": ensemble.validation_events,
        "test_events": ensemble.test_events,
        "order": ensemble.settings.order_of(place.settings for place in ensemble.settings.places),
        "origin": ensemble.settings.origin,
    }
    measured = [f"{what}{end}" for what in ("test_accuracy", "test_roc_auc") for end in ("", "_low", "_high", "_std")]
    compared = ["best_member", *(f"difference{end}" for end in ("", "_low", "_high", "_p_value"))]
    header = ["kind", "name", "cells", "seeds", "validation_accuracy", *measured, *compared, "flags", *said]
    return written(header, [row | said for row in rows])


def _numbers(name: str, mean: Estimate) -> dict[str, object]:
    numbers: dict[str, object] = {name: mean.value, f"{name}_low": mean.low, f"{name}_high": mean.high}
    return numbers | ({} if mean.std is None else {f"{name}_std": mean.std})


def _words(how: str) -> str:
    return how.replace("_", " ")


def _combined_cells(combination: Combined) -> tuple[TableCell, ...]:
    difference = combination.difference
    return (
        TableCell(),
        *_measured(combination.accuracy),
        *_measured(combination.roc_auc),
        TableCell(signed(difference.value)),
        TableCell(f"{signed(difference.low)} to {signed(difference.high)}"),
        TableCell(number(difference.p)),
    )


def _member_cells(ensemble: EnsembleResults, name: str) -> tuple[TableCell, ...]:
    result = ensemble.members[name]
    return (
        TableCell(
            number(result.estimates["best_validation_accuracy"].value),
            name == ensemble.best,
            marks=captions.marks(result),
        ),
        *_measured(result.estimates["test_accuracy"]),
        *_measured(result.estimates["test_roc_auc"]),
        *(TableCell(),) * 3,
    )


def _measured(mean: Estimate) -> tuple[TableCell, TableCell]:
    return TableCell(number(mean.value)), TableCell(estimates.interval_text(mean))


def _caption(ensemble: EnsembleResults) -> str:
    """What the table shows."""
    settings = ensemble.settings
    return (
        f"Ensemble {settings.name} of {ensemble.cells} cells. {captions.question_text(settings)} "
        f"{captions.events_text(settings, ensemble.test_events, ensemble.test_groups)}"
    )


def _notes(ensemble: EnsembleResults) -> str:
    """All else that is needed to read it."""
    settings = ensemble.settings
    return joined(
        [
            captions.interval_text(settings),
            "Mean: of the scores. Logistic regression and random forest are fitted to the log-odds of all cells on the",
            f"{ensemble.validation_events} validation events alone. Members with several seeds: means over them.",
            "Bold: the best member, that of the best validation accuracy (val., at the epoch whose weights were kept).",
            "Difference: of the test accuracy to that of the best member, paired over test events and, where it has",
            "several, over its seeds; p: of no difference, two-sided, Holm-corrected. What other seeds would make of",
            "the ensemble is not measured.",
            captions.epochs_text(settings),
            captions.collapsed_text(ensemble.members.values()),
            captions.origin_text(settings),
            settings.published_ensembles or "",
        ]
    )
