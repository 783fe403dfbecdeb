"""The representations and models of a configuration, with the checked and complete settings of each in one place.

It imports no network library, so that a plan needs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from showergrid.core import plugins
from showergrid.core.cells import Cell
from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.core.variants import MARK, base, tuned
from showergrid.events.hits import AXES
from showergrid.inputs.pixels import is_list
from showergrid.inputs.settings import CentimetreWindow, Representation, WindowSettings
from showergrid.models.parts.network_settings import Pretrained
from showergrid.plan.config import Config, ModelEntry, RepresentationEntry
from showergrid.training.hyperparameters import axes_of, check_values, grouped, groups_of, known, settled, whole
from showergrid.training.settings import Fitting, Training


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The entries of `config` and any variants of them."""

    config: Config
    representations: tuple[RepresentationEntry, ...]
    models: tuple[ModelEntry, ...]

    @classmethod
    def of(cls, config: Config) -> Catalogue:
        """The entries of the configuration, and a tuned variant of each model that has a search."""
        searched = {search.model for search in config.tuning}
        tuned_models = [
            entry.model_copy(update={"name": tuned(entry.name), "module": entry.file})
            for entry in config.models
            if entry.name in searched
        ]
        return cls(config, tuple(config.representations), (*config.models, *tuned_models))

    @property
    def names(self) -> dict[str, list[str]]:
        """Every representation and model that a cell may have, variants included."""
        return {
            "representation": [entry.name for entry in self.representations],
            "model": [entry.name for entry in self.models],
        }

    def representation_entry(self, name: str) -> RepresentationEntry:
        """The entry of a representation or of a variant of one."""
        return named(self.representations, name, "representation")

    def model_entry(self, name: str) -> ModelEntry:
        """The entry of a model or of a variant of one."""
        return named(self.models, name, "model")

    @cache
    def representation(self, name: str) -> dict[str, Any]:
        """Name, module and checked parameters of a representation, and what it has of its own.

        That is an order of hits other than the study's, and a direction of showers other than the default, but for
        lists, which have none.
        """
        return self.settled_representation(self.representation_entry(name))

    def settled_representation(self, entry: RepresentationEntry) -> dict[str, Any]:
        """The same for an entry, which need not be in the catalogue."""
        module = plugins.load("representations", entry.file)
        where = f"config: representation {entry.name}"
        parameters = checked(module.Parameters, entry.values, where)
        resolved = {"name": entry.name, "module": entry.file, "parameters": parameters.model_dump(mode="json")}
        if shows_others(entry.file):
            self._check_views(resolved, entry, where)
        elif not is_list(axes_of(resolved)):
            directed = Representation(**resolved, direction=self.config.direction)
            resolved = directed.model_dump(mode="json", exclude_defaults=True)
        if entry.order in (None, self.config.order):
            return resolved
        if entry.order == "as_given":
            raise InputError(f"{where}: order = 'as_given' is none that can be made again")
        return {**resolved, "order": entry.order}

    def _check_views(self, resolved: Mapping[str, Any], entry: RepresentationEntry, where: str) -> None:
        """Refuse views that cannot be channels of one image."""
        if entry.order is not None:
            raise InputError(f"{where}: order: its images are those of {', '.join(entry.values['of'])}; set it there")
        for name in resolved["parameters"]["of"]:
            if shows_others(self.representation_entry(name).file):
                raise InputError(f"{where}: of: {name} has no images of its own; name those that it shows")
        axes = [axes_of(view) for view, _ in self._views(resolved)]
        if lists := [name for name, own in zip(resolved["parameters"]["of"], axes, strict=True) if is_list(own)]:
            raise InputError(f"{where}: of: {lists[0]} is a list; views are of images")
        if len({len(own) for own in axes}) > 1:
            raise InputError(
                f"{where}: of: {', '.join(resolved['parameters']['of'])} differ in the number of image axes"
            )

    def _views(self, representation: Mapping[str, Any]) -> list[tuple[dict[str, Any], str | None]]:
        """The views of a representation, each with the origin of its window; None leaves that to the network."""
        if not shows_others(representation["module"]):
            return [(dict(representation), None)]
        parameters = representation["parameters"]
        entries = [self.representation_entry(name) for name in parameters["of"]]
        origins = parameters["origins"] or [None] * len(entries)
        return [(self.settled_representation(entry), origin) for entry, origin in zip(entries, origins, strict=True)]

    @cache
    def shown(self, representation: str) -> list[str]:
        """The representations whose images are read for this one, each once: itself, if it has images of its own."""
        return list(dict.fromkeys(view["name"] for view, _ in self._views(self.representation(representation))))

    @cache
    def axes(self, representation: str) -> tuple[str, ...]:
        """The detector axes of the images, in the order of their dimensions; of several views those of all together."""
        views = [axes_of(view) for view, _ in self._views(self.representation(representation))]
        return views[0] if len(views) == 1 else tuple(axis for axis in AXES if any(axis in axes for axes in views))

    def views(self, representation: str, resolution: int, model: str) -> list[dict[str, Any]]:
        """Representation and window of each view that a network sees."""
        network = self.model(representation, resolution, model)
        views = self._views(self.representation(representation))
        windows = [part["window"] for part in network.get("backbones", [network] * len(views))]
        return [
            {"representation": view, "window": _following(window, origin)}
            for (view, origin), window in zip(views, windows, strict=True)
        ]

    @cache
    def has_meaning(self, representation: str, model: str) -> bool:
        """Whether the model takes the axes and channels of the images that it would see."""
        entry = self.model_entry(model)
        views = [view for view, _ in self._views(self.representation(representation))]
        if "backbone" in entry.values and joins(entry):
            names = _each(entry.values["backbone"], len(views))
            networks = [self.model_entry(name) for name in names]
            return all(_takes(network, [view]) for network, view in zip(networks, views, strict=False))
        return _takes(entry, views)

    @cache
    def model(self, representation: str, resolution: int, model: str) -> dict[str, Any]:
        """Name, module, network parameters and training of a model in one place of the grid."""
        return self.settled_model(self.model_entry(model), self.representation(representation), resolution)

    def settled_model(self, entry: ModelEntry, representation: Mapping[str, Any], resolution: int) -> dict[str, Any]:
        """The same for an entry and a resolved representation, which need not be in the catalogue."""
        where = f"config: model {entry.name} ({representation['name']}, c{resolution})"
        groups = groups_of(plugins.load("models", entry.file))
        values = self.model_values(entry, representation["name"], resolution)
        by_group = grouped(values, groups, where)
        views = [axes_of(view) for view, _ in self._views(representation)]
        backbones = self._backbones(entry, values, representation, resolution, where) if joins(entry) else []
        if backbones:
            by_group["window"], by_group["centimetres"], views = backbones[0]["window"], {}, views[:1]
        if by_group.pop("centimetres"):
            sizes = [self._in_pixels(values, axes, resolution, where) for axes in views]
            if any(size != sizes[0] for size in sizes):
                raise InputError(f"{where}: window_cm gives views of different shapes; give win_shape")
            by_group["window"] |= sizes[0]
        if is_list(views[0]):
            shape = {"shape": by_group["window"]["shape"]} if "shape" in by_group["window"] else whole(representation)
            by_group["window"] = {**shape, "placement": {}, "margin": {}, "origin": "first_hit"}
        else:
            by_group["window"] = {"origin": self.config.origin, **by_group["window"]}
        return {
            "name": entry.name,
            "module": entry.file,
            **settled(by_group, groups, views, where),
            **({"backbones": backbones} if backbones else {}),
        }

    def _backbones(
        self,
        entry: ModelEntry,
        values: Mapping[str, Any],
        representation: Mapping[str, Any],
        resolution: int,
        where: str,
    ) -> list[dict[str, Any]]:
        """The network that sees each view in a joined network: channels, module and parameters, and its window."""
        module = plugins.load("models", entry.file)
        group_of = known(values, groups_of(module), where)
        settings = checked(module.Parameters, grouped(values, groups_of(module), where)["parameters"], where)
        own = [key for key in values if group_of[key] in ("window", "centimetres")]
        if own := [key for key in own if values[key] != self.config.training.get(key)]:
            raise InputError(f"{where}: {own[0]}: its windows are those of its backbone; leave it out")
        views = self._views(representation)
        names = _each(settings.backbone, len(views))
        if len(names) != len(views):
            raise InputError(f"{where}: backbone: {len(names)} networks for {len(views)} views; give one, or one each")
        backbones = []
        for name, (view, origin) in zip(names, views, strict=True):
            network = self.model_entry(name)
            if joins(network) or hasattr(plugins.load("models", network.file), "fit"):
                raise InputError(f"{where}: backbone: {name} has no features of its own; name a plain network")
            alone = self.settled_model(network, view, resolution)
            window = _following(alone["window"], origin)
            if self.is_frozen(entry.name) and window != alone["window"]:
                raise InputError(
                    f"{where}: backbone: {name} is not trained on windows around {origin}; name one that is"
                )
            channels = plugins.load("representations", view["module"]).CHANNELS
            model = {key: alone[key] for key in ("module", "parameters")}
            backbones.append({"channels": channels, "model": model, "window": window})
        same = backbones if getattr(settings, "share", False) else []
        if any(backbone["window"]["shape"] != backbones[0]["window"]["shape"] for backbone in backbones):
            raise InputError(f"{where}: backbone: the windows of the views differ in shape; give all the same")
        if any((part["channels"], part["model"]) != (backbones[0]["channels"], backbones[0]["model"]) for part in same):
            raise InputError(f"{where}: share: the networks of the views are not the same; name one for all")
        return backbones

    def kind(self, model: str) -> str:
        """What kind of model it is, by what its file declares."""
        entry = self.model_entry(model)
        module = plugins.load("models", entry.file)
        if hasattr(module, "fit"):
            return "Models fitted as a whole"
        if joins(entry):
            return "Joined networks"
        if issubclass(module.Parameters, Pretrained):
            return "Pretrained networks"
        return "Networks for images" if max(module.IMAGE_AXES) > 1 else "Networks for lists of hits or values"

    def is_frozen(self, model: str) -> bool:
        """Whether a model joins the features of trained cells."""
        return getattr(plugins.load("models", self.model_entry(model).file), "RESTS_ON_CELLS", False)

    def joined_cells(self, representation: str, resolution: int, model: str, seed: int) -> list[Cell]:
        """The cells whose features a frozen cell joins, one per view, all of its own seed."""
        views = self._views(self.representation(representation))
        names = _each(self.model_values(self.model_entry(model), representation, resolution)["backbone"], len(views))
        return [Cell(view["name"], resolution, name, seed) for (view, _), name in zip(views, names, strict=True)]

    def model_values(self, entry: ModelEntry, representation: str, resolution: int) -> dict[str, Any]:
        """Every value that the configuration gives a model in one place: from training, its entry and its overrides."""
        groups = groups_of(plugins.load("models", entry.file))
        foreign = set() if groups["training"] is Training else Training.model_fields.keys() - Fitting.model_fields
        values = {key: value for key, value in self.config.training.items() if key not in foreign} | entry.values
        for override in entry.overrides:
            if override.representation in (None, base(representation)) and override.resolution in (None, resolution):
                values |= override.model_extra or {}
        return values

    def _in_pixels(
        self, values: Mapping[str, Any], axes: tuple[str, ...], resolution: int, where: str
    ) -> dict[str, Any]:
        """Shape and margin [pixels] of a window that is given in cm."""
        if "win_shape" in values:
            raise InputError(f"{where}: win_shape and window_cm are both given; leave one out")
        given = {key: value for key, value in values.items() if key in CentimetreWindow.model_fields}
        window = checked(CentimetreWindow, given, where)
        if lacking := [axis for axis in axes if axis not in window.window_cm]:
            raise InputError(f"{where}: window_cm lacks axis {lacking[0]}")
        pixel = self.pixel_cm(resolution)
        return {
            "shape": [max(1, round(window.window_cm[axis] / pixel[axis])) for axis in axes],
            "margin": {
                axis: [round(edge / pixel[axis]) for edge in cm] if isinstance(cm, tuple) else round(cm / pixel[axis])
                for axis, cm in window.margin_cm.items()
            },
        }

    def pixel_cm(self, resolution: int) -> dict[str, float]:
        """Edge of a pixel along each axis [cm], for hits that fill the detector."""
        return self.config.detector.pixel_cm(resolution, self.config.axis_ranges.padding)

    def check_training(self) -> None:
        """Refuse a wrong value or an unknown key of `training`, for which a cell or an ablation would be blamed later.

        Parameters of networks are left to their cells.
        """
        groups = {"training": Training, "window": WindowSettings, "centimetres": CentimetreWindow}
        modules = [plugins.load("models", entry.file) for entry in self.config.models]
        parameters = {key for module in modules for key in module.Parameters.model_fields}
        values = {key: value for key, value in self.config.training.items() if key not in parameters}
        check_values(values, groups, "config: training")

    def check_model(self, entry: ModelEntry) -> None:
        """Refuse mistakes that the cells may not reveal, or that would be told of them: in each value by itself."""
        module = plugins.load("models", entry.file)
        where = f"config: model {entry.name}"
        for values in (entry.values, *(override.model_extra or {} for override in entry.overrides)):
            check_values(values, groups_of(module), where)
        if all(entry.name not in block.models for block in self.config.grid):
            checked(module.Parameters, grouped(entry.values, groups_of(module), where)["parameters"], where)


def _following(window: Mapping[str, Any], origin: str | None) -> dict[str, Any]:
    return {**window, **({"origin": origin} if origin else {})}


def shows_others(module: str) -> bool:
    """Whether a representation, by the module that makes it, shows the images of others: its parameters say which."""
    return "of" in plugins.load("representations", module).Parameters.model_fields


def joins(entry: ModelEntry) -> bool:
    """Whether a network sees its views through other networks of the study."""
    return "backbone" in plugins.load("models", entry.file).Parameters.model_fields


def _each(names: Any, views: int) -> list[Any]:
    """One name per view, from a list of names or a single name for all."""
    return list(names) if isinstance(names, list | tuple) else [names] * views


def _takes(entry: ModelEntry, views: list[dict[str, Any]]) -> bool:
    """Whether a model takes the axes and the channels of some views together."""
    module = plugins.load("models", entry.file)
    axes = axes_of(views[0])
    channels = sum(plugins.load("representations", view["module"]).CHANNELS for view in views)
    return (
        len(axes) in module.IMAGE_AXES
        and set(axes) <= set(getattr(module, "AXES", axes))
        and channels in (getattr(module.Parameters, "CHANNELS", None) or (channels,))
    )


def named(entries: list[Any], name: str, kind: str) -> Any:
    """The entry of that name.

    Raises:
        InputError: there is none; the message lists the valid names.
    """
    for entry in entries:
        if entry.name == name:
            return entry
    valid = [entry.name for entry in entries if MARK not in entry.name]
    raise InputError(f"config: unknown {kind} {name!r}; valid: {', '.join(valid)}")
