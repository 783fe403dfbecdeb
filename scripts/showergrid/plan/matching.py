"""What representations and models declare of themselves, and whether they go together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from showergrid.core import plugins
from showergrid.inputs.declared import has_resolution, is_made_of_hits
from showergrid.models.parts.network_settings import Pretrained
from showergrid.plan.config import ModelEntry
from showergrid.training.fitting import is_fitted
from showergrid.training.hyperparameters import axes_of, is_cut, kind_of, variables_of


def shows_others(module: str) -> bool:
    """Whether a representation, by the module that makes it, shows the inputs of others: its parameters say which."""
    return plugins.load("representations", module).KIND == "several"


def joins(entry: ModelEntry) -> bool:
    """Whether a network sees its views through other networks of the study."""
    return "backbone" in plugins.load("models", entry.file).Parameters.model_fields


def rests_on_cells(entry: ModelEntry) -> bool:
    """Whether the networks of a model's views are those of trained cells."""
    return getattr(plugins.load("models", entry.file), "RESTS_ON_CELLS", False)


def answers(entry: ModelEntry) -> tuple[str, ...]:
    """The kinds of questions that a model answers; a network does both, unless its file declares `ANSWERS`."""
    module = plugins.load("models", entry.file)
    if not is_fitted(module):
        return getattr(module, "ANSWERS", ("classes", "value"))
    functions = {"classes": "fit", "value": "fit_value"}
    return tuple(kind for kind, function in functions.items() if hasattr(module, function))


def kind_of_model(entry: ModelEntry) -> str:
    """What kind of model it is, by what its file declares."""
    module = plugins.load("models", entry.file)
    if is_fitted(module):
        return "Models fitted as a whole"
    if joins(entry):
        return "Joined networks"
    if issubclass(module.Parameters, Pretrained):
        return "Pretrained networks"
    if "prongs" in module.TAKES:
        return "Networks for events and their prongs"
    return "Networks for images" if {"image", "pixels"} & set(module.TAKES) else "Networks for lists of hits or values"


def takes_pixels(entry: ModelEntry) -> bool:
    """Whether a model takes the occupied pixels of an image alone, in place of an image."""
    return "pixels" in getattr(plugins.load("models", entry.file), "TAKES", ())


def is_observed(module: str) -> bool:
    """Whether a network, by its module, shows what stands between its maps of prongs and its answers."""
    return hasattr(plugins.load("models", module), "observed")


def answers_hits(entry: ModelEntry) -> bool:
    """Whether a model tells something of every pixel, and so of the hits in it."""
    return getattr(plugins.load("models", entry.file), "ANSWERS_HITS", False)


def resolution_of(view: Mapping[str, Any], resolution: int | None) -> int | None:
    """The resolution of a view that is shown at `resolution`: none where there are no pixels."""
    return resolution if has_resolution(view["module"]) else None


def each_view(names: Any, views: int) -> list[Any]:
    """One name per view, from a list of names or a single name for all."""
    return list(names) if isinstance(names, list | tuple) else [names] * views


def takes(entry: ModelEntry, views: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a model takes some views together: their kinds, and the axes and channels of images.

    Images that are drawn are seen whole, others in windows: they make no image together.
    """
    module = plugins.load("models", entry.file)
    if joins(entry):  # without a backbone, or as one: refused with its reason where its settings are checked
        return True
    if takes_pixels(entry):  # those of several views lie at other places: they make no image together
        return (
            len(views) == 1
            and kind_of(views[0]) == "image"
            and is_cut(views[0])
            and len(axes_of(views[0])) in module.IMAGE_AXES
        )
    kinds = tuple(kind_of(view) for view in views)
    if kinds[0] not in getattr(module, "TAKES", ()) or (len(kinds) > 1 and set(kinds) != {"image"}):
        return False
    if kinds[0] == "prongs":
        return len(axes_of(views[0])) in module.IMAGE_AXES
    if kinds[0] != "image":
        return True
    if len({is_made_of_hits(view["module"]) for view in views}) > 1:
        return False
    channels = sum(plugins.load("representations", view["module"]).CHANNELS for view in views)
    allowed = getattr(module.Parameters, "CHANNELS", None) or (channels,)
    return len(axes_of(views[0])) in module.IMAGE_AXES and channels in allowed


def look_the_same(views: Sequence[Mapping[str, Any]], backbones: Sequence[Mapping[str, Any]]) -> bool:
    """Whether one network can look at all `views`: they are of one kind and size, and so are its windows."""
    windows = [backbone["window"] and backbone["window"]["shape"] for backbone in backbones]
    seen = [
        (_kind_and_size(view), backbone["model"], shape)
        for view, backbone, shape in zip(views, backbones, windows, strict=True)
    ]
    return all(entry == seen[0] for entry in seen)


def _kind_and_size(view: Mapping[str, Any]) -> tuple[str, int]:
    """The kind of a resolved representation, and the number of its channels or variables."""
    module = plugins.load("representations", view["module"])
    if module.KIND == "image":
        return module.KIND, module.CHANNELS
    return module.KIND, getattr(module, "VARIABLES", None) or variables_of(view)
