"""Representations and networks by the name of their file, imported only when asked for."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Literal

from showergrid.errors import InputError

Kind = Literal["representations", "models"]


def names(kind: Kind) -> list[str]:
    """The names that `load` knows, sorted."""
    folder = Path(__file__).parent / kind
    return sorted(path.stem for path in folder.glob("*.py") if path.stem.isidentifier() and path.stem[0] != "_")


def load(kind: Kind, name: str) -> ModuleType:
    """Import the module of one representation or network.

    Raises:
        InputError: there is none of that name.
    """
    if name not in names(kind):
        raise InputError(f"config: {kind}: no module is called {name!r}; valid: {', '.join(names(kind))}")
    return importlib.import_module(f"showergrid.{kind}.{name}")
