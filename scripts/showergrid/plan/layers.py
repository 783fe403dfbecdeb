"""The layers of a configuration: what all studies share, the study that another extends, and what stands above both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from showergrid.core.errors import InputError
from showergrid.core.yaml_files import read_yaml

SHARED = "config/config.yaml"
Layer = tuple[str, Mapping[str, Any]]  # name and content


def read_layers(root: Path, files: Iterable[Path], values: Mapping[str, Any]) -> list[Layer]:
    """The layers of a study, the lowest first.

    They are the file that all studies share, in the project's folder `root`; the study that the key `extends` names, a
    path from there, and those that this one extends; the `files` given to Snakemake; and the `values` of its --config.

    Raises:
        InputError: a file cannot be read, holds no map, or extends itself.
    """
    shared = _layer(root / SHARED)
    above = [*map(_layer, files), ("--config", values)]
    extended: list[Layer] = []
    name = _given("extends", [shared, *above])
    while name is not None:
        extended.insert(0, _layer(root / str(name)))
        if extended[0][0] in (file for file, _ in extended[1:]):
            raise InputError(f"{extended[0][0]}: extends itself; write extends: null where the last one stands alone")
        name = _given("extends", [shared, extended[0]])
    return [shared, *extended, *above]


def merged(layers: Iterable[Layer]) -> dict[str, Any]:
    """One configuration: a key of a higher layer stands above that of a lower one, and maps are merged.

    It extends no other: all of that is in it.
    """
    config: dict[str, Any] = {}
    for _, content in layers:
        config = _merged(config, content)
    return {**config, "extends": None}


def given_in(layers: Iterable[Layer]) -> dict[str, str]:
    """The name of the highest layer that gives each key."""
    return {key: name for name, content in layers for key in content}


def _layer(path: Path) -> Layer:
    content = read_yaml(path)
    if not isinstance(content, Mapping):
        raise InputError(f"{path}: holds no map of keys and values; see docs/studies.md")
    return str(path), content


def _given(key: str, layers: Iterable[Layer]) -> Any:
    """The value of a key in the highest layer that has it."""
    return [content[key] for _, content in layers if key in content][-1]


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(below[key], value) if isinstance(value, Mapping) and isinstance(below.get(key), Mapping) else value
        for key, value in above.items()
    }
    return {**below, **both}
