"""Representations and networks by the name of their file, imported only when asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from showergrid.core.errors import InputError

Kind = Literal["representations", "models"]


@cache
def names(kind: Kind) -> list[str]:
    """The names that `load` knows, sorted."""
    folder = Path(__file__).parents[1] / kind
    return sorted(path.stem for path in folder.glob("*.py") if path.stem.isidentifier() and path.stem[0] != "_")


def load(kind: Kind, name: str) -> ModuleType:
    """Import the module of one representation or network.

    Raises:
        InputError: there is none of that name.
    """
    if name not in names(kind):
        raise InputError(f"config: {kind}: no module is called {name!r}; valid: {', '.join(names(kind))}")
    return importlib.import_module(f"showergrid.{kind}.{name}")


def closure_modules(job: Mapping[str, Any]) -> list[str]:
    """Dotted names of the modules that a job loads by name, wherever its configuration names them."""
    kinds: dict[str, Kind] = {"representation": "representations", "model": "models"}
    found = {f"showergrid.{kinds[key]}.{job[key]['module']}" for key in kinds if isinstance(job.get(key), Mapping)}
    for value in job.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Mapping):
                found |= set(closure_modules(inner))
    return sorted(found)
