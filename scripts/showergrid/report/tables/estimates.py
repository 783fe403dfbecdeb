"""Numbers and their uncertainties as cells of a table."""

from __future__ import annotations

from dataclasses import replace

from showergrid.evaluation.comparisons import Estimate
from showergrid.report.formats.layout import TableCell
from showergrid.report.formats.numbers import number, short


def measured(estimate: Estimate, bold: bool = False, marks: str = "") -> TableCell:
    """A number with its interval and, below it, its standard deviation over seeds."""
    interval = number(estimate.high - estimate.value), number(estimate.value - estimate.low)
    return replace(spread(estimate), bold=bold, interval=interval, marks=marks)


def spread(estimate: Estimate) -> TableCell:
    """A number and, below it, its standard deviation over seeds."""
    return TableCell(number(estimate.value), below="" if estimate.std is None else number(estimate.std))


def interval_text(estimate: Estimate) -> str:
    """The ends of an interval, joined by a dash."""
    return f"{short(estimate.low)}\N{EN DASH}{short(estimate.high)}"
