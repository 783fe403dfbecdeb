"""The tables of how well a value is told, over all test events and in bins of the true value, and their CSV file."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from showergrid.evaluation.comparisons import Estimate
from showergrid.evaluation.residuals import CENTRAL
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number
from showergrid.report.tables import captions
from showergrid.report.tables.captions import joined
from showergrid.report.tables.values import SHOWN, PlaceValues, ValueResults


def csv(table: ValueResults) -> str:
    """One row per place over all test events, then one for each bin of the true value; `c` is pixels across."""
    numbers = list(table.rows[0].estimates)
    ends = ("", "_low", "_high", "_std")
    header = ["representation", "c", "model", "seeds", "question", "unit", "from", "to"]
    header += [f"{_column(name)}{end}" for name in numbers for end in ends]
    question, lines = table.settings.question, []
    for row in table.rows:
        told = dict(zip(header, (*row.place.key, " ".join(map(str, row.place.seeds))), strict=False))
        told |= {"question": question.name, "unit": question.unit}
        lines.append(told | _numbers(row.estimates))
        for i, of_bin in enumerate(row.of_bins):
            edges = {"from": float(table.edges[i]), "to": float(table.edges[i + 1])}
            lines.append(told | edges | _numbers(of_bin))
    return written([*header, "test_events"], [line | {"test_events": table.test_events} for line in lines])


def _column(name: str) -> str:
    return name.replace("/", "_")


def _numbers(estimates: Mapping[str, Estimate]) -> dict[str, float | None]:
    """The columns of some numbers."""
    told: dict[str, float | None] = {}
    for name, own in estimates.items():
        column = _column(name)
        told |= {column: own.value, f"{column}_low": own.low, f"{column}_high": own.high, f"{column}_std": own.std}
    return told


def layout(table: ValueResults) -> list[TableGrid]:
    """The table of all test events, and that of the bins of the true value."""
    return [_whole(table), _binned(table)]


def _whole(table: ValueResults) -> TableGrid:
    settings = table.settings
    return TableGrid(
        label=f"tab:{settings.name}",
        caption=f"{_title(table)} {captions.events_text(settings, table.test_events, table.test_groups)}",
        stub=(Stub("representation", 20), Stub("c"), Stub("model", 24)),
        columns=(Columns("", tuple(SHOWN.values())),),
        groups=(
            Group(
                tuple(
                    Row(_names(table, row), (tuple(_cell(row.estimates[name]) for name in table.named.values()),))
                    for row in table.rows
                )
            ),
        ),
        notes=joined(
            [
                _meaning(table),
                captions.interval_text(settings),
                captions.seeds_text([row.place for row in table.rows]),
                captions.epochs_text(settings),
            ]
        ),
    )


def _binned(table: ValueResults) -> TableGrid:
    settings, edges = table.settings, table.edges
    shown = [name for name in table.named.values() if name.endswith(("median_bias", "resolution"))]
    unit = f" {settings.question.unit}" if settings.question.unit else ""
    spans = [f"{low:.3g}\N{EN DASH}{high:.3g}" for low, high in pairwise(edges)]
    groups = [
        Group(
            tuple(
                Row(_names(table, row), (tuple(_cell(of_bin[name]) for of_bin in row.of_bins),)) for row in table.rows
            ),
            SHOWN[name.removeprefix("relative/")],
        )
        for name in shown
    ]
    return TableGrid(
        label=f"tab:{settings.name}-bins",
        caption=f"{_title(table)} in bins of the true value, each of as many test events.",
        stub=(Stub("representation", 20), Stub("c"), Stub("model", 24)),
        columns=(Columns(f"true value{unit and ' in' + unit}", tuple(spans)),),
        groups=tuple(groups),
        notes=joined([_meaning(table), captions.seeds_text([row.place for row in table.rows])]),
    )


def _names(table: ValueResults, row: PlaceValues) -> tuple[str, str, str]:
    labels, place = table.settings.labels.unbroken, row.place
    resolution = "" if place.resolution is None else str(place.resolution)
    return labels.representation(place.representation), resolution, labels.model(place.model)


def _title(table: ValueResults) -> str:
    question = table.settings.question
    title = table.settings.labels.question(question.name)
    of = "relative to the true value" if table.relative else f"in {question.unit}" if question.unit else ""
    return " ".join(filter(None, [f"{title[0].upper()}{title[1:]}: bias and resolution", of]))


def _meaning(table: ValueResults) -> str:
    share = round(100 * (CENTRAL[1] - CENTRAL[0]))
    residual = "predicted less true, divided by true" if table.relative else "predicted less true"
    return (
        f"Residual: {residual}. Bias: its mean; median: its median; resolution: half the width of its central "
        f"{share} %; RMS: root of its mean square."
    )


def _cell(own: Estimate) -> TableCell:
    interval = number(own.high - own.value), number(own.value - own.low)
    return TableCell(_signed(own.value), interval=interval, below="" if own.std is None else number(own.std))


def _signed(value: float) -> str:
    """A number with a minus sign of its own where it is negative."""
    return number(value).replace("-", "\N{MINUS SIGN}")
