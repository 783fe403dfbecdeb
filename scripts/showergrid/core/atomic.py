"""Files that are whole or absent: written under another name in the same folder, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; it takes the place of `path` once the block ends well.

    The file is flushed to disk before the rename, and removed if the block raises. The temporary name
    ends like the real one, so that libraries that look at the suffix behave the same.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".partial-{path.name}")
    try:
        yield beside
        with open(beside, "rb") as written:
            os.fsync(written.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
