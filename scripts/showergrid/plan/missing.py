"""Missing files of a table, and of what it rests on, as a parameter of its job that has the table made again.

Snakemake by itself looks only for files that are asked for or that a job is about to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

Wildcards = Mapping[str, str]
Files = Callable[[Wildcards], list[str]]


def missing(outputs: Files, rests_on: Files, before: Callable[[], None] = lambda: None) -> Files:
    """The function that lists the missing files of a table that is there otherwise, and of those that it rests on.

    It is asked for the plan and again when the table is made, so that a file that is deleted later is seen; `before`
    is called first. Only the plan is told of the table's own files: when the table is made, they are about to be.
    """
    planned: set[tuple[tuple[str, str], ...]] = set()

    def absent(wildcards: Wildcards) -> list[str]:
        before()
        lost = _absent(rests_on(wildcards))
        table = tuple(wildcards.items())
        if table in planned:
            return lost
        planned.add(table)
        files = outputs(wildcards)
        own = _absent(files)
        return [*own, *lost] if len(own) < len(files) else lost

    return absent


def _absent(files: list[str]) -> list[str]:
    return [file for file in files if not Path(file).exists()]
