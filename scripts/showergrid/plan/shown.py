"""What Snakemake's report says of a result, and under which head it shows it: the arguments of `report()` in a rule."""

from __future__ import annotations

from typing import Any


def table(name: str, kind: str) -> dict[str, Any]:
    """A table by its name below the study's folder, as one of its kinds: CSV, PDF, a figure or a page."""
    return {"caption": "../report/table.rst", "category": "Tables", "labels": {"table": name, "as": kind}}


def figure(what: str) -> dict[str, Any]:
    """A figure of the data."""
    return {"caption": "../report/figure.rst", "category": "Data", "labels": {"figure": what}}


def of_cell(what: str) -> dict[str, Any]:
    """A figure of a cell, whose wildcards name it."""
    named = {name: f"{{{name}}}" for name in ("input", "model", "seed")}
    return {
        "caption": "../report/cell.rst",
        "category": "Cells",
        "subcategory": "{input}",
        "labels": {**named, "figure": what},
    }


def times(what: str) -> dict[str, Any]:
    """A table of what ran, where and for how long."""
    return {"caption": "../report/runtimes.rst", "category": "Time and machines", "labels": {"table": what}}
