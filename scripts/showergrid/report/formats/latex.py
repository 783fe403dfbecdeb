"""Tables as LaTeX that needs only booktabs and fits the page of a bare article."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from showergrid.report.formats.fitting import fitted, name_lines, row_names
from showergrid.report.formats.layout import TOGETHER, Columns, TableCell, TableGrid
from showergrid.report.formats.mathematics import is_mathematics, parts

ROW_SPACE = "2pt"  # below a row that is higher than a line

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
    "\N{MULTIPLICATION SIGN}": r"$\times$",
    "†": r"$^{\dagger}$",
    "‡": r"$^{\ddagger}$",
    "°": r"$^{\circ}$",
}


def document(grids: Iterable[TableGrid]) -> str:
    """Tables, each in an environment of its own, to be read with \\input."""
    return "\n".join(["% needs the package booktabs", "\n\n".join("\n".join(_floats(grid)) for grid in grids)]) + "\n"


def escape(text: str) -> str:
    """`text` escaped so that LaTeX prints it as it is, but for mathematics between two dollar signs."""
    escaped = "".join(
        words if is_mathematics(words) else "".join(_SPECIAL.get(sign, sign) for sign in words) for words in parts(text)
    )
    kept = re.sub(f"{TOGETHER}(.*?){TOGETHER}", r"\\mbox{\1}", escaped)
    return kept.replace(r" \%", r"~\%")  # a number and its per cent


def _floats(grid: TableGrid) -> list[str]:
    """Table environments, as many as the rows and the columns need."""
    lines = []
    for i, page in enumerate(fitted(grid)):
        lines += [
            r"\begin{table}[tbp]",
            r"\sloppy\centering\setlength{\abovecaptionskip}{0pt}\setlength{\belowcaptionskip}{6pt}",
            *([rf"Table~\ref{{{grid.label}}}, continued\par\vspace{{6pt}}"] if i else _caption(grid)),
            rf"\footnotesize\setlength{{\tabcolsep}}{{{grid.gap}pt}}\setlength{{\scriptspace}}{{0pt}}",
            *_tabular(page),
            *([] if i else _notes(grid)),
            r"\end{table}",
        ]
    return lines


def _caption(grid: TableGrid) -> list[str]:
    short = escape(grid.label.removeprefix("tab:"))
    return [rf"\caption[{short}]{{{escape(grid.caption)}}}", rf"\label{{{grid.label}}}"]


def _notes(grid: TableGrid) -> list[str]:
    return [rf"\par\smallskip\parbox{{\textwidth}}{{\scriptsize {escape(grid.notes)}}}"] if grid.notes else []


def _tabular(grid: TableGrid) -> list[str]:
    offset, edges = len(grid.stub), [len(grid.stub)]
    for group in grid.columns:
        edges.append(edges[-1] + len(group.heads))
    wide = rf"@{{\hspace{{{2.5 * grid.gap:g}pt}}}}"
    aligned = wide.join(["l" * offset, *("l" * len(group.heads) for group in grid.columns)])
    return [
        rf"\begin{{tabular}}{{@{{}}{aligned}@{{}}}}",
        r"\toprule",
        *_heads(grid, edges),
        r"\midrule",
        *_body(grid, edges[-1]),
        r"\bottomrule",
        r"\end{tabular}",
    ]


def _heads(grid: TableGrid, edges: Sequence[int]) -> list[str]:
    lines = []
    if any(group.title for group in grid.columns):
        titles = [_title(group) for group in grid.columns]
        ends = itertools.pairwise(edges)
        rules = [rf"\cmidrule(lr){{{low + 1}-{high}}}" for low, high in ends if high > low + 1]
        lines = [" & ".join([""] * edges[0] + titles) + r" \\", *(["".join(rules)] if rules else [])]
    heads = [name_lines(stub.head, stub.width) for stub in grid.stub]
    heads += [[head] for group in grid.columns for head in group.heads]
    return lines + _stacked([_Piece([_small(escape(line)) for line in head]) for head in heads])


def _title(group: Columns) -> str:
    return _spanning(escape(group.title), len(group.heads)) if len(group.heads) > 1 else escape(group.title)


def _body(grid: TableGrid, width: int) -> list[str]:
    lines = []
    for i, group in enumerate(grid.groups):
        lines += [r"\addlinespace[2pt]"] if i else []
        lines += [_spanning(rf"\textit{{{escape(group.title)}}}", width, "@{}l") + r" \\"] if group.title else []
        for above, row in zip((None, *group.rows), group.rows, strict=False):
            stub = [_Piece([escape(line) for line in name]) for name in row_names(grid.stub, row, above)]
            cells = [cell for inner in row.cells for cell in inner]
            lines += _stacked(stub + [_piece(cell) for cell in cells])
            if any(cell.interval or cell.below for cell in cells):
                lines[-1] += f"[{ROW_SPACE}]"
    return lines


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
        text += r"$^{{+{}}}_{{-{}}}$".format(*cell.interval) + r"\," * bool(cell.marks)
    text += escape(cell.marks)
    if cell.span > 1:
        text = _spanning(text, cell.span)
    return _Piece([text, _small(escape(cell.below))] if cell.below else [text], cell.span)


def _small(text: str) -> str:
    return rf"{{\scriptsize {text}}}" if text else ""


def _spanning(text: str, width: int, where: str = "c") -> str:
    return rf"\multicolumn{{{width}}}{{{where}}}{{{text}}}"
