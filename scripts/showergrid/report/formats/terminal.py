"""A table of networks and representations for a terminal."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from tabulate import tabulate

from showergrid.core.errors import InputError
from showergrid.report.formats.numbers import number

STATUS = {"n/a": "n/a", "not run": "-", "out of memory": "OOM"}
READ = ("representation", "model", "status", "test_accuracy", "test_accuracy_low", "test_accuracy_high", "best")


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file of a table of networks and representations.

    Raises:
        InputError: the file is missing, or of another kind of table.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); make it with snakemake") from None
    if not rows or not set(READ) <= rows[0].keys():
        raise InputError(f"{path}: is no table of networks and representations; name one, such as results/table1.csv")
    return rows


def terminal_table(rows: Sequence[Mapping[str, str]], width: int = 80) -> str:
    """Networks down, representations across: test accuracy, and its interval below.

    Representations that do not fit side by side into `width` characters stand below each other. What has no number
    there has no row and no column.
    """
    run = [row for row in rows if row["test_accuracy"]]
    cells = {(row["model"], row["representation"]): _cell(row) for row in rows}
    models = list(dict.fromkeys(row["model"] for row in run))
    columns = list(dict.fromkeys(row["representation"] for row in run))
    blocks: list[list[str]] = [[]]
    for column in columns:
        if blocks[-1] and len(_drawn(models, [*blocks[-1], column], cells).splitlines()[0]) > width:
            blocks.append([])
        blocks[-1].append(column)
    return "\n\n".join(_drawn(models, block, cells) for block in blocks if block)


def _drawn(models: Sequence[str], columns: Sequence[str], cells: Mapping[tuple[str, str], str]) -> str:
    numbered = {key for key, text in cells.items() if "\n" in text}
    shown = [model for model in models if any((model, column) in numbered for column in columns)]
    lines = [[model, *(cells.get((model, column), STATUS["not run"]) for column in columns)] for model in shown]
    return tabulate(lines, headers=["", *columns], tablefmt="simple", disable_numparse=True)


def _cell(row: Mapping[str, str]) -> str:
    if not row["test_accuracy"]:
        return STATUS.get(row["status"], row["status"])
    value, low, high = (number(float(row[f"test_accuracy{end}"])) for end in ("", "_low", "_high"))
    return f"{value}{' *' * (row['best'] == 'true')}\n{low} to {high}"
