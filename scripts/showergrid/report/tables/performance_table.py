"""The performance of places as a CSV of all numbers and a table of the main ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from showergrid.evaluation.comparisons import Estimate
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number
from showergrid.report.settings.performance import CellPerformance, Performance
from showergrid.report.settings.tables import PlaceSettings
from showergrid.report.tables.estimates import measured
from showergrid.report.tables.performance import Point, rest

PLACE = ["representation", "resolution", "model", "seeds"]
NUMBERS = ["class", "against", "from", "to", "at", "events", "quantity", "value", "low", "high", "std"]


def place_row(place: PlaceSettings) -> dict[str, object]:
    """The columns that identify a place."""
    return dict(zip(PLACE, (*place.key, " ".join(map(str, place.seeds))), strict=True))


def point_rows(points: Sequence[Point]) -> list[dict[str, object]]:
    """All numbers in full; what is not defined is left empty."""
    rows = []
    for point in points:
        row: dict[str, object] = {"class": point.of, "against": point.against}
        row |= {"events": point.events, "quantity": point.quantity}
        if point.against != "all":
            row |= {"from": point.start, "to": point.end, "at": point.at}
        if point.estimate is not None:
            estimate = point.estimate
            row |= {"value": estimate.value, "low": estimate.low, "high": estimate.high, "std": estimate.std}
        rows.append(row)
    return rows


def cell_csv(points: Sequence[Point]) -> str:
    """The numbers of one cell."""
    return written(NUMBERS, point_rows(points))


def places_csv(places: Sequence[PlaceSettings], points: Mapping[str, Sequence[Point]]) -> str:
    """The numbers of all places."""
    rows = [place_row(place) | row for place in places for row in point_rows(points[place.name])]
    return written([*PLACE, *NUMBERS], rows)


def layout(
    settings: CellPerformance, places: Sequence[PlaceSettings], points: Mapping[str, Sequence[Point]], events: int
) -> TableGrid:
    """The main numbers of every place, each with its interval: of the positive class, or of every one."""
    question, labels = settings.question, settings.labels
    looked_at = question.against_rest
    several = len(looked_at) > 1
    name = question.names[looked_at[0]]
    positive, positives = ("the class", "") if several else (labels.kind(name), labels.several(name))
    other, others = labels.rest(question, looked_at[0])
    efficiencies = settings.performance.efficiencies
    ratio = ratio_text(settings.performance)
    heads = (
        *("accuracy", "efficiency", "purity", f"purity at {ratio}"),
        *(f"{other} rejection at {100 * efficiency:g} %" for efficiency in efficiencies),
        *("largest efficiency x purity", "at score"),
        *(f"the same at {ratio}", "at score"),
    )
    rows = []
    for place in places:
        for k in looked_at:
            kind = question.names[k]
            own = [point for point in points[place.name] if point.of == kind]
            names = labels.representation(place.representation), str(place.resolution or ""), labels.model(place.model)
            stub = (*names, *([labels.kind(kind)] if several else []))
            rows.append(Row(stub, (_headline(own, efficiencies, f"{rest(question, k)}_rejection"),)))
    said = (
        "Accuracy is of all classes; efficiency, purity and rejection are of each class against the rest, at the "
        f"likeliest class; purity is of the test events, and re-weighted to {ratio} events of the class to others. "
        "Rejection: others to one that is taken for the class, at an efficiency of at least so much."
        if several
        else f"Efficiency and purity are those of {positives} at a score of 0.5; purity is of the test events, and "
        f"re-weighted to {ratio} {positives} to {others}. Rejection: {others} to one that is taken for {positive}, at "
        f"an efficiency for {positives} of at least so much."
    )
    return TableGrid(
        label="performance",
        caption=(
            f"Performance on {events} test events, {100 * settings.bootstrap.level:g} % intervals. {said} The score at "
            "which efficiency x purity is largest is chosen on the validation events, seed by seed."
        ),
        stub=(Stub("representation"), Stub("c"), Stub("model"), *([Stub("class")] if several else [])),
        columns=(Columns("", heads),),
        groups=(Group(tuple(rows)),),
    )


def binned_layouts(
    settings: CellPerformance, places: Sequence[PlaceSettings], points: Mapping[str, Sequence[Point]]
) -> list[TableGrid]:
    """The accuracy of every place within bins of each column that the study names; a table for each column."""
    labels, tables = settings.labels, []
    for column, called in settings.performance.called.items():
        within = [_accuracies(points[place.name], column) for place in places]
        if not within[0]:  # known of no test event
            continue
        rows = tuple(
            Row(
                (labels.representation(place.representation), str(place.resolution or ""), labels.model(place.model)),
                (tuple(_share(point.estimate) for point in of_place),),
            )
            for place, of_place in zip(places, within, strict=True)
        )
        bins = tuple(f"{point.start:.3g} to {point.end:.3g}" for point in within[0])
        tables.append(
            TableGrid(
                label=f"performance-{column}",
                caption=f"Accuracy in bins of {called}, with as many test events each, "
                f"{100 * settings.bootstrap.level:g} % intervals.",
                stub=(Stub("representation"), Stub("c"), Stub("model")),
                columns=(Columns("", bins),),
                groups=(Group(rows),),
            )
        )
    return tables


def _accuracies(points: Sequence[Point], column: str) -> list[Point]:
    """The accuracies of all classes in bins of a column, each once."""
    return [
        point for point in points if (point.of, point.against, point.quantity) == (points[0].of, column, "accuracy")
    ]


def ratio_text(performance: Performance) -> str:
    """The ratio of the classes as text: 1:10."""
    ratio = performance.ratio
    return f"1:{1 / ratio:.4g}" if ratio < 1 else f"{ratio:.4g}:1"


def _headline(points: Sequence[Point], efficiencies: Sequence[float], rejection: str) -> tuple[TableCell, ...]:
    by_key = {
        (point.against, point.quantity, point.at if point.against == "efficiency" else None): point for point in points
    }
    cells = [
        _share(by_key["all", name, None].estimate) for name in ("accuracy", "efficiency", "purity", "purity_reweighted")
    ]
    cells += [_factor(by_key["efficiency", rejection, efficiency].estimate) for efficiency in efficiencies]
    for product in ("efficiency_purity", "efficiency_purity_reweighted"):
        best = by_key[f"best_{product}", product, None]
        cells += [_share(best.estimate), TableCell(number(best.at, 2))]
    return tuple(cells)


def _share(estimate: Estimate | None) -> TableCell:
    return TableCell("not defined") if estimate is None else measured(estimate)


def _factor(estimate: Estimate | None) -> TableCell:
    if estimate is None:
        return TableCell("not defined")
    if math.isinf(estimate.value):
        return TableCell(f"above {estimate.low:.3g}")
    return TableCell(f"{estimate.value:.3g} ({estimate.low:.3g} to {estimate.high:.3g})")
