"""SHA-256 digests of files as `sha256sum` writes and checks them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Digest:
    """Of a file's content: the hexadecimal SHA-256, and the size [bytes]."""

    sha256: str
    size: int


def digest(content: Path | bytes) -> Digest:
    """The digest of a file, or of what shall be one."""
    if isinstance(content, bytes):
        return Digest(hashlib.sha256(content).hexdigest(), len(content))
    with open(content, "rb") as file:
        return Digest(hashlib.file_digest(file, "sha256").hexdigest(), content.stat().st_size)


def listing(sha256: Mapping[str, str]) -> bytes:
    """Digests by file name as a file that `sha256sum --check` reads, sorted by name."""
    return "".join(f"{sha256[name]}  {name}\n" for name in sorted(sha256)).encode()
