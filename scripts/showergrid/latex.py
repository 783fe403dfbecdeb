"""Tables as LaTeX that needs nothing but booktabs and fits the text width of a bare article."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from showergrid import captions
from showergrid.captions import COLLAPSED, HEADS, IDENTICAL, STATUS
from showergrid.comparisons import Estimate
from showergrid.published import SHOWN, Line
from showergrid.tables import ACCURACIES, HAS_NUMBERS, Result, Table, number

COLUMNS_ABREAST = 3  # column groups that fit side by side; more go into further tables
NAME_WIDTH = 13  # characters of a name in a line

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
    "†": r"$^{\dagger}$",
    "‡": r"$^{\ddagger}$",
    "°": r"$^{\circ}$",
}


def document(table: Table, lines: Sequence[Line]) -> str:
    """Both tables, each in an environment of its own, to be read with \\input."""
    parts = ["% needs the package booktabs", *_table1(table)]
    if lines:
        parts += ["", *_published(table, list(lines))]
    return "\n".join(parts) + "\n"


def escape(text: str) -> str:
    """`text` as it prints itself in LaTeX."""
    return "".join(_SPECIAL.get(sign, sign) for sign in text)


def name_lines(name: str, width: int = NAME_WIDTH) -> list[str]:
    """`name` cut into lines of at most `width` characters, behind underscores and hyphens where there are any."""
    lines = [""]
    for part in re.findall(rf"[^\s_-]{{1,{width - 1}}}[\s_-]?|[\s_-]", name):
        if len(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return lines


def _table1(table: Table) -> list[str]:
    def body(columns: list[str]) -> list[str]:
        rows = []
        for model in table.settings.rows:
            mark = escape(IDENTICAL) if captions.twins(table, model) else ""
            rows += [r"\addlinespace[2pt]"] if rows else []
            cells = [_cell(table.results[column, model]) for column in columns]
            rows += _stacked(name_lines(model), mark, cells, len(HEADS))
        return rows

    label = f"tab:{table.settings.table}"
    caption = captions.table_caption(table, "small below it")
    return _floats(table.settings.columns, ["network"], HEADS, 1.2, body, caption, label)


def _published(table: Table, lines: list[Line]) -> list[str]:
    def body(columns: list[str]) -> list[str]:
        rows = []
        for i, line in enumerate(lines):
            first = i == 0 or lines[i - 1].model != line.model
            source = line.source + (escape(IDENTICAL) if line.twins else "")
            names = name_lines(line.model, 22) if first else [""]
            cells = [[_published_cell(line, column)] for column in columns]
            if first and i:
                rows.append(r"\addlinespace[2pt]")
            rows += _stacked(names, "", cells, len(SHOWN), source)
        return rows

    caption = captions.published_caption(table, lines)
    label = f"tab:{table.settings.table}-published"
    return _floats(table.settings.columns, ["network", "source"], HEADS[: len(SHOWN)], 2.8, body, caption, label)


def _floats(
    columns: Sequence[str],
    stub: Sequence[str],
    heads: Sequence[str],
    gap: float,
    body: Callable[[list[str]], list[str]],
    caption: str,
    label: str,
) -> list[str]:
    """Table environments, as many as the columns need; `body` gives the rows of some of the columns.

    `gap` [pt] stands at either side of a column, and a little more than twice as much between groups.
    """
    parts = []
    for start in range(0, len(columns), COLUMNS_ABREAST):
        abreast = list(columns[start : start + COLUMNS_ABREAST])
        words = escape(caption) if start == 0 else rf"Continues Table~\ref{{{label}}}."
        parts += [
            r"\begin{table}[tbp]",
            r"\sloppy\centering\footnotesize",
            rf"\setlength{{\tabcolsep}}{{{gap}pt}}\setlength{{\scriptspace}}{{0pt}}",
            *_tabular(abreast, stub, heads, 2.5 * gap, body(abreast)),
            rf"\caption[{escape(label.removeprefix('tab:'))}]{{\footnotesize {words}}}",
            *([rf"\label{{{label}}}"] if start == 0 else []),
            r"\end{table}",
        ]
    return parts


def _tabular(columns: list[str], stub: Sequence[str], heads: Sequence[str], gap: float, rows: list[str]) -> list[str]:
    width, offset = len(heads), len(stub)
    groups = [(offset + 1 + i * width, offset + (i + 1) * width) for i in range(len(columns))]
    titles = [rf"\multicolumn{{{width}}}{{c}}{{{escape(column)}}}" for column in columns]
    subtitles = [rf"{{\scriptsize {head}}}" for head in [*stub, *(list(heads) * len(columns))]]
    spec = rf"@{{\hspace{{{gap:g}pt}}}}".join(["l" * offset, *("l" * width for _ in columns)])
    return [
        rf"\begin{{tabular}}{{@{{}}{spec}@{{}}}}",
        r"\toprule",
        " & ".join([*([""] * offset), *titles]) + r" \\",
        "".join(rf"\cmidrule(lr){{{first}-{last}}}" for first, last in groups),
        " & ".join(subtitles) + r" \\",
        r"\midrule",
        *rows,
        r"\bottomrule",
        r"\end{tabular}",
    ]


def _stacked(names: list[str], mark: str, cells: list[list[str]], width: int, source: str | None = None) -> list[str]:
    """One line of the table for every line of the name or of a cell, whichever has more."""
    blank = " & ".join([""] * width)
    rows = []
    for i in range(max(len(names), *map(len, cells))):
        name = escape(names[i]) + (mark if i == len(names) - 1 else "") if i < len(names) else ""
        stub = [name] if source is None else [name, source if i == 0 else ""]
        rows.append(" & ".join([*stub, *(cell[i] if i < len(cell) else blank for cell in cells)]) + r" \\")
    return rows


def _cell(result: Result) -> list[str]:
    """Lines of one result: its numbers, and the standard deviations where there are several seeds."""
    if result.status not in HAS_NUMBERS:
        return [_spanning(STATUS[result.status], len(ACCURACIES))]
    estimates = [result.estimates[name] for name in ACCURACIES]
    values = [number(estimate.value) for estimate in estimates]
    values[-1] = _with_interval(estimates[-1], bool(result.verdict and result.verdict.best))
    values[-1] += escape(captions.marks(result))
    lines = [" & ".join(values)]
    if estimates[-1].std is not None:
        lines.append(" & ".join(rf"{{\scriptsize {number(estimate.std)}}}" for estimate in estimates))
    return lines


def _with_interval(estimate: Estimate, bold: bool) -> str:
    value = rf"\textbf{{{number(estimate.value)}}}" if bold else number(estimate.value)
    up, down = number(estimate.high - estimate.value), number(estimate.value - estimate.low)
    return rf"{value}$^{{+{up}}}_{{-{down}}}$"


def _published_cell(line: Line, column: str) -> str:
    entry = line.entries[column]
    if not entry.accuracies:
        return _spanning(STATUS[entry.status], len(SHOWN))
    values = [number(entry.accuracies[name]) for name in SHOWN]
    return " & ".join(values) + (escape(COLLAPSED) if entry.status == "collapsed" else "")


def _spanning(text: str, width: int) -> str:
    return rf"\multicolumn{{{width}}}{{c}}{{{escape(text)}}}"
