"""SHA-256 digests of files as `sha256sum` writes and checks them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Digest:
    """The hexadecimal SHA-256 of a file's content, and its size [bytes]."""

    sha256: str
    size: int


def digest(content: Path | bytes) -> Digest:
    """The digest of a file, or of the content of a file to be written."""
    if isinstance(content, bytes):
        return Digest(hashlib.sha256(content).hexdigest(), len(content))
    return Digest(sha256(content), content.stat().st_size)


def listing(digests: Mapping[str, str]) -> bytes:
    """Content of a file for `sha256sum --check`, with the digests by file name, sorted by name."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's content."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
