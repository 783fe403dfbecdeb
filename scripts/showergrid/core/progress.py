"""Progress of long work: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def progress(items: Iterable[T], what: str, unit: str, total: int | None = None) -> Iterator[T]:
    """Yield `items` unchanged while showing how many are done and the time left (quiet off a terminal)."""
    return iter(tqdm(items, desc=what, unit=unit, total=total, disable=None, dynamic_ncols=True))


def report(line: str) -> None:
    """Print one line on the progress of a long job; in a workflow it goes to the job's log."""
    print(line, file=sys.stderr, flush=True)
