"""The study's Markdown as HTML: paragraphs and tables, which is all that it has."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

Table = list[tuple[Markup, list[list[Markup]]]]  # paragraphs, each with the rows below it


def from_markdown(text: str) -> Table:
    """The paragraphs and tables of one of the study's Markdown files."""
    found: Table = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        if not lines[0].startswith("|"):
            found.append((_inline(" ".join(lines)), []))
            continue
        rows = [[_inline(cell.strip()) for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])] for line in lines]
        if not found or found[-1][1]:
            found.append((Markup(""), []))
        found[-1][1].extend(rows[:1] + rows[2:])
    return found


def _inline(text: str) -> Markup:
    bold = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(text)))
    code = re.sub(r"(?<!\\)`(.+?)`", r"<code>\1</code>", bold)
    return Markup(re.sub(r"\\(?=[\\`*|\[\]_]|&lt;|&gt;)", "", code))  # what Markdown would take for its own marks
