"""The locks of the environments: files of packages, each pinned to one version and its hashes."""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
from pathlib import Path


def digest(lock: Path) -> str:
    """SHA-256 of what a lock pins: of its lines as they stand, less what pip takes for comments, and empty ones."""
    lines = (re.sub(r"(^|\s+)#.*$", "", line) for line in lock.read_text().splitlines())
    return hashlib.sha256("".join(f"{line}\n" for line in lines if line.strip()).encode()).hexdigest()


def not_installed(lock: Path) -> list[str]:
    """The packages of a lock that are installed in no version; one in another version than is pinned, records tell."""
    missing = []
    for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock.read_text(), re.M):
        try:
            importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    return missing
