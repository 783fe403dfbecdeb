"""How a table fits the pages of a bare article: which of its columns stand side by side, and which rows on a page."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from showergrid.core.settings import FORMULA
from showergrid.report.formats.layout import TOGETHER, Group, Row, Stub, TableCell, TableGrid, part
from showergrid.report.formats.mathematics import printed

PAGE_LINES = 52  # lines of a page for a table, its caption and its notes
HEAD_LINES = 5
LINE_CHARACTERS = 75  # in a line of the caption or the notes
PAGE_WIDTH = 345  # [pt]
CLASSES = {"ijltfr.,;:'|!()[]/- ": 0.37, "mwMW@%&": 0.95, "ABCDEFGHKLNOPQRSTUVXYZ": 0.74}  # signs of a width [em]
WIDTHS = {sign: width for signs, width in CLASSES.items() for sign in signs}  # about those of Computer Modern [em]
DIGIT = 0.54  # width of any other sign [em]
BOLD = 1.15  # width of bold type [plain type]
EM, SMALL_EM, SCRIPT_EM = 8.0, 7.5, 7.0  # of names and numbers, of what stands below them, of intervals and marks [pt]


def fitted(grid: TableGrid) -> list[TableGrid]:
    """The table, cut into as few as fit a page each; what says nothing there is left out of each."""
    return [page for run in side_by_side(grid) for page in _pages(run)]


def side_by_side(grid: TableGrid) -> list[TableGrid]:
    """The table, cut into as few as the width of a page needs; what says nothing there is left out of each."""
    return [part(grid, columns) for columns in _abreast(grid)]


def name_lines(name: str, width: int) -> list[str]:
    """`name` cut into lines of at most `width` characters, after spaces, underscores, slashes and hyphens if any.

    Words that stand together are not cut, however many.
    """
    words = rf"{TOGETHER}.*?{TOGETHER}[^\s_/-]*|{FORMULA}|[^\s_/${TOGETHER}-]{{1,{width - 1}}}"
    lines = [""]
    for piece in re.findall(rf"(?:{words})[\s_/-]?|[\s_/$-]", name):
        if lines[-1] and len(printed(lines[-1] + piece.rstrip())) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def row_names(stub: Sequence[Stub], row: Row, above: Row | None = None) -> list[list[str]]:
    """Lines of each name of a row; the first name is left out where the row above has the same."""
    names = [name_lines(name, column.width) for name, column in zip(row.stub, stub, strict=True)]
    return [[""], *names[1:]] if above is not None and above.stub[0] == row.stub[0] else names


def _abreast(grid: TableGrid) -> list[range]:
    """The column groups, cut into as few runs as fit the page, about equally many in each."""
    number = len(grid.columns)
    stub = sum(_stub_width(grid, i) + 2 * grid.gap for i in range(len(grid.stub)))
    widths = [_group_width(grid, i) + 2.5 * grid.gap for i in range(number)]
    for size in range(number, 1, -1):
        size = math.ceil(number / math.ceil(number / size))
        runs = [range(start, min(start + size, number)) for start in range(0, number, size)]
        if all(stub + sum(widths[i] for i in run) <= PAGE_WIDTH for run in runs):
            return runs
    return [range(i, i + 1) for i in range(number)]


def _stub_width(grid: TableGrid, i: int) -> float:
    names = [row.stub[i] for group in grid.groups for row in group.rows]
    lines = [line for name in names for line in name_lines(name, grid.stub[i].width)]
    heads = name_lines(grid.stub[i].head, grid.stub[i].width)
    return max(_width(line, EM) for line in [*heads, *lines])


def _group_width(grid: TableGrid, i: int) -> float:
    heads = grid.columns[i].heads
    widths = [_width(head, SMALL_EM) for head in heads]
    whole = _width(grid.columns[i].title, EM)
    for row in (row for group in grid.groups for row in group.rows):
        place = 0
        for cell in row.cells[i]:
            if cell.span > 1:
                whole = max(whole, _cell_width(cell))
            else:
                widths[place] = max(widths[place], _cell_width(cell))
            place += cell.span
    return max(whole, sum(widths) + 2 * grid.gap * (len(heads) - 1))


def _cell_width(cell: TableCell) -> float:
    interval = max((_width(f"+{end}", SCRIPT_EM) for end in cell.interval or ()), default=0.0)
    text = _width(cell.text, EM) * (BOLD if cell.bold else 1)
    return max(text + interval + _width(cell.marks, SCRIPT_EM), _width(cell.below, SMALL_EM))


def _width(text: str, em: float) -> float:
    """About how wide a text is [pt]."""
    return em * sum(WIDTHS.get(sign, DIGIT) for sign in printed(text))


def _pages(grid: TableGrid) -> list[TableGrid]:
    """The groups of rows, cut into runs that fit a page; the first page has the caption and the notes too."""
    pages: list[list[Group]] = [[]]
    left = first = PAGE_LINES - HEAD_LINES - (len(grid.caption) + len(grid.notes)) // LINE_CHARACTERS
    for group in (piece for whole in grid.groups for piece in _halved(whole, grid.stub, first)):
        lines = _height(group, grid.stub)
        if lines > left and pages[-1]:
            pages.append([])
            left = PAGE_LINES - HEAD_LINES
        pages[-1].append(group)
        left -= lines
    return [replace(grid, groups=tuple(groups)) for groups in pages]


def _halved(group: Group, stub: Sequence[Stub], lines: int) -> list[Group]:
    """The group, or halves of it or of these, none higher than so many lines."""
    half = len(group.rows) // 2
    if not half or _height(group, stub) <= lines:
        return [group]
    halves = (replace(group, rows=group.rows[:half]), replace(group, rows=group.rows[half:]))
    return [piece for rest in halves for piece in _halved(rest, stub, lines)]


def _height(group: Group, stub: Sequence[Stub]) -> int:
    """How many lines a group needs."""
    return sum(_row_height(row, stub) for row in group.rows) + bool(group.title)


def _row_height(row: Row, stub: Sequence[Stub]) -> int:
    below = any(cell.below for inner in row.cells for cell in inner)
    return max(1 + below, *(len(name) for name in row_names(stub, row)))
