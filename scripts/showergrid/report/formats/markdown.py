"""Tables as Markdown (GitHub's tables)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from showergrid.report.formats.fitting import side_by_side
from showergrid.report.formats.layout import TOGETHER, TableCell, TableGrid
from showergrid.report.formats.mathematics import is_mathematics, parts

_SPECIAL = r"([\\`*|<>\[\]]|(?<!\w)_|_(?!\w))"


def document(grids: Iterable[TableGrid]) -> str:
    """Tables, each under its caption and above its notes; a wide one is cut as on a page."""
    return "\n\n".join(text for grid in grids for text in _paragraphs(grid)) + "\n"


def _paragraphs(grid: TableGrid) -> list[str]:
    tables = ["\n".join(_lines(run)) for run in side_by_side(grid)]
    return [escape(grid.caption), *tables, *([escape(grid.notes)] if grid.notes else [])]


def escape(text: str) -> str:
    """`text` escaped so that Markdown prints it as it is, but for mathematics between two dollar signs.

    Underscores within a word need no escape.
    """
    return "".join(
        part.replace("|", r"\vert ") if is_mathematics(part) else re.sub(_SPECIAL, r"\\\1", part)
        for part in parts(text.replace(TOGETHER, ""))
    )


def _lines(grid: TableGrid) -> list[str]:
    heads = [f"{group.title} {head}".strip() for group in grid.columns for head in group.heads]
    header = [*(escape(stub.head) for stub in grid.stub), *map(escape, heads)]
    rule = ["---"] * len(grid.stub) + ["---:"] * len(heads)
    rows = []
    for group in grid.groups:
        if group.title:
            rows.append([f"**{escape(group.title)}**"] + [""] * (len(header) - 1))
        for row in group.rows:
            cells = [_cell(cell) for inner in row.cells for cell in inner for _ in range(cell.span)]
            rows.append([*map(escape, row.stub), *cells])
    return [f"| {' | '.join(row)} |" for row in (header, rule, *rows)]


def _cell(cell: TableCell) -> str:
    text = escape(cell.text)
    if cell.bold:
        text = f"**{text}**"
    if cell.interval:
        text += " (+{} -{})".format(*cell.interval)
    text += cell.marks
    return f"{text} [{escape(cell.below)}]" if cell.below else text
