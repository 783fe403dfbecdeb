"""The locks of the environments: files of packages, each pinned to one version and its hashes."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path


def digest(lock: Path) -> str:
    """SHA-256 of what a lock pins: of its lines as they stand, less what pip takes for comments, and empty ones."""
    lines = (re.sub(r"(^|\s+)#.*$", "", line) for line in lock.read_text().splitlines())
    return hashlib.sha256("".join(f"{line}\n" for line in lines if line.strip()).encode()).hexdigest()
