"""The hyperparameters of one network in one place of the grid: which keys it has, and the check of their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from showergrid.core import plugins
from showergrid.core.checking import check_given, checked
from showergrid.core.errors import InputError
from showergrid.core.settings import Settings
from showergrid.inputs.declared import is_made_of_hits
from showergrid.inputs.settings import CentimetreWindow, WindowSettings
from showergrid.inputs.window import Window
from showergrid.training.fitting import is_fitted
from showergrid.training.settings import Fitting, Training

# Keys of a model's window carry this prefix in the configuration: win_shape, win_margin, win_placement, win_origin.
WINDOW = "win_"
Groups = Mapping[str, type[Settings]]


def groups_of(module: Any) -> dict[str, type[Settings]]:
    """The settings that check a model of this module, by group; a model that is fitted as a whole has no epochs."""
    return {
        "training": Fitting if is_fitted(module) else Training,
        "parameters": module.Parameters,
        "window": WindowSettings,
        "centimetres": CentimetreWindow,
    }


def known(values: Mapping[str, Any], groups: Groups, where: str) -> dict[str, str]:
    """The group of every key that a model may have; a key of `values` that is in none is refused."""
    group_of = {key: group for group, settings in groups.items() for key in _keys(group, settings)}
    if unknown := sorted(set(values) - set(group_of)):
        raise InputError(f"{where}: {unknown[0]} = {values[unknown[0]]!r}: unknown key; valid: {', '.join(group_of)}")
    return group_of


def grouped(values: Mapping[str, Any], groups: Groups, where: str) -> dict[str, dict[str, Any]]:
    """The values by the group of their key and by its name in that group."""
    group_of = known(values, groups, where)
    by_group: dict[str, dict[str, Any]] = {group: {} for group in groups}
    for key, value in values.items():
        by_group[group_of[key]][key.removeprefix(WINDOW) if group_of[key] == "window" else key] = value
    return by_group


def check_values(values: Mapping[str, Any], groups: Groups, where: str) -> None:
    """Refuse an unknown key, and a value that is wrong by itself; keys may be missing.

    Raises:
        InputError: one line with `where`, the key, the value and the valid choices.
    """
    for group, inner in grouped(values, groups, where).items():
        check_given(groups[group], inner, where, WINDOW if group == "window" else "")


def settled(
    values: Mapping[str, Mapping[str, Any]], groups: Groups, views: Sequence[Mapping[str, Any]], where: str
) -> dict[str, dict[str, Any] | None]:
    """Check and complete the groups of a network for its `views`, resolved representations; tables have no window.

    Raises:
        InputError: a value is not allowed, or the window does not fit the images or the network.
    """
    windowed = [view for view in views if kind_of(view) != "table"]
    complete = {
        group: checked(groups[group], inner, where, WINDOW if group == "window" else "")
        for group, inner in values.items()
        if group != "window" or windowed
    }
    try:
        for view in windowed:
            _check_window(complete["window"], view)
        if windowed:
            complete["parameters"].check_window(complete["window"].shape)
    except InputError as error:
        shown = f"win_shape = {complete['window'].shape}, win_margin = {complete['window'].margin}"
        raise InputError(f"{where}: {shown}: {error}") from None
    return {group: complete[group].model_dump(mode="json") if group in complete else None for group in values}


def _check_window(window: WindowSettings, view: Mapping[str, Any]) -> None:
    """Refuse a window that does not fit the images, or, of a set, is not one number of entries."""
    if is_cut(view):
        Window.of(window, axes_of(view))
    elif kind_of(view) == "set" and len(window.shape) != 1:
        raise InputError(f"{view['name']} is a set, whose window is a number of entries; give one")


def kind_of(representation: Mapping[str, Any]) -> str:
    """The kind of a resolved representation: table, set, image, prongs or several."""
    return plugins.load("representations", representation["module"]).KIND


def is_cut(representation: Mapping[str, Any]) -> bool:
    """Whether a resolved representation gives images made of hits, out of which windows are cut; others are drawn."""
    return kind_of(representation) in ("image", "prongs") and is_made_of_hits(representation["module"])


def axes_of(representation: Mapping[str, Any]) -> tuple[str, ...]:
    """The axes of the images of a resolved representation, in the order of their dimensions."""
    module = plugins.load("representations", representation["module"])
    return module.axes(module.Parameters(**representation["parameters"]))


def variables_of(representation: Mapping[str, Any]) -> int:
    """The number of variables of a resolved representation that is a table."""
    module = plugins.load("representations", representation["module"])
    return len(module.names(module.Parameters(**representation["parameters"])))


def _keys(group: str, settings: type[BaseModel]) -> list[str]:
    """The keys of `settings` as a model of the configuration names them."""
    return [f"{WINDOW}{key}" if group == "window" else key for key in settings.model_fields]
