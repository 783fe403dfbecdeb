"""The type and range of a key of the configuration in words: integer, ≥ 1; list of names; `a` or `b`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

CONSTRAINTS = ("title", "ge", "gt", "le", "lt", "min_length", "max_length")
WORDS = {bool: "`true` or `false`", int: "integer", float: "number", str: "text", NoneType: "`null`"}
Constraints = dict[str, Any]
Link = Callable[[type[BaseModel]], str]  # the anchor of the table of a class


def words_of(field: FieldInfo, link: Link) -> str:
    """The type and range of a field, in Markdown."""
    return _words(field.annotation, _constraints([field]), link, False)


def value_words(value: Any) -> str:
    """A value as a configuration writes it on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1000)
    return text.removesuffix("\n").removesuffix("\n...")


def _constraints(metadata: Iterable[Any]) -> Constraints:
    """What annotations say of a value: its bounds, its lengths, and the title of its type."""
    said: Constraints = {}
    for item in metadata:
        if isinstance(item, FieldInfo):
            said |= _constraints(item.metadata)
        said |= {name: value for name in CONSTRAINTS if (value := getattr(item, name, None)) is not None}
    return said


def _words(annotation: Any, said: Constraints, link: Link, several: bool) -> str:
    """The words for one value of a type, or for several."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _words(parts[0], said | _constraints(parts[1:]), link, several)
    if "title" in said:
        return _plural(said["title"], several)
    if origin in (Literal, Union, UnionType):
        return _either(_choices(annotation, said, link, several))
    if origin is list:
        return f"{_plural('list', several)} of {_size(said)}{_words(parts[0], {}, link, True)}"
    if origin is tuple:
        return f"{_plural('list', several)} of {len(parts)} {_words(parts[0], {}, link, True)}"
    if origin is dict:
        keys, values = (_words(part, {}, link, True) for part in parts)
        return f"{_plural('map', several)} of {_size(said)}{keys} to {values}"
    if annotation is Any:
        return f"{_plural('value', several)} of any type"
    if issubclass(annotation, BaseModel):
        return f"[{_plural('map', several)}](#{link(annotation)})"
    if annotation is str:
        return "one character" if said.get("max_length") == 1 else _plural(WORDS[str], several)
    if annotation in (int, float):
        return ", ".join(filter(None, [_plural(WORDS[annotation], several), _bounds(said)]))
    return WORDS[annotation]


def _choices(annotation: Any, said: Constraints, link: Link, several: bool) -> list[str]:
    """The words for each type, and each literal value, that a value may have."""
    if get_origin(annotation) is Literal:
        return [f"`{value_words(value)}`" for value in get_args(annotation)]
    if get_origin(annotation) not in (Union, UnionType):
        return [_words(annotation, said, link, several)]
    parts = [part for part in get_args(annotation) if part is not int or float not in get_args(annotation)]
    return [choice for part in parts for choice in _choices(part, said, link, several)]


def _either(choices: Sequence[str]) -> str:
    """One of some words."""
    *first, last = choices
    if not first:
        return last
    return f"{', '.join(first)}{',' if any(', ' in choice for choice in choices) else ''} or {last}"


def _size(said: Constraints) -> str:
    """How many entries a list or map may have, where that is said."""
    low, high = said.get("min_length"), said.get("max_length")
    if high is not None:
        return f"{low} to {high} "
    return f"{low} or more " if low else ""


def _bounds(said: Constraints) -> str:
    """The range of a number: ≥ 1; > 0 to 1; 0 to below 1; between 0 and 1; empty for any number."""
    low, high = said.get("ge", said.get("gt")), said.get("le", said.get("lt"))
    if low is None or high is None:
        signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
        return "".join(f"{sign} {_number(said[name])}" for name, sign in signs.items() if name in said)
    if "gt" in said and "lt" in said:
        return f"between {_number(low)} and {_number(high)}"
    return f"{'> ' if 'gt' in said else ''}{_number(low)} to {'below ' if 'lt' in said else ''}{_number(high)}"


def _number(value: float) -> str:
    """A number, with a blank between its thousands from 10 000 on."""
    return f"{value:,}".replace(",", " ") if abs(value) >= 10_000 else str(value)


def _plural(word: str, several: bool) -> str:
    return f"{word}s" if several else word
