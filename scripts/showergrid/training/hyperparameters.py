"""The values of one network in one place of the grid by the keys of the configuration: which there are, and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from showergrid.core import plugins
from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.core.settings import Settings
from showergrid.inputs.settings import CentimetreWindow, WindowSettings
from showergrid.inputs.window import Window
from showergrid.training.settings import Fitting, Training

# Keys of a model's window carry this prefix in the configuration: win_shape, win_margin, win_placement, win_origin.
WINDOW = "win_"
Groups = Mapping[str, type[Settings]]


def groups_of(module: Any) -> dict[str, type[Settings]]:
    """What the keys of a model of this module are checked against; one that is fitted as a whole has no epochs."""
    return {
        "training": Fitting if hasattr(module, "fit") else Training,
        "parameters": module.Parameters,
        "window": WindowSettings,
        "centimetres": CentimetreWindow,
    }


def known(values: Mapping[str, Any], groups: Groups, where: str) -> dict[str, str]:
    """The group of every key a model may have; one that none knows is refused."""
    found = {key: group for group, settings in groups.items() for key in _keys(group, settings)}
    if unknown := sorted(set(values) - set(found)):
        raise InputError(f"{where}: {unknown[0]} = {values[unknown[0]]!r}: unknown key; valid: {', '.join(found)}")
    return found


def grouped(values: Mapping[str, Any], groups: Groups, where: str) -> dict[str, dict[str, Any]]:
    """The values by the group of their key, by the names that they have there."""
    group_of = known(values, groups, where)
    found: dict[str, dict[str, Any]] = {group: {} for group in groups}
    for key, value in values.items():
        found[group_of[key]][key.removeprefix(WINDOW) if group_of[key] == "window" else key] = value
    return found


def settled(
    values: Mapping[str, Mapping[str, Any]], groups: Groups, views: Sequence[Sequence[str]], where: str
) -> dict[str, dict[str, Any]]:
    """The same groups, each checked and complete, of a network for images over the axes of each of its `views`.

    Raises:
        InputError: a value is not allowed, or the window does not fit the images or the network.
    """
    found = {
        group: checked(groups[group], inner, where, WINDOW if group == "window" else "")
        for group, inner in values.items()
    }
    try:
        for axes in views:
            Window.of(found["window"], axes)
        found["parameters"].check_window(found["window"].shape)
    except InputError as error:
        shown = f"win_shape = {found['window'].shape}, win_margin = {found['window'].margin}"
        raise InputError(f"{where}: {shown}: {error}") from None
    return {group: settings.model_dump(mode="json") for group, settings in found.items()}


def axes_of(representation: Mapping[str, Any]) -> tuple[str, ...]:
    """The detector axes of the images of a resolved representation, in the order of their dimensions."""
    module = plugins.load("representations", representation["module"])
    return module.axes(module.Parameters(**representation["parameters"]))


def whole(representation: Mapping[str, Any]) -> dict[str, list[int]]:
    """The shape of a window that holds the whole of a list, if that is always as long."""
    module = plugins.load("representations", representation["module"])
    if not hasattr(module, "length"):
        return {}
    return {"shape": [module.length(module.Parameters(**representation["parameters"]))]}


def _keys(group: str, settings: type[BaseModel]) -> list[str]:
    """The keys of `settings` as a model of the configuration names them."""
    return [f"{WINDOW}{key}" if group == "window" else key for key in settings.model_fields]
