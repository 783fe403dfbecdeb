"""A table without a format: its content and structure, for LaTeX and Markdown alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

SMALL = "in small type or square brackets"  # where a format shows what a cell has below its text
NOT_RUN = "\N{EN DASH}"
TOGETHER = "\N{WORD JOINER}"  # stands before and behind words within which no line ends


def together(words: str) -> str:
    """The words, within which no line of a table or of its caption ends."""
    return f"{TOGETHER}{words}{TOGETHER}"


@dataclass(frozen=True)
class TableCell:
    """The content of one column, or of `span` columns, in a row.

    interval: its distance above and below the number; marks: symbols behind it; below: small text under it.
    """

    text: str = ""
    bold: bool = False
    interval: tuple[str, str] | None = None
    marks: str = ""
    below: str = ""
    span: int = 1

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing but that there is nothing to say."""
        return self.text in ("", NOT_RUN)


@dataclass(frozen=True)
class Row:
    """One row: its names in the stub, and its cells, column group by column group."""

    stub: tuple[str, ...]
    cells: tuple[tuple[TableCell, ...], ...]

    @property
    def is_empty(self) -> bool:
        """Whether all its cells are."""
        return all(cell.is_empty for inner in self.cells for cell in inner)


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
class TableGrid:
    """A table with its caption, and notes below it.

    gap: space at either side of a column on a page [pt].
    """

    label: str
    caption: str
    stub: tuple[Stub, ...]
    columns: tuple[Columns, ...]
    groups: tuple[Group, ...]
    notes: str = ""
    gap: float = 2.8


def part(grid: TableGrid, columns: Sequence[int]) -> TableGrid:
    """Some of the column groups of a table, and the rows that say something there."""
    groups = []
    for group in grid.groups:
        rows = [replace(row, cells=tuple(row.cells[i] for i in columns)) for row in group.rows]
        groups.append(replace(group, rows=tuple(row for row in rows if not row.is_empty)))
    return replace(
        grid,
        columns=tuple(grid.columns[i] for i in columns),
        groups=tuple(group for group in groups if group.rows),
    )


def without_empty(grid: TableGrid) -> TableGrid:
    """A table without the rows and the column groups that say nothing."""
    rows = [row for group in grid.groups for row in group.rows]
    telling = [i for i in range(len(grid.columns)) if any(not cell.is_empty for row in rows for cell in row.cells[i])]
    return part(grid, telling)
