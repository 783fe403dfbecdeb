"""How many hits, and how much of their charge, each place calls what they are, and of each class how much of it.

Intervals draw events, each with all its hits; of a place with several seeds all numbers are means. Beside them stands
what a place that always answers the commonest class would reach. A further table tells how far each place lies from the
best, on the same resampled events. Places answer the same events, but not always the same
hits: a view holds those that lie above its window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.evaluation.cell_folder import answers_file
from showergrid.evaluation.comparisons import Difference, Estimate, Sample, difference, estimate, holm, samples
from showergrid.evaluation.hits import read_counts, statistics, together
from showergrid.events.questions import Question
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number
from showergrid.report.settings.tables import PlaceSettings
from showergrid.report.settings.tables import Reported as Parameters
from showergrid.report.tables import captions, estimates
from showergrid.report.tables.captions import joined
from showergrid.report.tables.results import folders

__all__ = ["HITS", "Parameters", "build", "csv", "layout", "reads"]

HITS = True  # it shows questions of hits, and no others
BY = {"": "by hits", "by_charge/": "by charge"}
OF_CLASS = ("efficiency", "purity")
NOTE = (
    "Intervals draw events, each with all its hits. Hits of no class and those outside the window are left out: "
    "metrics.json of each cell counts them."
)


@dataclass(frozen=True)
class PlaceHits:
    """One place: its estimates by the name of the metric, if it is defined, and the hits of a class that it answers.

    commonest: share of the commonest class in the hits and in their charge; from_best: accuracy less that of the best
    place, which has none, p corrected by Holm for all others; both by BY.
    """

    place: PlaceSettings
    estimates: Mapping[str, Estimate]
    hits: int
    commonest: Mapping[str, float]
    from_best: Mapping[str, Difference]


@dataclass(frozen=True)
class HitResults:
    """The places with numbers, in the order of the study, and the number of test events."""

    settings: Parameters
    rows: tuple[PlaceHits, ...]
    events: int


def reads(settings: Parameters) -> dict[str, list[str]]:
    """The files of the cells, below the study's folder."""
    name = answers_file(settings.question)
    return {name: [str(folder / name) for folder in folders(settings.places, Path())]}


def build(settings: Parameters, results: Path) -> HitResults:
    """Read the cells below the study's folder `results` and measure their answers to the hits of the test events.

    Raises:
        InputError: a file is missing or bad, or no place has cells.
    """
    question, file = settings.question, answers_file(settings.question)
    places = [place for place in settings.places if place.status == "run"]
    if not places:
        raise InputError(f"report {settings.name}: no place has cells, so there is nothing to measure")
    told = {
        place.name: [read_counts(folder / file, question) for folder in folders([place], results)] for place in places
    }
    spread = iter(together([seed for of_seeds in told.values() for seed in of_seeds]))
    told = {name: [next(spread) for _ in of_seeds] for name, of_seeds in told.items()}
    first = told[places[0].name][0]
    answers = {name: np.stack([seed.flat for seed in of_seeds]) for name, of_seeds in told.items()}
    measured: dict[str, dict[str, Estimate]] = {place.name: {} for place in places}
    from_best: dict[str, dict[str, Difference]] = {place.name: {} for place in places}
    for metric in statistics(first.flat, question, np.ones((1, first.event.size))):
        drawn = samples(
            answers, np.zeros(first.event.size, np.int64), _statistic(question, metric), settings.bootstrap, first.group
        )
        for name, sample in drawn.items():
            if not np.isnan(sample.values).any():
                measured[name][metric] = estimate(sample, settings.bootstrap, f"{name}/{metric}")
        if (by := metric.removesuffix("accuracy")) in BY:
            for name, behind in _from_best(drawn, settings, metric).items():
                from_best[name][by] = behind
    rows = [
        PlaceHits(
            place=place,
            estimates=measured[place.name],
            hits=int(told[place.name][0].hits.sum()),
            commonest={
                by: float(counted.sum(axis=(0, 2)).max() / counted.sum())
                for by, counted in zip(BY, (told[place.name][0].hits, told[place.name][0].charge), strict=True)
            },
            from_best=from_best[place.name],
        )
        for place in places
    ]
    return HitResults(settings, tuple(rows), first.event.size)


def _statistic(question: Question, metric: str) -> Callable[..., np.ndarray]:
    return lambda labels, flat, weights: statistics(flat, question, weights)[metric]


def _from_best(cells: Mapping[str, Sample], settings: Parameters, metric: str) -> dict[str, Difference]:
    """How far each place but the best lies from it, and how likely noise alone makes it so."""
    best = max(cells, key=lambda name: cells[name].mean)
    measured = {
        name: difference(sample, cells[best], settings.bootstrap, f"{best}/{name}/{metric}")
        for name, sample in cells.items()
        if name != best
    }
    corrected = holm([behind.p for behind in measured.values()])
    return {name: replace(behind, p=p) for (name, behind), p in zip(measured.items(), corrected, strict=True)}


def csv(table: HitResults) -> str:
    """One row per place and metric; `by` says whether hits count alike or by their charge."""
    header = ["representation", "resolution", "model", "seeds", "hits", "by", "class", "quantity"]
    lines = []
    for row in table.rows:
        told = dict(zip(header, (*row.place.key, " ".join(map(str, row.place.seeds)), row.hits), strict=False))
        for by, share in row.commonest.items():
            lines.append(told | {"by": BY[by].removeprefix("by "), "quantity": "commonest", "value": share})
        for metric, measured in row.estimates.items():
            by = "by_charge/" if metric.startswith("by_charge/") else ""
            *kind, quantity = metric.removeprefix(by).removeprefix("classes/").split("/")
            said = {"by": BY[by].removeprefix("by "), "class": "".join(kind), "quantity": quantity}
            lines.append(told | said | vars(measured))
        for by, behind in row.from_best.items():
            said = {"by": BY[by].removeprefix("by "), "quantity": "accuracy less the best"}
            lines.append(told | said | vars(behind))
    return written([*header, "value", "low", "high", "std", "p"], lines)


def layout(table: HitResults) -> list[TableGrid]:
    """Tables of accuracies, of differences if there are several places, and of efficiency and purity of each class."""
    settings, labels = table.settings, table.settings.labels.unbroken
    places = [row.place for row in table.rows]
    accuracies: dict[str, list[Row]] = {}
    for row in table.rows:
        cells = (
            (TableCell(str(row.hits)),),
            tuple(estimates.measured(row.estimates[f"{by}accuracy"]) for by in BY),
            tuple(TableCell(number(share)) for share in row.commonest.values()),
        )
        resolution = "" if row.place.resolution is None else str(row.place.resolution)
        shown = accuracies.setdefault(row.place.representation, [])
        shown.append(Row((labels.model(row.place.model), resolution), cells))
    of_classes = [
        Group(
            tuple(
                Row(
                    (labels.kind(kind),),
                    tuple(
                        tuple(_shown(row.estimates.get(f"{by}classes/{kind}/{what}")) for what in OF_CLASS) for by in BY
                    ),
                )
                for kind in settings.question.names
            ),
            labels.sentence(*row.place.key),
        )
        for row in table.rows
    ]
    behind = [
        Row((labels.sentence(*row.place.key),), tuple(_behind(row.from_best.get(by), settings) for by in BY))
        for row in table.rows
    ]
    level = f"with {100 * settings.bootstrap.level:g} % interval"
    differences = TableGrid(
        label=f"tab:{settings.name}-differences",
        caption=f"Accuracy less that of the best place, {level}.",
        stub=(Stub("place", 30),),
        columns=tuple(Columns(words, ("difference", "p")) for words in BY.values()),
        groups=(Group(tuple(behind)),),
        notes=joined(
            [
                "Places are compared on the same resampled events, each in its own window. p: corrected by Holm for "
                f"the places of each column; bold: below {settings.comparison.alpha:g}.",
                captions.seeds_text(places),
            ]
        ),
    )
    return [
        TableGrid(
            label=f"tab:{settings.name}",
            caption=f"{captions.question_text(settings)}, for the hits of {table.events} test events, {level}.",
            stub=(Stub("model", 24), Stub("c")),
            columns=(
                Columns("", ("hits",)),
                Columns("accuracy", tuple(BY.values())),
                Columns("always the commonest", tuple(BY.values())),
            ),
            groups=tuple(Group(tuple(rows), labels.representation(name)) for name, rows in accuracies.items()),
            notes=joined([NOTE, captions.seeds_text(places)]),
        ),
        *([differences] if len(places) > 1 else []),
        TableGrid(
            label=f"tab:{settings.name}-classes",
            caption=f"Efficiency and purity of each class, by hits and by charge, {level}.",
            stub=(Stub("class", 20),),
            columns=tuple(Columns(words, OF_CLASS) for words in BY.values()),
            groups=tuple(of_classes),
            notes=joined([NOTE, captions.seeds_text(places)]),
        ),
    ]


def _behind(behind: Difference | None, settings: Parameters) -> tuple[TableCell, ...]:
    """A difference with its interval, and its p-value; of the best place the word."""
    if behind is None:
        return TableCell("best"), TableCell()
    interval = number(behind.high - behind.value), number(behind.value - behind.low)
    stands = behind.p < settings.comparison.alpha
    return TableCell(number(behind.value), interval=interval), TableCell(number(behind.p), bold=stands)


def _shown(estimate: Estimate | None) -> TableCell:
    """A number with its interval; blank where it is not defined, as the purity of a class that is never answered."""
    return TableCell() if estimate is None else estimates.measured(estimate)
