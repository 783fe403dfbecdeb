"""Progress of long work: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def progress(items: Iterable[T], what: str, unit: str, total: int | None = None) -> Iterator[T]:
    """Yield `items` unchanged while showing how many are done and the time left (quiet off a terminal)."""
    return iter(tqdm(items, desc=what, unit=unit, total=total, disable=None, dynamic_ncols=True))
