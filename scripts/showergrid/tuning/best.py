"""The hyperparameters that a search found: best.yaml, and the configuration of a cell with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from showergrid.core import plugins
from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.training.hyperparameters import grouped, groups_of, known, settled

# Not searched: they say where a network is computed, which file it starts from and which events it is asked, not how it
# learns.
FIXED = ("threads", "device", "weights", "split")


def of_input(representation: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    """The hyperparameters among `keys` that change what a resolved representation shows."""
    fields = plugins.load("representations", representation["module"]).Parameters.model_fields
    return [key for key in keys if key in fields]


def check_keys(cell: Mapping[str, Any], keys: Iterable[str], where: str) -> None:
    """Refuse keys that are no hyperparameters of `cell`, the resolved configuration of a cell's job.

    Raises:
        InputError: a key is not valid; the message names it and the valid keys.
    """
    shown = plugins.load("representations", cell["representation"]["module"]).Parameters.model_fields
    groups = _groups(cell)
    valid = [key for key in [*shown, *known({}, groups, where)] if key not in FIXED]
    for key in keys:
        if key not in valid:
            raise InputError(f"{where}: {key}: no hyperparameter that can be searched; valid: {', '.join(valid)}")


def with_values(cell: Mapping[str, Any], values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """`cell`, the resolved configuration of a cell's job, with other values of its hyperparameters, checked again.

    Raises:
        InputError: a value is not allowed, or the values do not go together.
    """
    shown, model, groups = cell["representation"], cell["model"], _groups(cell)
    own = {key: values[key] for key in of_input(shown, values)}
    settings = plugins.load("representations", shown["module"]).Parameters
    parameters = checked(settings, {**shown["parameters"], **own}, where)
    shown = {**shown, "parameters": parameters.model_dump(mode="json")}
    changes = grouped({key: value for key, value in values.items() if key not in own}, groups, where)
    merged = {group: {**(model[group] or {}), **changes[group]} for group in groups}
    return {**cell, "representation": shown, "model": {**model, **settled(merged, groups, [shown], where)}}


def read_best(path: Path) -> dict[str, Any]:
    """Read the values of best.yaml.

    Raises:
        InputError: the file is not the result of a search.
    """
    try:
        return dict(yaml.safe_load(path.read_text())["values"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: is no result of a search ({reason}); delete it to have it made again") from None


def _groups(cell: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that check the keys of a cell's network; its window is already in pixels."""
    groups = groups_of(plugins.load("models", cell["model"]["module"]))
    return {group: settings for group, settings in groups.items() if group != "centimetres"}
