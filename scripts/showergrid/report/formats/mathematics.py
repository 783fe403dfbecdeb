"""Mathematics within a text: LaTeX between two dollar signs, which every format shows in its own way.

As in pandoc the first is followed by no blank, the last has none before and no digit behind it: $5 and $6 are prices.
"""

from __future__ import annotations

import re

FORMULA = r"\$(?!\s)[^$]+(?<!\s)\$(?!\d)"


def parts(text: str) -> list[str]:
    """The text cut before and after its mathematics, which keeps its dollar signs."""
    return [part for part in re.split(f"({FORMULA})", text) if part]


def is_mathematics(part: str) -> bool:
    """Whether a part of a text is mathematics."""
    return len(part) > 2 and part[0] == part[-1] == "$"
