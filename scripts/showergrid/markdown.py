"""Tables as Markdown (GitHub's tables)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from showergrid import captions
from showergrid.captions import COLLAPSED, HEADS, IDENTICAL, STATUS
from showergrid.published import SHOWN, Line
from showergrid.tables import ACCURACIES, HAS_NUMBERS, Result, Table, number


def document(table: Table, lines: Sequence[Line]) -> str:
    """Both tables, each under its caption."""
    parts = [escape(captions.table_caption(table, "in square brackets")), "", *_table1(table)]
    if lines:
        parts += ["", escape(captions.published_caption(table, list(lines))), "", *_published(table, lines)]
    return "\n".join(parts) + "\n"


def escape(text: str) -> str:
    """`text` as it prints itself in Markdown; underscores within a word already do."""
    return re.sub(r"([\\`*|<>\[\]]|(?<!\w)_|_(?!\w))", r"\\\1", text)


def _table1(table: Table) -> list[str]:
    rows = []
    for model in table.settings.rows:
        mark = IDENTICAL if captions.twins(table, model) else ""
        cells = [text for column in table.settings.columns for text in _cell(table.results[column, model])]
        rows.append([escape(model) + mark, *cells])
    return _grid(["network"], table.settings.columns, HEADS, rows)


def _published(table: Table, lines: Sequence[Line]) -> list[str]:
    rows = []
    for line in lines:
        cells = [text for column in table.settings.columns for text in _published_cell(line, column)]
        rows.append([escape(line.model), line.source + (IDENTICAL if line.twins else ""), *cells])
    return _grid(["network", "source"], table.settings.columns, HEADS[: len(SHOWN)], rows)


def _grid(stub: list[str], columns: Sequence[str], heads: Sequence[str], rows: list[list[str]]) -> list[str]:
    header = [*stub, *(f"{escape(column)} {head}" for column in columns for head in heads)]
    rule = ["---"] * len(stub) + ["---:"] * (len(header) - len(stub))
    return [f"| {' | '.join(row)} |" for row in (header, rule, *rows)]


def _cell(result: Result) -> list[str]:
    if result.status not in HAS_NUMBERS:
        return [STATUS[result.status]] * len(ACCURACIES)
    texts = []
    for name in ACCURACIES:
        estimate = result.estimates[name]
        text = number(estimate.value)
        if name == "test_accuracy":
            up, down = number(estimate.high - estimate.value), number(estimate.value - estimate.low)
            text = f"**{text}**" if result.verdict and result.verdict.best else text
            text = f"{text} (+{up} -{down}){captions.marks(result)}"
        texts.append(text if estimate.std is None else f"{text} [{number(estimate.std)}]")
    return texts


def _published_cell(line: Line, column: str) -> list[str]:
    entry = line.entries[column]
    if not entry.accuracies:
        return [STATUS[entry.status]] * len(SHOWN)
    texts = [number(entry.accuracies[name]) for name in SHOWN]
    return [*texts[:-1], texts[-1] + COLLAPSED * (entry.status == "collapsed")]
