"""Variants: an entry of the study with some values changed, by an ablation or by a search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from showergrid.core.errors import InputError

MARK = "@"
TUNED = "tuned"  # mark of a network whose values a search has found


def base(name: str) -> str:
    """The entry of the study that `name` is, or is a variant of."""
    return name.split(MARK)[0]


def tuned(name: str) -> str:
    """The name of an entry with the values that a search has found."""
    return name + MARK + TUNED


def variant(name: str, levels: Mapping[str, Any]) -> str:
    """The name of entry `name` with the values `levels`, such as simple@bn-true,conv_sizes-5x5; without any, `name`.

    Raises:
        InputError: a value is no number, switch or word, nor a list of these.
    """
    if not levels:
        return name
    return name + MARK + ",".join(f"{key}-{_text(key, value)}" for key, value in levels.items())


def _text(key: str, value: Any) -> str:
    if isinstance(value, list | tuple) and value:
        return "x".join(_text(key, item) for item in value)
    text = str(value).lower() if isinstance(value, bool | None) else str(value)
    if isinstance(value, Mapping | list) or not re.fullmatch(r"[A-Za-z0-9_.-]+", text):
        raise InputError(
            f"{key} = {value!r}: a value of an ablation is a number, a word, true, false or a list of them"
        )
    return text
