"""YAML files that people write: read without running anything, and no key given twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from showergrid.core.errors import InputError


def read_yaml(path: Path) -> Any:
    """The content of a YAML file.

    Raises:
        InputError: the file cannot be read, is no YAML, or gives a key of a map twice, of which YAML would drop one.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); correct its name") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is no UTF-8 text ({error.reason} at byte {error.start}); save it as such") from None
    try:
        return _content(path, text, yaml.CSafeLoader)
    except yaml.YAMLError:
        pass  # the loader in Python takes seven times as long, and tells better what is wrong
    try:
        return _content(path, text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise InputError(f"{path}: is no YAML: {_fault(error, text)}; correct it there") from None


def typed(value: Any) -> Any:
    """`value` with what YAML takes a text for in place of each text in it, as where 100 was read as "100"."""
    if isinstance(value, Mapping):
        return {key: typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [typed(inner) for inner in value]
    if not isinstance(value, str):
        return value
    try:
        meant = yaml.safe_load(value)
    except yaml.YAMLError:
        return value
    return value if isinstance(meant, Mapping | list | date) else meant


def _content(path: Path, text: str, loader: type) -> Any:
    for key, first, second in _given_twice(yaml.compose(text, loader), set()):
        raise InputError(f"{path}: {key} is given in line {first} and again in line {second}; keep one of them")
    return yaml.load(text, loader)


def _fault(error: yaml.YAMLError, text: str) -> str:
    """The line of a fault in `text`, what is wrong in it, and what stands around it and where that begins."""
    if not isinstance(error, yaml.MarkedYAMLError):  # a character that YAML forbids
        return f"line {text.count(chr(10), 0, error.position) + 1}: {str(error).splitlines()[0]}"
    fault = f"line {error.problem_mark.line + 1}: {error.problem}"
    if error.context is None:
        return fault
    return f"{fault}, {error.context}" + (f" from line {error.context_mark.line + 1}" if error.context_mark else "")


def _given_twice(node: yaml.Node | None, seen: set[int]) -> Iterator[tuple[str, int, int]]:
    """Each key that stands twice in one map, with both lines; `seen` holds nodes already visited, as aliases repeat."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            yield from _given_twice(entry, seen)
    elif isinstance(node, yaml.MappingNode):
        lines: dict[tuple[str, str], int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if isinstance(key, yaml.ScalarNode):
                name = key.tag, key.value
                if name in lines:
                    yield key.value, lines[name], line
                lines[name] = line
            yield from _given_twice(value, seen)
