"""Mathematics within a text: LaTeX between two dollar signs, which every format shows in its own way."""

from __future__ import annotations

import re

from showergrid.core.settings import FORMULA
from showergrid.report.formats.layout import TOGETHER


def parts(text: str) -> list[str]:
    """The text cut before and after its mathematics, which keeps its dollar signs."""
    return [part for part in re.split(f"({FORMULA})", text) if part]


def is_mathematics(part: str) -> bool:
    """Whether a part of a text is mathematics."""
    return len(part) > 2 and part[0] == part[-1] == "$"


def printed(text: str) -> str:
    """The characters that are printed, of mathematics about those."""
    plain = [
        re.sub(r"[$^_{}]", "", re.sub(r"\\[A-Za-z]+ ?", "x", part)) if is_mathematics(part) else part
        for part in parts(text)
    ]
    return "".join(plain).replace(TOGETHER, "")
