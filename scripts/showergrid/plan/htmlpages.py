"""Pages of the report that a browser opens alone: paragraphs and tables."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from showergrid.core.atomic import replacing
from showergrid.report.formats.html import from_markdown


def write_page(path: Path, template: Path, title: str, markdown: str) -> None:
    """Write the page of a text in the study's Markdown, in the frame of `template` (Jinja)."""
    frame = Environment(loader=FileSystemLoader(template.parent), autoescape=True, undefined=StrictUndefined)
    text = frame.get_template(template.name).render(title=title, table=from_markdown(markdown))
    with replacing(path) as partial:
        partial.write_text(text + "\n", encoding="utf-8")


def markdown_table(*rows: list[str]) -> str:
    """The rows, of which the first are the heads, as a Markdown table under an empty line."""
    lines = [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    return "\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n\n"
