"""The numbers of summary.json as tables to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from showergrid.report.formats.html import markdown_table
from showergrid.report.formats.markdown import escape
from showergrid.report.settings.labels import HumanLabels

UNITS = {"energy": "GeV", "hits": "of an event, by its energy in GeV", "extent": "cm", "charge": "tick ADC"}


def data_page(summary: Mapping[str, Any], labels: HumanLabels) -> str:
    """The page in Markdown: a paragraph and a table for each group of numbers."""
    summary = _called(summary, labels)
    single = {name: value for name, value in summary.items() if not isinstance(value, Mapping | list)}
    tables = [*_tables("the study", single)]
    for name, value in summary.items():
        if name not in single:
            title = f"{name} ({UNITS[name]})" if name in UNITS else name
            tables += _tables(_words(title), value)
    return "".join(f"{escape(title[:1].upper() + title[1:])}{markdown_table(*rows)}" for title, rows in tables)


def _tables(title: str, value: Any) -> Iterator[tuple[str, list[list[str]]]]:
    """The title and rows of each table: a list or map of flat maps is one table; deeper levels have their own."""
    if isinstance(value, list):
        value = {str(i): row for i, row in enumerate(value, 1)}
    if not isinstance(value, Mapping):
        return
    single = {name: entry for name, entry in value.items() if not isinstance(entry, Mapping | list)}
    flat = {
        name: entry
        for name, entry in value.items()
        if isinstance(entry, Mapping) and not any(isinstance(inner, Mapping | list) for inner in entry.values())
    }
    if single:
        yield title, [list(map(_text, single)), list(map(_text, single.values()))]
    if flat:
        heads = list(dict.fromkeys(key for entry in flat.values() for key in entry))
        rows = [[_text(name), *(_text(entry.get(key)) for key in heads)] for name, entry in flat.items()]
        yield title, [["", *map(_text, heads)], *rows]
    for name, entry in value.items():
        if name not in single and name not in flat:
            yield from _tables(f"{title}: {_words(name)}", entry)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else escape(_words(str(value)))


def _words(name: str) -> str:
    """A name as words; a label with LaTeX stays as it is."""
    return name if "$" in name else name.replace("_", " ")


def _called(summary: Mapping[str, Any], labels: HumanLabels) -> dict[str, Any]:
    """The same numbers, those of a class under its label."""

    def called(values: Mapping[str, Any]) -> dict[str, Any]:
        return {labels.kind(name): value for name, value in values.items()}

    classes, shown = summary["classes"].keys(), dict(summary)
    shown["classes"] = called(summary["classes"])
    if summary["energy"] is not None:
        shown["energy"] = called(summary["energy"])
    if summary["hits"] is not None:
        rows = [({k: row[k] for k in row if k not in classes}, {k: row[k] for k in classes}) for row in summary["hits"]]
        shown["hits"] = [all_events | called(of_classes) for all_events, of_classes in rows]
    shown["extent"] = {axis: {**of, "classes": called(of["classes"])} for axis, of in summary["extent"].items()}
    return shown
