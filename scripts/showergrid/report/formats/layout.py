"""A table without a format: its content and structure, for LaTeX and Markdown alike."""

from __future__ import annotations

from dataclasses import dataclass

SMALL = "in small type or square brackets"  # where a format shows what a cell has below its text


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


@dataclass(frozen=True)
class Row:
    """One row: its names in the stub, and its cells, column group by column group."""

    stub: tuple[str, ...]
    cells: tuple[tuple[TableCell, ...], ...]


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
