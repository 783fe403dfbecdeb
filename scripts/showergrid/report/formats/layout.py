"""A table in no format: what stands where, for LaTeX and Markdown alike."""

from __future__ import annotations

from dataclasses import dataclass, replace

from showergrid.evaluation.comparisons import Estimate
from showergrid.report.tables.results import number

SMALL = "in small type or square brackets"  # where a format puts what a cell has below its text


@dataclass(frozen=True)
class Cell:
    """What stands in one place, or in `span` of them.

    interval: how far up and down from the number it goes; marks: symbols behind it; below: what stands small under it.
    """

    text: str = ""
    bold: bool = False
    interval: tuple[str, str] | None = None
    marks: str = ""
    below: str = ""
    span: int = 1


@dataclass(frozen=True)
class Row:
    """One row: its names in the stub, and its cells, column group by column group."""

    stub: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Group:
    """Rows that stay together, under a title if there is one."""

    rows: tuple[Row, ...]
    title: str = ""


@dataclass(frozen=True)
class Stub:
    """A column of names, which are cut into lines of at most `width` characters where lines can be cut."""

    head: str
    width: int = 13


@dataclass(frozen=True)
class Columns:
    """Columns under a common title."""

    title: str
    heads: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table with its caption.

    abreast: column groups that fit side by side on a page; gap: space at either side of a column on a page [pt].
    """

    label: str
    caption: str
    stub: tuple[Stub, ...]
    columns: tuple[Columns, ...]
    groups: tuple[Group, ...]
    abreast: int = 3
    gap: float = 2.8


def measured(estimate: Estimate, bold: bool = False, marks: str = "") -> Cell:
    """A number with its interval and, below it, its standard deviation over seeds."""
    interval = number(estimate.high - estimate.value), number(estimate.value - estimate.low)
    return replace(spread(estimate), bold=bold, interval=interval, marks=marks)


def spread(estimate: Estimate) -> Cell:
    """A number and, below it, its standard deviation over seeds."""
    return Cell(number(estimate.value), below="" if estimate.std is None else number(estimate.std))


def interval_text(estimate: Estimate) -> str:
    """From where to where an interval goes."""
    return f"{short(estimate.low)}\N{EN DASH}{short(estimate.high)}"


def short(value: float, digits: int = 3) -> str:
    """A share as `number` writes it, but no longer if it is one: 1.0."""
    text = number(value, digits)
    return "1.0" if float(text) == 1 else text


def signed(value: float) -> str:
    """A difference as `number` writes it, with its sign."""
    text = number(abs(value))
    sign = "" if float(text) == 0 else "+" if value > 0 else "\N{MINUS SIGN}"
    return sign + text
