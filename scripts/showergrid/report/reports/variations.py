"""How far the test accuracy moves with a detector other than the one that the networks were trained for.

Each variation is compared with the study's own readout on the same test showers and seeds, network by network: a paired
difference with an interval (comparisons.py). Showers that leave no hit in one of the variations are left out of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import Field

from showergrid.core.cells import input_name
from showergrid.core.errors import InputError
from showergrid.evaluation.comparisons import Difference, Estimate, estimate, paired, samples
from showergrid.evaluation.metrics import accuracy
from showergrid.evaluation.predictions import answered
from showergrid.events.questions import Question
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number, signed
from showergrid.report.settings.labels import HumanLabels
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables import captions, estimates
from showergrid.report.tables.captions import joined
from showergrid.sources.lartpc.variation_settings import NOMINAL

ABREAST = 4  # variations that fit side by side on a page
COLUMNS = ("accuracy", "accuracy_low", "accuracy_high", "shift", "shift_low", "shift_high", "p_value")


class Parameters(Reported):
    """Settings of the table of variations."""

    variations: dict[str, dict[str, Any]] = Field(
        min_length=1, description="name of each variation -> keys of readout that differ"
    )


@dataclass(frozen=True)
class Shifted:
    """One place: its accuracy in every variation and in the study's own readout, and how far each lies from the latter.

    events: number of test showers compared; lost: number of those left out, without a hit in one of the variations.
    """

    place: PlaceSettings
    estimates: Mapping[str, Estimate]
    shifts: Mapping[str, Difference]
    events: int
    lost: int

    @property
    def largest(self) -> str:
        """The variation that moves the accuracy most, the first of equal ones."""
        return max(self.shifts, key=lambda name: abs(self.shifts[name].value))


@dataclass(frozen=True)
class VariationResults:
    """The places with numbers, in the order of the study's table."""

    settings: Parameters
    rows: tuple[Shifted, ...]


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The scores of the cells in all variations, below the study's folder."""
    return {"scores": [file for place in _run(settings) for file in _score_files(place)]}


def build(settings: Parameters, results: Path) -> VariationResults:
    """Read the scores below the study's folder `results` and compare them.

    Raises:
        InputError: a file is missing or damaged, or holds other variations.
    """
    return VariationResults(settings, tuple(_shifted(place, settings, results) for place in _run(settings)))


def _run(settings: Parameters) -> list[PlaceSettings]:
    return [place for place in settings.places if place.status == "run"]


def _score_files(place: PlaceSettings) -> list[str]:
    return [f"variations/{place.name}/seed{seed}.parquet" for seed in place.seeds]


def _shifted(place: PlaceSettings, settings: Parameters, results: Path) -> Shifted:
    names = [NOMINAL, *settings.variations]
    seeds = [_read(results / file, names, settings.question) for file in _score_files(place)]
    labels, event = seeds[0][0], seeds[0][1]
    whole = np.all([np.isfinite(answers).all(axis=(0, 2)) for _, _, answers in seeds], axis=0)  # (n,)
    cells = {name: np.stack([answers[i, whole] for _, _, answers in seeds]) for i, name in enumerate(names)}
    accuracies = samples(cells, labels[whole], accuracy, settings.bootstrap)
    return Shifted(
        place=place,
        estimates={name: estimate(accuracies[name], settings.bootstrap, f"{place.name}/{name}") for name in names},
        shifts={
            name: paired(accuracies[name], accuracies[NOMINAL], settings.bootstrap, f"{place.name}/{name}")
            for name in settings.variations
        },
        events=int(whole.sum()),
        lost=int(event.size - whole.sum()),
    )


def _read(path: Path, names: Sequence[str], question: Question) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels (n,) int64 and numbers (n,) of all test events, and answers (variations, n, classes), NaN for none."""
    if not path.is_file():
        raise InputError(f"{path}: is missing; make it with snakemake")
    table = pq.read_table(path)
    if (stored := set(table["variation"].unique().to_pylist())) != set(names):
        raise InputError(f"{path}: holds the variations {', '.join(sorted(stored))}; delete it to have it made again")
    everything = answered(table, question, path)
    event, first = np.unique(everything.event, return_index=True)
    answers = np.full((len(names), event.size, len(question.classes)), np.nan)
    for row, name in zip(answers, names, strict=True):
        rows = pc.equal(table["variation"], name).to_numpy()
        row[np.searchsorted(event, everything.event[rows])] = everything.probability[rows]
    return everything.labels[first], event, answers


def csv(table: VariationResults) -> str:
    """One row per place and variation, the study's own readout first."""
    header = ["representation", "resolution", "model", "seeds", "variation", *COLUMNS, "events", "lost"]
    return written(header, (line for row in table.rows for line in _lines(row)))


def _lines(row: Shifted) -> list[dict[str, object]]:
    place = {
        "representation": row.place.representation,
        "resolution": row.place.resolution,
        "model": row.place.model,
        "seeds": " ".join(map(str, row.place.seeds)),
        "events": row.events,
        "lost": row.lost,
    }
    lines = []
    for name, measured in row.estimates.items():
        line = {**place, "variation": name, "accuracy": measured.value}
        line |= {"accuracy_low": measured.low, "accuracy_high": measured.high}
        if name in row.shifts:
            shift = row.shifts[name]
            line |= {"shift": shift.value, "shift_low": shift.low, "shift_high": shift.high, "p_value": shift.p}
        lines.append(line)
    return lines


def layout(table: VariationResults) -> list[TableGrid]:
    """One table with a row per place: its accuracy, the largest shift and the variation of that, then every shift."""
    names = tuple(table.settings.variations)
    abreast = [names[i : i + ABREAST] for i in range(0, len(names), ABREAST)]
    return [
        TableGrid(
            label=f"tab:{table.settings.name}",
            caption=_caption(table),
            stub=(Stub("representation", 14), Stub("network", 14)),
            columns=(
                Columns("test accuracy", ("nominal", "largest shift", "by")),
                *(Columns("shift of the accuracy", names) for names in abreast),
            ),
            groups=tuple(Group((_row(row, abreast, table.settings.labels.unbroken),)) for row in table.rows),
            notes=_notes(table),
        )
    ]


def _row(row: Shifted, abreast: Sequence[Sequence[str]], labels: HumanLabels) -> Row:
    largest = row.shifts[row.largest]
    summary = (estimates.measured(row.estimates[NOMINAL]), _shift(largest), TableCell(row.largest.replace("_", " ")))
    place = row.place
    return Row(
        (input_name(labels.representation(place.representation), place.resolution), labels.model(place.model)),
        (summary, *(tuple(_shift(row.shifts[name]) for name in names) for names in abreast)),
    )


def _shift(shift: Difference) -> TableCell:
    interval = number(shift.high - shift.value), number(shift.value - shift.low)
    return TableCell(signed(shift.value), interval=interval)


def _caption(table: VariationResults) -> str:
    """What the table shows."""
    settings = table.settings
    events = sorted({row.events for row in table.rows})
    return (
        f"{captions.question_text(settings)} with another detector than the one trained for, on {_range(events)} test "
        "showers: with the readout of the study (nominal), and how far it moves with another one, with "
        f"{100 * settings.bootstrap.level:g} % intervals."
    )


def _notes(table: VariationResults) -> str:
    """All else that is needed to read it."""
    lost = sorted({row.lost for row in table.rows})
    changes = "; ".join(f"{name}: {_changes(values)}" for name, values in table.settings.variations.items())
    return joined(
        [
            "The same showers are read out otherwise, network and ranges unchanged; differences are paired, seeds",
            f"averaged. Left out: {_range(lost)} showers without a hit in one of the variations.",
            f"Variations: {changes}.",
        ]
    )


def _range(values: Sequence[int]) -> str:
    return str(values[0]) if len(values) == 1 else f"{values[0]} to {values[-1]}"


def _changes(values: Mapping[str, Any]) -> str:
    """Keys and values that differ, those of an inner map in brackets behind its key."""
    return ", ".join(
        f"{key} ({_changes(value)})" if isinstance(value, Mapping) else f"{key} {'none' if value is None else value}"
        for key, value in values.items()
    )
