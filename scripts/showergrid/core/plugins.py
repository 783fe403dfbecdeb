"""Representations and networks by the name of their file, imported only when needed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args

from showergrid.core.errors import InputError, no_python

Kind = Literal["representations", "models"]


@cache
def names(kind: Kind) -> list[str]:
    """The names that `load` knows, sorted."""
    folder = Path(__file__).parents[1] / kind
    return sorted(path.stem for path in folder.glob("*.py") if path.stem.isidentifier() and path.stem[0] != "_")


def load(kind: Kind, name: str) -> ModuleType:
    """Import the module of one representation or network.

    Raises:
        InputError: there is none of that name, or a file that it needs is not valid Python.
    """
    if name not in names(kind):
        raise InputError(f"config: {kind}: no module is called {name!r}; valid: {', '.join(names(kind))}")
    try:
        return importlib.import_module(f"showergrid.{kind}.{name}")
    except SyntaxError as error:
        raise no_python(error) from None


def all_modules() -> tuple[str, ...]:
    """Dotted names of all modules that `load` can import."""
    return tuple(f"showergrid.{kind}.{name}" for kind in get_args(Kind) for name in names(kind))


def closure_modules(job: Mapping[str, Any]) -> tuple[str, ...]:
    """Dotted names of the modules that a job loads by name, wherever its configuration names them."""
    kinds: dict[str, Kind] = {"representation": "representations", "model": "models"}
    modules = {f"showergrid.{kinds[key]}.{job[key]['module']}" for key in kinds if isinstance(job.get(key), Mapping)}
    for value in job.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Mapping):
                modules |= set(closure_modules(inner))
    return tuple(sorted(modules))
