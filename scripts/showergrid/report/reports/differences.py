"""How far the accuracies of all places lie apart, pair by pair on the same events or prongs, whatever they see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.evaluation.comparisons import holm
from showergrid.evaluation.pairwise import Differences, differences
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.settings.tables import Reported as Parameters
from showergrid.report.tables import captions
from showergrid.report.tables.answered_test import read_answered_test
from showergrid.report.tables.captions import joined
from showergrid.report.tables.results import cell_files

__all__ = ["PRONGS", "Parameters", "build", "csv", "layout", "reads"]

PRONGS = True  # it shows questions of prongs too


@dataclass(frozen=True)
class PairedPlaces:
    """All pairs of places, the better one of each first; p: corrected by Holm for all pairs of the table."""

    settings: Reported
    places: tuple[PlaceSettings, ...]
    of: Differences
    p: tuple[float, ...]
    test_events: int
    test_groups: int | None


def reads(settings: Reported) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder."""
    return cell_files(settings.places, settings.question)


def build(settings: Reported, results: Path) -> PairedPlaces:
    """Read the cells below the study's folder `results` and compare them on the same test events.

    Raises:
        InputError: a file of a cell is missing or bad, no place has cells, or test events differ.
    """
    test = read_answered_test(settings, results)
    _, group = test.truth
    right = {place.name: np.stack([run.test.right for run in test.runs[place.name]]) for place in test.places}
    places = sorted(test.places, key=lambda place: -right[place.name].mean())
    measured = differences(
        [right[place.name] for place in places], [place.seeds for place in places], settings.bootstrap.level, group
    )
    return PairedPlaces(settings, tuple(places), measured, tuple(holm(measured.p.tolist())), test.events, test.groups)


def csv(table: PairedPlaces) -> str:
    """One row per pair: the difference of accuracy with its interval, and both p-values."""
    key = ("representation", "resolution", "model")
    rows = []
    for i, (first, second) in enumerate(zip(table.of.first, table.of.second, strict=True)):
        pair = {
            f"{what}_{number}": value
            for number, place in ((1, first), (2, second))
            for what, value in zip(key, table.places[place].key, strict=True)
        }
        told = {name: getattr(table.of, name)[i] for name in ("value", "low", "high", "p", "seeds")}
        rows.append(pair | told | {"p_corrected": table.p[i]})
    header = [f"{what}_{number}" for number in (1, 2) for what in key]
    return written([*header, "value", "low", "high", "p", "p_corrected", "seeds"], rows)


def layout(table: PairedPlaces) -> list[TableGrid]:
    """One table with a row per pair."""
    settings, labels = table.settings, table.settings.labels.unbroken
    names = [labels.sentence(*place.key) for place in table.places]
    rows = []
    for i, (first, second) in enumerate(zip(table.of.first, table.of.second, strict=True)):
        value, low, high = (float(getattr(table.of, name)[i]) for name in ("value", "low", "high"))
        cell = TableCell(number(value), interval=(number(high - value), number(value - low)))
        stands = table.p[i] < settings.comparison.alpha
        rows.append(Row((names[first], names[second]), ((cell, TableCell(number(table.p[i]), bold=stands)),)))
    return [
        TableGrid(
            label=f"tab:{settings.name}",
            caption=f"{captions.question_text(settings)}: differences between all pairs "
            f"{captions.events_text(settings, table.test_events, table.test_groups)}",
            stub=(Stub("better", 30), Stub("than", 30)),
            columns=(Columns("", ("difference", "p")),),
            groups=(Group(tuple(rows)),),
            notes=joined(
                [
                    "Differences are paired, and intervals those of a single pair. p: corrected by Holm for all pairs; "
                    f"bold: below {settings.comparison.alpha:g}.",
                    captions.mixed_text(settings),
                    captions.seeds_text(table.places),
                ]
            ),
        )
    ]
