"""Final states chosen by the product of the scores of several questions: efficiency and purity of each place."""

from __future__ import annotations

from collections.abc import Sequence

from showergrid.evaluation.comparisons import Estimate
from showergrid.report.formats.csv import written
from showergrid.report.formats.layout import NOT_RUN, Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.numbers import number
from showergrid.report.tables import captions, estimates
from showergrid.report.tables.captions import joined
from showergrid.report.tables.final_states import FinalStateResults, build, reads
from showergrid.report.tables.final_states import FinalStateSettings as Parameters

__all__ = ["Parameters", "build", "csv", "layout", "reads"]


def csv(table: FinalStateResults) -> str:
    """One row per place, state and quantity; those with energies are of events between them."""
    header = ["representation", "resolution", "model", "seeds", "state", "quantity", "energy_from", "energy_to"]
    lines = []
    for row in table.rows:
        place = (*row.place.key, " ".join(map(str, row.place.seeds)), row.state.name)
        told = dict(zip(header, place, strict=False))
        lines.append(told | {"quantity": "share", "value": row.share})
        lines.append(told | {"quantity": "threshold", "value": float(row.thresholds.mean())})
        for quantity in ("efficiency", "purity"):
            lines.append(told | {"quantity": quantity} | _numbers(getattr(row, quantity)))
        for own in row.bins:
            for quantity in ("efficiency", "purity"):
                ends = {"quantity": quantity, "energy_from": own.low, "energy_to": own.high}
                lines.append(told | ends | _numbers(getattr(own, quantity)))
    return written([*header, "value", "low", "high", "std"], lines)


def _numbers(measured: Estimate | None) -> dict[str, object]:
    return vars(measured) if measured else {}


def layout(table: FinalStateResults) -> list[TableGrid]:
    """One table with a row per place, the states one below the other."""
    settings, labels = table.settings, table.settings.labels.unbroken
    groups = []
    for state in settings.final_states:
        rows = []
        for row in table.of(state):
            chosen = (_cell(row.efficiency), _cell(row.purity))
            cells = (TableCell(number(row.share)), TableCell(number(float(row.thresholds.mean()))), *chosen)
            rows.append(Row((labels.sentence(*row.place.key),), (cells,)))
        groups.append(Group(tuple(rows), state.label or state.name))
    return [
        TableGrid(
            label=f"tab:{settings.name}",
            caption="Final states, chosen by the product of the scores of several questions, "
            f"{captions.events_text(settings, table.test_events, table.test_groups)}",
            stub=(Stub("model", 30),),
            columns=(Columns("", ("share", "threshold", "efficiency", "purity")),),
            groups=tuple(groups),
            notes=joined(
                [
                    f"{_answers(settings.final_states)}.",
                    "Share: of the test events, those of the state. Threshold: the one with the largest product of "
                    "efficiency and purity among validation events.",
                    captions.interval_text(settings),
                ]
            ),
        )
    ]


def _cell(measured: Estimate | None) -> TableCell:
    return TableCell(NOT_RUN) if measured is None else estimates.measured(measured)


def _answers(states: Sequence) -> str:
    """What each state is."""
    return "; ".join(
        f"{state.label or state.name}: " + ", ".join(f"{name} {kind}" for name, kind in state.answers.items())
        for state in states
    )
