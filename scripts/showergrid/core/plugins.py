"""Sources, representations, models and reports by the name of their file, imported only when needed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from showergrid.core.errors import InputError, no_python

Kind = Literal["sources", "representations", "models", "reports"]
PACKAGES: dict[Kind, str] = {
    "sources": "showergrid.sources",
    "representations": "showergrid.representations",
    "models": "showergrid.models",
    "reports": "showergrid.report.reports",
}
KINDS: dict[str, Kind] = {
    "source": "sources",
    "representation": "representations",
    "model": "models",
    "report": "reports",
}


@cache
def names(kind: Kind) -> list[str]:
    """The names that `load` knows, sorted."""
    folder = Path(__file__).parents[2].joinpath(*PACKAGES[kind].split("."))
    return sorted(path.stem for path in folder.glob("*.py") if path.stem.isidentifier() and path.stem[0] != "_")


def check(kind: Kind, name: str) -> None:
    """Refuse a name that `load` does not know.

    Raises:
        InputError: there is no module of that name.
    """
    if name not in names(kind):
        raise InputError(f"config: {kind}: no module is called {name!r}; valid: {', '.join(names(kind))}")


def load(kind: Kind, name: str) -> ModuleType:
    """Import the module of one source, representation, model or report.

    Raises:
        InputError: there is none of that name, or a file that it needs is not valid Python.
    """
    check(kind, name)
    try:
        return importlib.import_module(f"{PACKAGES[kind]}.{name}")
    except SyntaxError as error:
        raise no_python(error) from None


def modules(*kinds: Kind) -> tuple[str, ...]:
    """Dotted names of all modules of some kinds that `load` can import."""
    return tuple(f"{PACKAGES[kind]}.{name}" for kind in kinds for name in names(kind))


def closure_modules(job: Mapping[str, Any]) -> tuple[str, ...]:
    """Dotted names of the modules that a job loads by name, wherever its configuration names them."""
    named = {f"{PACKAGES[KINDS[key]]}.{job[key]['module']}" for key in KINDS if isinstance(job.get(key), Mapping)}
    for value in job.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Mapping):
                named |= set(closure_modules(inner))
    return tuple(sorted(named))
