"""The report on two folders of results: whether they are the same, what explains the differences, then each cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

from showergrid.rebuild.compare import Cause, CellDifference, Outside, ResultsComparison

SHOWN = 12  # most lines of one part
WIDTH = 60  # most characters of a value


def report(comparison: ResultsComparison, names: tuple[str, str]) -> str:
    """The report as text; `names` are the names of the two folders in it."""
    cells = {cell.folder for cell in comparison.cells}
    elsewhere = [name for name in comparison.differing if str(PurePosixPath(name).parent) not in cells]
    lines = [f"A: {names[0]}", f"B: {names[1]}", "", _verdict(comparison)]
    for letter, alone, opposite in zip("AB", comparison.only, comparison.only[::-1], strict=True):
        lines += _part(f"Only in {letter}:", _gathered(alone, [*comparison.same, *comparison.differing, *opposite]))
    for subject, causes in groupby(comparison.causes, lambda cause: cause.difference.subject):
        lines += _part(f"Different {subject} (A | B):", [_cause(cause) for cause in causes])
    lines += _part("Nothing in the records explains why these differ:", comparison.unexplained)
    lines += _part("Made in the same way, of files that differ:", comparison.following)
    lines += _part("Cells that differ:", [_cell(cell) for cell in comparison.cells], len(comparison.cells))
    lines += _part("Other files that differ:", elsewhere)
    return "\n".join(lines) + "\n"


def _verdict(comparison: ResultsComparison) -> str:
    if comparison.identical:
        return f"The same: all {len(comparison.same)} files, byte for byte."
    both = len(comparison.same) + len(comparison.differing)
    said = [f"Different: {len(comparison.differing)} of the {both} files that both have"]
    said += [f"{len(alone)} only in {letter}" for letter, alone in zip("AB", comparison.only, strict=True) if alone]
    judged = [cell for cell in comparison.cells if cell.outside is not None]
    lines = [", ".join(said) + "."]
    if judged:
        within = sum(not cell.outside for cell in judged)
        lines.append(
            f"In {within} of {_count(len(judged), 'cell')} that {'differs' if len(judged) == 1 else 'differ'} "
            "all metrics lie within each other's intervals."
        )
    if comparison.causes:
        lines.append(
            f"What may explain it: {', '.join(dict.fromkeys(c.difference.subject for c in comparison.causes))}."
        )
    return "\n".join(lines)


def _part(title: str, lines: Iterable[str], shown: int = SHOWN) -> list[str]:
    """A title and the first `shown` of the lines below it; nothing where there are no lines."""
    lines = list(lines)
    more = [f"and {len(lines) - shown} more"] if len(lines) > shown else []
    return ["", title, *(f"  {line}" for line in [*lines[:shown], *more])] if lines else []


def _gathered(alone: list[str], others: list[str]) -> list[str]:
    """Paths `alone` that only one folder has; a folder that the other lacks is one entry with its number of files.

    `others` are all paths of the other folder.
    """
    there = {parent for name in others for parent in PurePosixPath(name).parents}

    def lacking(name: str) -> str:
        parents = [parent for parent in PurePosixPath(name).parents if parent not in there]
        return f"{parents[-1]}/" if parents else name

    counts = Counter(map(lacking, alone))
    return [f"{name} ({_count(count, 'file')})" if name.endswith("/") else name for name, count in counts.items()]


def _cause(cause: Cause) -> str:
    change = cause.difference
    return f"{change.name}: {_short(change.one)} | {_short(change.other)} ({_count(len(cause.files), 'file')})"


def _short(value: Any) -> str:
    """A value in one line; of a digest, as many characters as tell it from others."""
    text = "none" if value is None else str(value)
    if re.fullmatch("[0-9a-f]{40,64}", text):
        return text[:12]
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."


def _cell(cell: CellDifference) -> str:
    said = [f"{cell.folder.removeprefix('cells/')}: {', '.join(cell.files)}"]
    for scores in cell.scores:
        place = ", ".join(f"{key} {number}" for key, number in scores.worst.items())
        where = f" ({place})" if scores.largest else ""
        said.append(f"scores of {scores.counted}s differ by {scores.largest:.2g} at most{where}")
        if scores.unpaired:
            said.append(f"{_count(scores.unpaired, scores.counted)} in one of them alone")
    if cell.outside is not None:
        within = cell.metrics - len(cell.outside)
        said.append(f"{within} of {_count(cell.metrics, 'metric')} within each other's intervals")
    return "; ".join(said) + "".join(f"\n    {_outside(metric)}" for metric in cell.outside or [])


def _outside(metric: Outside) -> str:
    return f"outside: {metric.name} {_interval(metric.one)} | {_interval(metric.other)}"


def _interval(metric: Mapping[str, float | None] | None) -> str:
    if metric is None or metric["value"] is None:
        return "none"
    return f"{metric['value']:.4g} [{metric['low']:.4g}, {metric['high']:.4g}]"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
