"""How many events of a class are kept where few of the rest are taken for it, and the area under the ROC curve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.core.cells import input_name
from showergrid.evaluation.comparisons import Estimate
from showergrid.evaluation.metrics import roc_auc
from showergrid.evaluation.rates import efficiency_at
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableGrid
from showergrid.report.settings.performance import Performance
from showergrid.report.settings.tables import PlaceSettings, Reported
from showergrid.report.tables import captions, estimates
from showergrid.report.tables.answered_test import read_answered_test
from showergrid.report.tables.captions import joined
from showergrid.report.tables.results import cell_files

AREA = "roc_auc"
PRONGS = True  # it shows questions of prongs too


class Parameters(Reported):
    """Settings of the table of efficiencies."""

    performance: Performance


@dataclass(frozen=True)
class Kept:
    """One place and class: the area under its ROC curve, and its efficiencies by the share of the rest, as text."""

    place: PlaceSettings
    kind: str
    estimates: Mapping[str, Estimate]


@dataclass(frozen=True)
class EfficiencyResults:
    """The places with numbers, in the order of the study's table, each with the classes looked at."""

    settings: Parameters
    rows: tuple[Kept, ...]
    test_events: int
    test_groups: int | None


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder."""
    return cell_files(settings.places, settings.question)


def build(settings: Parameters, results: Path) -> EfficiencyResults:
    """Read the cells below the study's folder `results` and measure them on the same test events.

    Raises:
        InputError: a file of a cell is missing or bad, no place has cells, or test events differ.
    """
    test = read_answered_test(settings, results)
    rows = []
    for k in settings.question.against_rest:
        kind = settings.question.names[k]
        measured = {
            what: test.estimates(statistic, settings.bootstrap, f"{kind}/{what}")
            for what, statistic in _statistics(settings, k).items()
        }
        for place in test.places:
            rows.append(Kept(place, kind, {what: of_places[place.name] for what, of_places in measured.items()}))
    return EfficiencyResults(settings, tuple(rows), test.events, test.groups)


def _statistics(settings: Parameters, k: int) -> dict[str, Callable[..., np.ndarray]]:
    """Each number of class `k` against the rest, as a function of labels, probability and weights."""

    def area(labels: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> np.ndarray:
        return roc_auc(labels == k, probability[:, k], weights)

    def kept(share: float) -> Callable[..., np.ndarray]:
        return lambda labels, probability, weights: efficiency_at(
            labels == k, probability[:, k], np.array([share]), weights
        )[:, 0]

    return {AREA: area, **{f"{share:g}": kept(share) for share in settings.performance.mistaken}}


def csv(table: EfficiencyResults) -> str:
    """One row per place, class and share of the rest; without a share, the area under the ROC curve."""
    header = ["representation", "resolution", "model", "seeds", "class", "quantity", "mistaken"]
    lines = []
    for row in table.rows:
        place = dict(zip(header, (*row.place.key, " ".join(map(str, row.place.seeds)), row.kind), strict=False))
        for what, number in row.estimates.items():
            said = {"quantity": AREA} if what == AREA else {"quantity": "efficiency", "mistaken": what}
            lines.append(
                place | said | {"value": number.value, "low": number.low, "high": number.high, "std": number.std}
            )
    return written([*header, "value", "low", "high", "std"], lines)


def layout(table: EfficiencyResults) -> list[TableGrid]:
    """One table with a row per place, or per place and class."""
    settings, labels = table.settings, table.settings.labels.unbroken
    question = settings.question
    several = len(question.against_rest) > 1
    first = question.against_rest[0]
    kept, rest = "the class", "the rest"
    if not several:
        kept, rest = labels.several(question.names[first]), f"the {labels.rest(question, first)[1]}"
    shares = [f"{100 * share:g} %" for share in settings.performance.mistaken]
    groups = []
    for name in dict.fromkeys(row.place.name for row in table.rows):
        groups.append(
            Group(
                tuple(
                    Row(
                        (
                            input_name(labels.representation(row.place.representation), row.place.resolution),
                            labels.model(row.place.model),
                            *([labels.kind(row.kind)] if several else []),
                        ),
                        (
                            (estimates.measured(row.estimates[AREA]),),
                            tuple(
                                estimates.measured(row.estimates[f"{share:g}"])
                                for share in settings.performance.mistaken
                            ),
                        ),
                    )
                    for row in table.rows
                    if row.place.name == name
                )
            )
        )
    return [
        TableGrid(
            label=f"tab:{settings.name}",
            caption=(
                f"Area under the ROC curve, and efficiency for {kept} where so many of {rest} are taken for "
                f"{'it' if several else 'them'}, {captions.events_text(settings, table.test_events, table.test_groups)}"
            ),
            stub=(Stub("representation", 14), Stub("model", 30), *([Stub("class")] if several else [])),
            columns=(Columns("", ("ROC AUC",)), Columns("efficiency at", tuple(shares))),
            groups=tuple(groups),
            notes=joined(
                [captions.interval_text(settings), "Below a number stands its standard deviation over the seeds."]
            ),
        )
    ]
