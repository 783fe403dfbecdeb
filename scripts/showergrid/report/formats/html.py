"""The study's Markdown, paragraphs and tables, as HTML, and report pages that a browser opens on their own."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from latex2mathml.converter import convert
from markupsafe import Markup, escape

from showergrid.core.atomic import replacing
from showergrid.report.formats.mathematics import is_mathematics, parts

Table = list[tuple[Markup, list[list[Markup]]]]  # paragraphs, each with the rows below it


def from_markdown(text: str) -> Table:
    """The paragraphs and tables of one of the study's Markdown files."""
    paragraphs: Table = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        if not lines[0].startswith("|"):
            paragraphs.append((_inline(" ".join(lines)), []))
            continue
        rows = [[_inline(cell.strip()) for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])] for line in lines]
        if not paragraphs or paragraphs[-1][1]:
            paragraphs.append((Markup(""), []))
        paragraphs[-1][1].extend(rows[:1] + rows[2:])
    return paragraphs


def _inline(text: str) -> Markup:
    formulas = iter([convert(part.strip("$")) for part in parts(text) if is_mathematics(part)])
    plain = "".join("\0" if is_mathematics(part) else part for part in parts(text))  # marks do not end at a formula
    bold = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(plain)))
    code = re.sub(r"(?<!\\)`(.+?)`", r"<code>\1</code>", bold)
    shown = re.sub(r"\\(?=[\\`*|\[\]_]|&lt;|&gt;)", "", code)  # escapes of Markdown's own marks
    return Markup(re.sub("\0", lambda _: next(formulas), shown))


def write_page(path: Path, template: Path, title: str, markdown: str) -> None:
    """Write the page of a text in the study's Markdown, in the frame of `template` (Jinja)."""
    frame = Environment(loader=FileSystemLoader(template.parent), autoescape=True, undefined=StrictUndefined)
    text = frame.get_template(template.name).render(title=title, table=from_markdown(markdown))
    with replacing(path) as partial:
        partial.write_text(text + "\n", encoding="utf-8")


def markdown_table(*rows: list[str]) -> str:
    """The rows as a Markdown table, the first as its heads, between empty lines."""
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n\n"
