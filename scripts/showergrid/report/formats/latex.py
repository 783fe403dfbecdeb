"""Tables as LaTeX that needs only booktabs and fits the page of a bare article."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from showergrid.core.settings import FORMULA
from showergrid.report.formats.layout import Columns, Group, Row, Stub, TableCell, TableGrid
from showergrid.report.formats.mathematics import is_mathematics, parts, printed_length

PAGE_LINES = 52  # lines of a page for a table and its caption
CAPTION_WIDTH = 85  # characters in a line of the caption
HEAD_LINES = 5

_SPECIAL = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",  # the straight quote needs a package
    "\N{EN DASH}": "--",
    "\N{MINUS SIGN}": "$-$",
    "†": r"$^{\dagger}$",
    "‡": r"$^{\ddagger}$",
    "°": r"$^{\circ}$",
}


def document(grids: Iterable[TableGrid]) -> str:
    """Tables, each in an environment of its own, to be read with \\input."""
    return "\n".join(["% needs the package booktabs", "\n\n".join("\n".join(_floats(grid)) for grid in grids)]) + "\n"


def escape(text: str) -> str:
    """`text` escaped so that LaTeX prints it as it is, but for mathematics between two dollar signs."""
    return "".join(
        part if is_mathematics(part) else "".join(_SPECIAL.get(sign, sign) for sign in part) for part in parts(text)
    )


def name_lines(name: str, width: int) -> list[str]:
    """`name` cut into lines of at most `width` characters, after spaces, underscores, slashes and hyphens if any."""
    lines = [""]
    for part in re.findall(rf"{FORMULA}[\s_/-]?|[^\s_/$-]{{1,{width - 1}}}[\s_/-]?|[\s_/$-]", name):
        if printed_length(lines[-1] + part.rstrip()) > width:
            lines.append("")
        lines[-1] += part
    return [line.rstrip() for line in lines]


def _floats(grid: TableGrid) -> list[str]:
    """Table environments, as many as the rows and the columns need."""
    parts = []
    for groups in _pages(grid):
        for start in range(0, len(grid.columns), grid.abreast):
            abreast = slice(start, start + grid.abreast)
            words = rf"Continues Table~\ref{{{grid.label}}}." if parts else escape(grid.caption)
            label = [] if parts else [rf"\label{{{grid.label}}}"]
            parts += [
                r"\begin{table}[tbp]",
                r"\sloppy\centering\footnotesize",
                rf"\setlength{{\tabcolsep}}{{{grid.gap}pt}}\setlength{{\scriptspace}}{{0pt}}",
                *_tabular(grid, grid.columns[abreast], groups, abreast),
                rf"\caption[{escape(grid.label.removeprefix('tab:'))}]{{\footnotesize {words}}}",
                *label,
                r"\end{table}",
            ]
    return parts


def _pages(grid: TableGrid) -> list[list[Group]]:
    """The groups of rows, cut into runs that fit a page; the first page has the caption too."""
    pages: list[list[Group]] = [[]]
    left = PAGE_LINES - HEAD_LINES - len(grid.caption) // CAPTION_WIDTH
    for group in grid.groups:
        lines = sum(_height(grid.stub, row) for row in group.rows) + bool(group.title)
        if lines > left and pages[-1]:
            pages.append([])
            left = PAGE_LINES - HEAD_LINES
        pages[-1].append(group)
        left -= lines
    return pages


def _tabular(grid: TableGrid, columns: Sequence[Columns], groups: Sequence[Group], abreast: slice) -> list[str]:
    offset, edges = len(grid.stub), [len(grid.stub)]
    for group in columns:
        edges.append(edges[-1] + len(group.heads))
    wide = rf"@{{\hspace{{{2.5 * grid.gap:g}pt}}}}"
    return [
        rf"\begin{{tabular}}{{@{{}}{wide.join(['l' * offset, *('l' * len(group.heads) for group in columns)])}@{{}}}}",
        r"\toprule",
        *_heads(grid, columns, edges),
        r"\midrule",
        *_body(grid, groups, abreast, edges[-1]),
        r"\bottomrule",
        r"\end{tabular}",
    ]


def _heads(grid: TableGrid, columns: Sequence[Columns], edges: Sequence[int]) -> list[str]:
    lines = []
    if any(group.title for group in columns):
        titles = [_title(group) for group in columns]
        ends = itertools.pairwise(edges)
        rules = [rf"\cmidrule(lr){{{low + 1}-{high}}}" for low, high in ends if high > low + 1]
        lines = [" & ".join([""] * edges[0] + titles) + r" \\", *(["".join(rules)] if rules else [])]
    heads = [name_lines(stub.head, stub.width) for stub in grid.stub]
    heads += [[head] for group in columns for head in group.heads]
    return lines + _stacked([_Piece([_small(escape(line)) for line in head]) for head in heads])


def _title(group: Columns) -> str:
    return _spanning(escape(group.title), len(group.heads)) if len(group.heads) > 1 else escape(group.title)


def _body(grid: TableGrid, groups: Sequence[Group], abreast: slice, width: int) -> list[str]:
    lines = []
    for i, group in enumerate(groups):
        lines += [r"\addlinespace[2pt]"] if i else []
        lines += [_spanning(escape(group.title), width, "l") + r" \\"] if group.title else []
        for above, row in zip((None, *group.rows), group.rows, strict=False):
            stub = [_Piece([escape(line) for line in name]) for name in _names(grid.stub, row, above)]
            lines += _stacked(stub + [_piece(cell) for inner in row.cells[abreast] for cell in inner])
    return lines


def _names(stub: Sequence[Stub], row: Row, above: Row | None = None) -> list[list[str]]:
    """Lines of each name of a row; the first name is left out where the row above has the same."""
    names = [name_lines(name, column.width) for name, column in zip(row.stub, stub, strict=True)]
    return [[""], *names[1:]] if above is not None and above.stub[0] == row.stub[0] else names


def _height(stub: Sequence[Stub], row: Row) -> int:
    below = any(cell.below for inner in row.cells for cell in inner)
    return max(1 + below, *(len(name) for name in _names(stub, row)))


@dataclass(frozen=True)
class _Piece:
    """What a row shows in one column, line by line, or in `span` columns."""

    lines: list[str]
    span: int = 1


def _stacked(pieces: Sequence[_Piece]) -> list[str]:
    """As many lines of the table as the longest of the pieces has."""
    rows = []
    for i in range(max(len(piece.lines) for piece in pieces)):
        cells = [piece.lines[i] if i < len(piece.lines) else " & " * (piece.span - 1) for piece in pieces]
        rows.append(" & ".join(cells) + r" \\")
    return rows


def _piece(cell: TableCell) -> _Piece:
    text = escape(cell.text)
    if cell.bold:
        text = rf"\textbf{{{text}}}"
    if cell.interval:
        text += r"$^{{+{}}}_{{-{}}}$".format(*cell.interval)
    text += escape(cell.marks)
    if cell.span > 1:
        text = _spanning(text, cell.span)
    return _Piece([text, _small(escape(cell.below))] if cell.below else [text], cell.span)


def _small(text: str) -> str:
    return rf"{{\scriptsize {text}}}" if text else ""


def _spanning(text: str, width: int, where: str = "c") -> str:
    return rf"\multicolumn{{{width}}}{{{where}}}{{{text}}}"
