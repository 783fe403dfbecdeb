"""Why answers are wrong: the errors of each place by what the truth tells of how the showers start."""

from __future__ import annotations

import math

from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import NOT_RUN, Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number
from showergrid.report.tables import captions, estimates
from showergrid.report.tables.captions import joined
from showergrid.report.tables.reasons import ReasonCount, ReasonResults, ReasonSettings, build, reads
from showergrid.report.tables.reasons import ReasonSettings as Parameters

__all__ = ["Parameters", "build", "csv", "layout", "reads"]


def csv(table: ReasonResults) -> str:
    """One row per place, class, reason and quantity."""
    header = ["representation", "resolution", "model", "seeds", "class", "reason", "quantity"]
    lines = []
    for row in table.rows:
        place = (*row.place.key, " ".join(map(str, row.place.seeds)), row.kind, row.reason.name)
        told = dict(zip(header, place, strict=False))
        lines.append(told | {"quantity": "events", "value": row.events})
        lines.append(told | {"quantity": "share_of_class", "value": row.events / row.of})
        lines.append(told | {"quantity": "wrong", **vars(row.wrong)})
        if row.rate is not None:
            lines.append(told | {"quantity": "error_rate", **vars(row.rate)})
        if not math.isnan(row.of_errors):
            lines.append(told | {"quantity": "share_of_errors", "value": row.of_errors})
    return written([*header, "value", "low", "high", "std"], lines)


def layout(table: ReasonResults) -> list[TableGrid]:
    """One table with a row per class and reason, the places one below the other."""
    settings, labels = table.settings, table.settings.labels.unbroken
    groups: dict[tuple[str, int | None, str], list[Row]] = {}
    for row in table.rows:
        cells = (
            TableCell(number(row.events / row.of)),
            _counted(row),
            TableCell(NOT_RUN if math.isnan(row.of_errors) else number(row.of_errors)),
            TableCell(NOT_RUN) if row.rate is None else estimates.measured(row.rate),
        )
        stub = (labels.kind(row.kind), row.reason.label(settings.reasons))
        groups.setdefault(row.place.key, []).append(Row(stub, (cells,)))
    return [
        TableGrid(
            label=f"tab:{settings.name}",
            caption="Wrong answers by how the shower starts, as the simulation knows it; of the reasons of a class "
            f"the first that holds counts, {captions.events_text(settings, table.test_events, None)}",
            stub=(Stub("class", 10), Stub("reason", 34)),
            columns=(Columns("", ("of class", "wrong", "of its errors", "error rate")),),
            groups=tuple(Group(tuple(rows), labels.sentence(*place)) for place, rows in groups.items()),
            notes=joined(
                [
                    _notes(settings),
                    captions.mixed_text(settings),
                    captions.seeds_text([row.place for row in table.rows]),
                ]
            ),
        )
    ]


def _counted(row: ReasonCount) -> TableCell:
    """A mean number of wrong answers, with its interval."""
    wrong = row.wrong
    ends = tuple(f"{end:.3g}" for end in (wrong.high - wrong.value, wrong.value - wrong.low))
    return TableCell(f"{wrong.value:.4g}", interval=ends, below="" if wrong.std is None else f"{wrong.std:.2g}")


def _notes(settings: ReasonSettings) -> str:
    starts = settings.starts
    return (
        "Of class: share of all test events of the class that have the reason. Wrong: events of it that are answered "
        "wrong. Of its errors: their share of the errors of the class. Error rate: their share of the events that have "
        f"the reason. A shower starts at its electron's vertex or where its photon first sets an electron of "
        f"{1e3 * starts.least:g} MeV in motion; MeV/cm: what is left within {starts.length:g} cm of that along the "
        f"primary's way and {starts.radius:g} cm of it. Intervals are Wilson's, of the events alone."
    )
