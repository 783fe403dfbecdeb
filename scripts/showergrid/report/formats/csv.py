"""Tables as CSV: every number in full."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence


def written(header: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """The text of a CSV file; what a row does not have is left empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def sizes(cm: Mapping[str, float]) -> str:
    """Sizes along axes in full."""
    return " ".join(f"{axis}={size!r}" for axis, size in cm.items())
