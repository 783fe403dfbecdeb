"""The models of a configuration beside its representations, with the checked and complete settings of each in a place.

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
from showergrid.core.variants import base, tuned
from showergrid.inputs.settings import CentimetreWindow, WindowSettings
from showergrid.models.parts.network_settings import Head
from showergrid.plan.config import Config, ModelEntry
from showergrid.plan.matching import (
    answers_hits,
    each_view,
    joins,
    look_the_same,
    resolution_of,
    rests_on_cells,
    shows_others,
    takes,
    takes_pixels,
)
from showergrid.plan.representations import Representations, named
from showergrid.training.hyperparameters import (
    axes_of,
    check_values,
    grouped,
    groups_of,
    is_cut,
    kind_of,
    known,
    settled,
)
from showergrid.training.settings import Augmentation, Fitting, Training


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The entries of `config` and any variants of them."""

    config: Config
    representations: Representations
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
        return cls(config, Representations(config, tuple(config.representations)), (*config.models, *tuned_models))

    @property
    def names(self) -> dict[str, list[str]]:
        """Every representation and model that a cell may have, variants included."""
        return {
            "representation": [entry.name for entry in self.representations.entries],
            "model": [entry.name for entry in self.models],
        }

    def model_entry(self, name: str) -> ModelEntry:
        """The entry of a model or of a variant of one."""
        return named(self.models, name, "model")

    def views(self, representation: str, resolution: int | None, model: str) -> dict[str, Any]:
        """Representation, resolution and window of each view that a network sees, and whether they are one image.

        Nothing of a representation that shows no others.
        """
        resolved = self.representations.resolved(representation)
        if not shows_others(resolved["module"]):
            return {}
        network = self.model(representation, resolution, model)
        views = self.representations.views(resolved)
        seeing = network.get("backbones", [network] * len(views))
        told = [
            {
                "representation": view,
                "resolution": resolution_of(view, resolution),
                "window": None if kind_of(view) == "table" else _following(part["window"], origin),
                **({"packed": True} if "packed" in part else {}),
            }
            for (view, origin), part in zip(views, seeing, strict=True)
        ]
        images = any(kind_of(view) == "image" for view, _ in views)
        return {"views": told, "stacked": images and "backbones" not in network}

    @cache
    def has_meaning(self, representation: str, model: str) -> bool:
        """Whether the model takes what it would see."""
        entry = self.model_entry(model)
        views = [view for view, _ in self.representations.views(self.representations.resolved(representation))]
        if "backbone" in entry.values and joins(entry):
            names = each_view(entry.values["backbone"], len(views))
            networks = [self.model_entry(name) for name in names]
            return all(takes(network, [view]) for network, view in zip(networks, views, strict=False))
        return takes(entry, views)

    @cache
    def model(self, representation: str, resolution: int, model: str) -> dict[str, Any]:
        """Name, module, network parameters and training of a model in one place of the grid."""
        return self.settled_model(self.model_entry(model), self.representations.resolved(representation), resolution)

    def settled_model(self, entry: ModelEntry, representation: Mapping[str, Any], resolution: int) -> dict[str, Any]:
        """The same for an entry and a resolved representation, which need not be in the catalogue."""
        at = "" if resolution is None else f", c{resolution}"
        where = f"config: model {entry.name} ({representation['name']}{at})"
        groups = groups_of(plugins.load("models", entry.file))
        values = self.model_values(entry, representation["name"], resolution)
        by_group = grouped(values, groups, where)
        views = [view for view, _ in self.representations.views(representation)]
        backbones = self._backbones(entry, values, representation, resolution, where) if joins(entry) else []
        if backbones:
            # Its own window is the first of theirs: tables have none
            place = next((i for i, backbone in enumerate(backbones) if backbone["window"]), 0)
            by_group["window"], by_group["centimetres"] = backbones[place]["window"] or {}, {}
            views = [views[place]]
        if by_group.pop("centimetres"):
            images = [view for view in views if is_cut(view)]
            sizes = [self._in_pixels(values, axes_of(view), resolution, where) for view in images]
            if any(size != sizes[0] for size in sizes):
                raise InputError(f"{where}: window_cm gives views of different shapes; give win_shape")
            by_group["window"] |= sizes[0] if sizes else {}
        if any(is_cut(view) for view in views):
            by_group["window"] = {"origin": self.config.origin, **by_group["window"]}
        else:
            shape = {key: value for key, value in by_group["window"].items() if key == "shape"}
            if drawn := [view for view in views if kind_of(view) == "image"]:
                shape = {"shape": [resolution] * len(axes_of(drawn[0]))}  # all of an image that is drawn
            by_group["window"] = {**shape, "placement": {}, "margin": {}, "origin": "first_hit"}
        told = settled(by_group, groups, views, where)
        if told["training"].get("augment"):
            packed = takes_pixels(entry) or any("packed" in backbone for backbone in backbones)
            self._check_augmented(entry, representation, Augmentation(**told["training"]["augment"]), packed, where)
        if values.get("split") is not None:
            self._check_split(entry, values["split"], where)
        return {
            "name": entry.name,
            "module": entry.file,
            **told,
            **({"packed": True} if takes_pixels(entry) else {}),
            **({"backbones": backbones} if backbones else {}),
        }

    def _check_augmented(
        self, entry: ModelEntry, representation: Mapping[str, Any], changes: Augmentation, packed: bool, where: str
    ) -> None:
        """Refuse random changes of images where a network is trained on anything else; packed: sees pixels alone."""
        where = f"{where}: augment"
        if rests_on_cells(entry):
            raise InputError(f"{where}: it is trained on features of images that do not change; leave it out")
        if answers_hits(entry):
            raise InputError(f"{where}: it answers hits, which stay where they are; leave it out")
        for view, _ in self.representations.views(representation):
            if kind_of(view) != "image":
                raise InputError(f"{where}: {view['name']} gives no images; leave it out")
            if len(axes_of(view)) != 3 and "depth" in changes.flips:
                raise InputError(f"{where}: flips: depth: {view['name']} has no three axes; leave it out")
            if (len(axes_of(view)) == 3 or packed) and (changes.shear or changes.zoom):
                raise InputError(f"{where}: shear and zoom change whole images of two axes; give flips alone")

    def _check_split(self, entry: ModelEntry, split: str, where: str) -> None:
        """Refuse a division that the study has not, or one by which what a network rests on was not trained."""
        names = [further.name for further in self.config.split.further]
        if split not in names:
            raise InputError(f"{where}: split: {split!r} is no name in split.further: {', '.join(names) or 'none'}")
        if rests_on_cells(entry):
            raise InputError(f"{where}: split: the cells that it rests on are trained by the first split; leave it out")

    def _backbones(
        self,
        entry: ModelEntry,
        values: Mapping[str, Any],
        representation: Mapping[str, Any],
        resolution: int,
        where: str,
    ) -> list[dict[str, Any]]:
        """The network that sees each view in a joined network: module and parameters, and its window."""
        module = plugins.load("models", entry.file)
        group_of = known(values, groups_of(module), where)
        settings = checked(module.Parameters, grouped(values, groups_of(module), where)["parameters"], where)
        own = [key for key in values if group_of[key] in ("window", "centimetres")]
        if own := [key for key in own if values[key] != self.config.training.get(key)]:
            raise InputError(f"{where}: {own[0]}: its windows are those of its backbone; leave it out")
        views = self.representations.views(representation)
        names = each_view(settings.backbone, len(views))
        if len(names) != len(views):
            raise InputError(f"{where}: backbone: {len(names)} networks for {len(views)} views; give one, or one each")
        backbones = []
        for name, (view, origin) in zip(names, views, strict=True):
            network = self.model_entry(name)
            if joins(network) or not issubclass(plugins.load("models", network.file).Parameters, Head):
                raise InputError(f"{where}: backbone: {name} has no features of its own; name a plain network")
            alone = self.settled_model(network, view, resolution_of(view, resolution))
            window = _following(alone["window"], origin)
            if rests_on_cells(entry) and window != alone["window"]:
                raise InputError(
                    f"{where}: backbone: {name} is not trained on windows around {origin}; name one that is"
                )
            model = {key: alone[key] for key in ("module", "parameters")}
            backbones.append({"model": model, "window": window, **({"packed": True} if takes_pixels(network) else {})})
        if getattr(settings, "share", False) and not look_the_same([view for view, _ in views], backbones):
            raise InputError(f"{where}: share: the networks of the views are not the same; name one for all")
        return backbones

    def rested_on(self, representation: str, resolution: int | None, model: str, seed: int) -> list[Cell]:
        """The trained cells that a cell rests on, one per view, all of its own seed; none for most models."""
        if not rests_on_cells(self.model_entry(model)):
            return []
        views = self.representations.views(self.representations.resolved(representation))
        names = each_view(
            self.model_values(self.model_entry(model), representation, resolution)["backbone"], len(views)
        )
        return [
            Cell(view["name"], resolution_of(view, resolution), name, seed)
            for (view, _), name in zip(views, names, strict=True)
        ]

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


def _following(window: Mapping[str, Any] | None, origin: str | None) -> dict[str, Any] | None:
    return {**window, "origin": origin} if window and origin else window
