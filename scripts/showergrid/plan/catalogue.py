"""The representations and models of a configuration, with the checked and complete settings of each in one place.

It imports no network library, so that a plan needs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import ModuleType
from typing import Any

from pydantic import ValidationError

from showergrid.core import plugins
from showergrid.core.cells import Cell
from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.core.settings import Settings
from showergrid.core.variants import MARK, base, tuned
from showergrid.events.collections import is_number
from showergrid.events.hits import AXES
from showergrid.inputs.declared import has_resolution, is_made_of_hits
from showergrid.inputs.settings import CentimetreWindow, Representation, WindowSettings
from showergrid.models.parts.network_settings import Head
from showergrid.plan.config import Config, ModelEntry, RepresentationEntry
from showergrid.plan.matching import (
    each_view,
    joins,
    look_the_same,
    resolution_of,
    rests_on_cells,
    shows_others,
    takes,
    takes_pixels,
)
from showergrid.training.hyperparameters import (
    axes_of,
    check_values,
    grouped,
    groups_of,
    is_cut,
    kind_of,
    known,
    settled,
    variables_of,
)
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

        That is an order of hits other than the study's, and, of images, a direction of showers other than the default.
        """
        return self.settled_representation(self.representation_entry(name))

    def settled_representation(self, entry: RepresentationEntry) -> dict[str, Any]:
        """The same for an entry, which need not be in the catalogue."""
        module = plugins.load("representations", entry.file)
        where = f"config: representation {entry.name}"
        parameters = checked(module.Parameters, entry.values, where)
        if hasattr(module, "expanded"):
            parameters = self._expanded(module, parameters, where)
        resolved = {"name": entry.name, "module": entry.file, "parameters": parameters.model_dump(mode="json")}
        if shows_others(entry.file):
            self._check_views(resolved, entry, where)
        elif is_cut(resolved):
            directed = Representation(**resolved, direction=self.config.direction)
            resolved = directed.model_dump(mode="json", exclude_defaults=True)
        if entry.order in (None, self.config.order):
            return resolved
        if not is_made_of_hits(entry.file):
            raise InputError(f"{where}: order: it shows no hits; leave it out")
        if entry.order == "as_given":
            raise InputError(f"{where}: order = 'as_given' is none that can be made again")
        return {**resolved, "order": entry.order}

    def _expanded(self, module: ModuleType, parameters: Settings, where: str) -> Settings:
        """The parameters of a representation with the names of columns in place of patterns."""
        try:
            return module.expanded(parameters, self._columns)
        except (InputError, ValidationError) as error:
            reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
            raise InputError(f"{where}: columns: {reason}") from None

    @cached_property
    def _columns(self) -> dict[str, list[str]]:
        """The columns of numbers of each table that the source gives."""
        source, settings = plugins.load("sources", self.config.source), getattr(self.config, self.config.source)
        if settings is None:  # told where the study is checked
            return {"events": []}
        tables = {"events": source.events(settings), **source.collections(settings)}
        return {
            name: [field.name for field in schema if is_number(field.type) and field.name != "event"]
            for name, schema in tables.items()
        }

    def _check_views(self, resolved: Mapping[str, Any], entry: RepresentationEntry, where: str) -> None:
        """Refuse views that no network could take."""
        if entry.order is not None:
            raise InputError(f"{where}: order: its views are those of {', '.join(entry.values['of'])}; set it there")
        for name in resolved["parameters"]["of"]:
            if shows_others(self.representation_entry(name).file):
                raise InputError(f"{where}: of: {name} has no inputs of its own; name those that it shows")
        views = self._views(resolved)
        if still := [view["name"] for view, origin in views if origin and not is_cut(view)]:
            raise InputError(f"{where}: origins: {still[0]} has no window that follows anything; leave them out")
        axes = [axes_of(view) for view, _ in views if kind_of(view) == "image"]
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
        """The representations whose inputs are read for this one, each once: itself, if it has inputs of its own."""
        return list(dict.fromkeys(view["name"] for view, _ in self._views(self.representation(representation))))

    @cache
    def is_binned(self, representation: str) -> bool:
        """Whether a representation, or one that it shows, has pixels, and so a resolution."""
        views = self._views(self.representation(representation))
        return any(has_resolution(view["module"]) for view, _ in views)

    @cache
    def shows_hits(self, representation: str) -> bool:
        """Whether a representation, or one that it shows, is made of hits."""
        views = self._views(self.representation(representation))
        return any(is_made_of_hits(view["module"]) for view, _ in views)

    @cache
    def is_image_of_hits(self, representation: str) -> bool:
        """Whether a representation, or every one that it shows, gives images made of hits and nothing else."""
        return all(
            is_cut(view) and kind_of(view) == "image" for view, _ in self._views(self.representation(representation))
        )

    def sees_prongs(self, representation: str) -> bool:
        """Whether a representation shows the prongs of an event beside the event."""
        return kind_of(self.representation(representation)) == "prongs"

    def variables(self, representation: str) -> int:
        """How many variables the tables that a representation shows have together."""
        views = [view for view, _ in self._views(self.representation(representation))]
        return sum(variables_of(view) for view in views if kind_of(view) == "table")

    def counted(self, representation: str) -> str:
        """What the entries of a set or the variables of a table are called."""
        views = [view for view, _ in self._views(self.representation(representation))]
        listed = [view for view in views if kind_of(view) == "set"] or views
        return getattr(plugins.load("representations", listed[0]["module"]), "COUNTED", "entries")

    def tables_read(self, representation: str) -> list[str]:
        """The tables of the events that an input is made of: the hits; or the events and a collection, if it reads one.

        Raises:
            InputError: it has no input of its own.
        """
        read = self.columns_read(representation)
        return list(read) if "hits" in read else list(dict.fromkeys(("events", *read)))

    def columns_read(self, representation: str) -> dict[str, list[str]]:
        """The tables that an input is made of, and their columns; of hits none are named.

        Raises:
            InputError: it has no input of its own.
        """
        resolved = self.representation(representation)
        if shows_others(resolved["module"]):
            raise InputError(f"{representation} has no inputs of its own, but those of {self.shown(representation)}")
        if is_made_of_hits(resolved["module"]):
            return {"hits": []}
        module = plugins.load("representations", resolved["module"])
        return module.reads(module.Parameters(**resolved["parameters"]))

    @cache
    def axes(self, representation: str) -> tuple[str, ...]:
        """The detector axes of images of hits, in their order; of several views those of all together."""
        views = self._views(self.representation(representation))
        axes = [axes_of(view) for view, _ in views if is_cut(view)]
        return axes[0] if len(axes) == 1 else tuple(axis for axis in AXES if any(axis in own for own in axes))

    def views(self, representation: str, resolution: int | None, model: str) -> dict[str, Any]:
        """Representation, resolution and window of each view that a network sees, and whether they are one image.

        Nothing of a representation that shows no others.
        """
        resolved = self.representation(representation)
        if not shows_others(resolved["module"]):
            return {}
        network = self.model(representation, resolution, model)
        views = self._views(resolved)
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
        return {"views": told, "stacked": "backbones" not in network}

    @cache
    def has_meaning(self, representation: str, model: str) -> bool:
        """Whether the model takes what it would see."""
        entry = self.model_entry(model)
        views = [view for view, _ in self._views(self.representation(representation))]
        if "backbone" in entry.values and joins(entry):
            names = each_view(entry.values["backbone"], len(views))
            networks = [self.model_entry(name) for name in names]
            return all(takes(network, [view]) for network, view in zip(networks, views, strict=False))
        return takes(entry, views)

    @cache
    def model(self, representation: str, resolution: int, model: str) -> dict[str, Any]:
        """Name, module, network parameters and training of a model in one place of the grid."""
        return self.settled_model(self.model_entry(model), self.representation(representation), resolution)

    def settled_model(self, entry: ModelEntry, representation: Mapping[str, Any], resolution: int) -> dict[str, Any]:
        """The same for an entry and a resolved representation, which need not be in the catalogue."""
        at = "" if resolution is None else f", c{resolution}"
        where = f"config: model {entry.name} ({representation['name']}{at})"
        groups = groups_of(plugins.load("models", entry.file))
        values = self.model_values(entry, representation["name"], resolution)
        by_group = grouped(values, groups, where)
        views = [view for view, _ in self._views(representation)]
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
        if values.get("augment") is not None:
            self._check_augmented(entry, representation, where)
        if values.get("split") is not None:
            self._check_split(entry, values["split"], where)
        return {
            "name": entry.name,
            "module": entry.file,
            **settled(by_group, groups, views, where),
            **({"packed": True} if takes_pixels(entry) else {}),
            **({"backbones": backbones} if backbones else {}),
        }

    def _check_augmented(self, entry: ModelEntry, representation: Mapping[str, Any], where: str) -> None:
        """Refuse random changes of images where a network is trained on anything else."""
        if rests_on_cells(entry):
            raise InputError(f"{where}: augment: it is trained on features of images that do not change; leave it out")
        for view, _ in self._views(representation):
            if kind_of(view) != "image" or len(axes_of(view)) != 2 or takes_pixels(entry):
                raise InputError(f"{where}: augment: {view['name']} gives no images of two axes; leave it out")

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
        views = self._views(representation)
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
        views = self._views(self.representation(representation))
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
