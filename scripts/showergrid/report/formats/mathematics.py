"""Mathematics within a text: LaTeX between two dollar signs, which every format shows in its own way."""

from __future__ import annotations

import re


def parts(text: str) -> list[str]:
    """The text cut before and after its mathematics, which keeps its dollar signs."""
    return [part for part in re.split(r"(\$[^$]+\$)", text) if part]


def is_mathematics(part: str) -> bool:
    """Whether a part of a text is mathematics."""
    return len(part) > 2 and part[0] == part[-1] == "$"
