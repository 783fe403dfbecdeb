"""A study: one configuration, checked, and the cells that it asks for.

Only the Snakefile reads this module; commands receive resolved values (jobs.py). It imports no network library, so that
a plan needs none.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from showergrid import plugins
from showergrid.checking import checked
from showergrid.errors import InputError
from showergrid.hits import AXES
from showergrid.hyperparameters import WINDOW, axes_of, grouped, groups_of, known, settled, whole
from showergrid.pixels import is_list
from showergrid.settings.estimators import Fitting
from showergrid.settings.images import CentimetreWindow
from showergrid.settings.prediction import Prediction
from showergrid.settings.study import (
    LARGEST,
    Ablation,
    Block,
    Config,
    ModelEntry,
    Override,
    RepresentationEntry,
)
from showergrid.settings.training import Training
from showergrid.settings.tuning import Search
from showergrid.settings.variations import readouts
from showergrid.tuned import check_keys, with_values
from showergrid.variants import base, tuned, variant

COORDINATES = ("representation", "resolution", "model")
VIEWS = "views"  # the module of representations that show the images of others
FROZEN = "frozen"  # the module of networks that join the features of trained cells


@dataclass(frozen=True, order=True)
class Cell:
    """One trained network of the grid."""

    representation: str
    resolution: int
    model: str
    seed: int

    @property
    def folder(self) -> str:
        """Where its files are, below the study's folder."""
        return f"cells/{self.representation}/c{self.resolution}/{self.model}/seed{self.seed}"


@dataclass(frozen=True)
class Place:
    """Cells that differ by their seed alone; `levels` are the values of an ablation that led to it."""

    representation: str
    resolution: int
    model: str
    seeds: tuple[int, ...]
    levels: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, int, str]:
        """Representation, resolution and model."""
        return self.representation, self.resolution, self.model


@dataclass(frozen=True, eq=False)
class Study:
    """A checked configuration and what follows from it.

    Raises (when made):
        InputError: one line with the key, the value and the valid choices.
    """

    config: Config

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Study:
        """Check the mapping that Snakemake read from the configuration files."""
        study = cls(checked(Config, raw, "config"))
        for entry in study.config.representations:
            study.axes(entry.name)
        for entry in study.config.models:
            study.check_model(entry)
        if not study.cells:
            raise InputError("config: grid: no block has a network that takes its representation's images")
        for ablation in study.config.ablations:
            for place in study.variants(ablation.name):
                if not study.has_meaning(place.representation, place.model):
                    raise InputError(
                        f"config: ablation {ablation.name}: {place.model} takes no images of {place.representation}"
                    )
                study.model(*place.key)
        for ensemble in study.config.ensembles:
            for place in study.members(ensemble.name):
                if (status := study.status(place)) != "run":
                    where = f"config: ensemble {ensemble.name}"
                    raise InputError(f"{where}: {place.model} on {place.representation}: {status}; leave it out")
                study.model(*place.key)
        for search in study.config.tuning:
            study.check_search(search)
        for place in study.places:
            study.model(*place)
            study.search(*place)
        asked = {place for block in study.config.grid for place in _product(block)}
        if strangers := sorted(study.too_large - asked):
            raise InputError(f"config: out_of_memory: {strangers[0]} is not in the grid")
        for table in study.tables:
            study.table_places(table)
        readouts(study.config.readout, study.config.variations)
        return study

    # What the names stand for

    def representation_entry(self, name: str) -> RepresentationEntry:
        """The entry of a representation or of a variant of one."""
        return self._derived[0].get(name) or _named(self.config.representations, name, "representation")

    def model_entry(self, name: str) -> ModelEntry:
        """The entry of a model or of a variant of one."""
        return self._derived[1].get(name) or _named(self.config.models, name, "model")

    @cache
    def representation(self, name: str) -> dict[str, Any]:
        """Name, module, checked parameters and, where it has one of its own, order of hits of a representation."""
        return self._settled_representation(self.representation_entry(name))

    def _settled_representation(self, entry: RepresentationEntry) -> dict[str, Any]:
        module = plugins.load("representations", entry.file)
        where = f"config: representation {entry.name}"
        parameters = checked(module.Parameters, entry.values, where)
        found = {"name": entry.name, "module": entry.file, "parameters": parameters.model_dump(mode="json")}
        if entry.file == VIEWS:
            self._check_views(found, entry, where)
        if entry.order in (None, self.config.order):
            return found
        if entry.order == "as_given":
            raise InputError(f"{where}: order = 'as_given' is none that can be made again")
        return {**found, "order": entry.order}

    def _check_views(self, found: Mapping[str, Any], entry: RepresentationEntry, where: str) -> None:
        """Refuse views that cannot be channels of one image."""
        if entry.order is not None:
            raise InputError(f"{where}: order: its images are those of {', '.join(entry.values['of'])}; set it there")
        for name in found["parameters"]["of"]:
            if _named(self.config.representations, name, "representation").file == VIEWS:
                raise InputError(f"{where}: of: {name} has no images of its own; name those that it shows")
        axes = [axes_of(view) for view, _ in self._views(found)]
        if lists := [name for name, one in zip(found["parameters"]["of"], axes, strict=True) if is_list(one)]:
            raise InputError(f"{where}: of: {lists[0]} is a list; views are of images")
        if len({len(one) for one in axes}) > 1:
            raise InputError(f"{where}: of: {', '.join(found['parameters']['of'])} differ in the number of image axes")

    def _views(self, representation: Mapping[str, Any]) -> list[tuple[dict[str, Any], str | None]]:
        """What a representation shows, and what the window of each view follows if it is not left to the network."""
        if representation["module"] != VIEWS:
            return [(dict(representation), None)]
        parameters = representation["parameters"]
        entries = [_named(self.config.representations, name, "representation") for name in parameters["of"]]
        origins = parameters["origins"] or [None] * len(entries)
        return [(self._settled_representation(entry), one) for entry, one in zip(entries, origins, strict=True)]

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
        found = self.model(representation, resolution, model)
        views = self._views(self.representation(representation))
        windows = [one["window"] for one in found.get("backbones", [found] * len(views))]
        return [
            {"representation": view, "window": _following(window, origin)}
            for (view, origin), window in zip(views, windows, strict=True)
        ]

    @cache
    def has_meaning(self, representation: str, model: str) -> bool:
        """Whether the model takes the axes and channels of the images that it would see."""
        entry = self.model_entry(model)
        views = [view for view, _ in self._views(self.representation(representation))]
        if "backbone" in entry.values and _joins(entry):
            names = _each(entry.values["backbone"], len(views))
            networks = [_named(self.config.models, name, "model") for name in names]
            return all(_takes(network, [view]) for network, view in zip(networks, views, strict=False))
        return _takes(entry, views)

    @cache
    def model(self, representation: str, resolution: int, model: str) -> dict[str, Any]:
        """Name, module, network parameters and training of a model in one place of the grid."""
        return self._settled_model(self.model_entry(model), self.representation(representation), resolution)

    def _settled_model(self, entry: ModelEntry, representation: Mapping[str, Any], resolution: int) -> dict[str, Any]:
        where = f"config: model {entry.name} ({representation['name']}, c{resolution})"
        groups = groups_of(plugins.load("models", entry.file))
        values = self.model_values(entry, representation["name"], resolution)
        found = grouped(values, groups, where)
        views = [axes_of(view) for view, _ in self._views(representation)]
        backbones = self._backbones(entry, values, representation, resolution, where) if _joins(entry) else []
        if backbones:
            found["window"], found["centimetres"], views = backbones[0]["window"], {}, views[:1]
        if found.pop("centimetres"):
            sizes = [self._in_pixels(values, axes, resolution, where) for axes in views]
            if any(size != sizes[0] for size in sizes):
                raise InputError(f"{where}: window_cm gives views of different shapes; give win_shape")
            found["window"] |= sizes[0]
        if is_list(views[0]):
            shape = {"shape": found["window"]["shape"]} if "shape" in found["window"] else whole(representation)
            found["window"] = {**shape, "placement": {}, "margin": {}, "origin": "first_hit"}
        else:
            found["window"] = {"origin": self.config.origin, **found["window"]}
        return {
            "name": entry.name,
            "module": entry.file,
            **settled(found, groups, views, where),
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
        """Of each view what a joined network looks at it with: channels, module and parameters, and its window."""
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
        found = []
        for name, (view, origin) in zip(names, views, strict=True):
            network = _named(self.config.models, name, "model")
            if _joins(network) or hasattr(plugins.load("models", network.file), "fit"):
                raise InputError(f"{where}: backbone: {name} has no features of its own; name a plain network")
            alone = self._settled_model(network, view, resolution)
            window = _following(alone["window"], origin)
            if entry.file == FROZEN and window != alone["window"]:
                raise InputError(
                    f"{where}: backbone: {name} is not trained on windows around {origin}; name one that is"
                )
            channels = plugins.load("representations", view["module"]).CHANNELS
            model = {key: alone[key] for key in ("module", "parameters")}
            found.append({"channels": channels, "model": model, "window": window})
        same = found if getattr(settings, "share", False) else []
        if any(one["window"]["shape"] != found[0]["window"]["shape"] for one in found):
            raise InputError(f"{where}: backbone: the windows of the views differ in shape; give all the same")
        if any((one["channels"], one["model"]) != (found[0]["channels"], found[0]["model"]) for one in same):
            raise InputError(f"{where}: share: the networks of the views are not the same; name one for all")
        return found

    def is_frozen(self, model: str) -> bool:
        """Whether a model joins the features of trained cells."""
        return self.model_entry(model).file == FROZEN

    def joined_cells(self, representation: str, resolution: int, model: str, seed: int) -> list[Cell]:
        """The cells whose features a frozen one joins, one a view: those of its own seed."""
        views = self._views(self.representation(representation))
        names = _each(self.model_values(self.model_entry(model), representation, resolution)["backbone"], len(views))
        return [Cell(view["name"], resolution, name, seed) for (view, _), name in zip(views, names, strict=True)]

    def model_values(self, entry: ModelEntry, representation: str, resolution: int) -> dict[str, Any]:
        """Every value that the configuration gives a model in one place: of training, its own, of its overrides."""
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
        """Shape and margin of a window that is given in cm."""
        if "win_shape" in values:
            raise InputError(f"{where}: win_shape and window_cm are both given; leave one out")
        asked = {key: value for key, value in values.items() if key in CentimetreWindow.model_fields}
        window = checked(CentimetreWindow, asked, where)
        if lacking := [axis for axis in axes if axis not in window.window_cm]:
            raise InputError(f"{where}: window_cm lacks axis {lacking[0]}")
        pixel = self.pixel_cm(resolution)
        return {
            "shape": [max(1, round(window.window_cm[axis] / pixel[axis])) for axis in axes],
            "margin": {axis: round(cm / pixel[axis]) for axis, cm in window.margin_cm.items()},
        }

    @property
    def stretch(self) -> dict[str, float]:
        """For each axis how many pixels span the detector for one in x, so that a pixel has as many cm on each."""
        extent = {axis: high - low for axis, (low, high) in self.config.detector.model_dump().items()}
        return {axis: cm / extent["x"] for axis, cm in extent.items()}

    def pixel_cm(self, resolution: int) -> dict[str, float]:
        """Edge of a pixel along each axis [cm], for hits that fill the detector: the same on all axes."""
        low, high = self.config.detector.x
        return dict.fromkeys(("x", "y", "z"), (high - low) / resolution)

    def check_model(self, entry: ModelEntry) -> None:
        """Refuse what the cells of the grid may not ask for: keys of an override, values of a model without a cell."""
        module = plugins.load("models", entry.file)
        where = f"config: model {entry.name}"
        values = entry.values
        for override in entry.overrides:
            if override.representation is not None:
                _named(self.config.representations, override.representation, "representation")
            values |= override.model_extra or {}
        group_of = known(values, groups_of(module), where)
        if all(entry.name not in block.models for block in self.config.grid):
            parameters = {key: value for key, value in entry.values.items() if group_of[key] == "parameters"}
            checked(module.Parameters, parameters, where)

    # The grid

    @cached_property
    def cells(self) -> list[Cell]:
        """Every cell of the grid to train, once, in a fixed order."""
        found = {
            Cell(*place, seed)
            for block in self.config.grid
            for place in _product(block)
            if place not in self.too_large and self.has_meaning(place[0], place[2])
            for seed in block.seeds
        }
        return sorted(found)

    @cached_property
    def too_large(self) -> set[tuple[str, int, str]]:
        """Places that are known not to fit the memory."""
        return {(place.representation, place.resolution, place.model) for place in self.config.out_of_memory}

    @property
    def places(self) -> list[tuple[str, int, str]]:
        """Representation, resolution and model of the cells, each once, in a fixed order."""
        return sorted({(cell.representation, cell.resolution, cell.model) for cell in self.cells})

    @property
    def tables(self) -> list[str]:
        """Names of the tables that the grid asks for."""
        return sorted({block.table for block in self.config.grid if block.table})

    @cache
    def table_places(self, table: str) -> list[Place]:
        """The places of a table in the grid's order: each representation and model once, or once a resolution."""
        found: dict[tuple, Place] = {}
        for block in self.config.grid:
            for key in _product(block) if block.table == table else ():
                shown = key if table == "table_resolution" else (key[0], key[2])
                if shown in found:
                    raise InputError(f"config: grid: {table} has {key[2]} on {key[0]} twice; name it in one block")
                found[shown] = Place(*key, tuple(block.seeds), {})
        if not found:
            raise InputError(f"config: grid: no block has table: {table}, so there is nothing to show")
        return list(found.values())

    def status(self, place: Place) -> str:
        """Why a place has numbers or none: run, n/a, out of memory."""
        if not self.has_meaning(place.representation, place.model):
            return "n/a"
        return "out of memory" if place.key in self.too_large else "run"

    def cells_of(self, places: list[Place]) -> list[Cell]:
        """The trained cells of some places."""
        return [Cell(*place.key, seed) for place in places if self.status(place) == "run" for seed in place.seeds]

    # Searches

    def search(self, representation: str, resolution: int, model: str) -> Search | None:
        """The search that gives a network its values in one place; None for one that is not tuned.

        Raises:
            InputError: the network is tuned, and there is no such search.
        """
        if model != tuned(base(model)):
            return None
        return self.search_of(representation, resolution, base(model))

    def search_of(self, representation: str, resolution: int, model: str) -> Search:
        """The search of hyperparameters in one place.

        Raises:
            InputError: there is none.
        """
        for search in self.config.tuning:
            if search.place == (representation, resolution, model):
                return search
        raise InputError(f"config: tuning has no search of {model} on {representation} at c{resolution}; add one")

    def check_search(self, search: Search) -> None:
        """Refuse a search of what there is not, or of values that the rest of the configuration does not allow."""
        where = f"config: tuning of {search.model} on {search.representation} at c{search.resolution}: space"
        _named(self.config.representations, search.representation, "representation")
        _named(self.config.models, search.model, "model")
        if not self.has_meaning(search.representation, search.model):
            raise InputError(f"config: tuning: {search.model} takes no images of {search.representation}")
        if self.shown(search.representation) != [search.representation] or _joins(self.model_entry(search.model)):
            raise InputError(f"config: tuning: {search.model} on {search.representation}: search a network of one view")
        cell = {"representation": self.representation(search.representation), "model": self.model(*search.place)}
        check_keys(cell, search.space, where)
        for key, domain in search.space.items():
            for value in domain.ends:
                with_values(cell, {key: value}, where)

    # Ablations

    def ablation(self, name: str) -> Ablation:
        """The ablation of that name."""
        return _named(self.config.ablations, name, "ablation")

    def variants(self, name: str) -> list[Place]:
        """The places of an ablation, one for every combination of its values, the last factor running fastest."""
        return self._derived[2][name]

    def members(self, ensemble: str) -> list[Place]:
        """The places whose cells are members of an ensemble."""
        found = _named(self.config.ensembles, ensemble, "ensemble")
        return [Place(one.representation, one.resolution, one.model, tuple(one.seeds), {}) for one in found.of]

    def prediction(self, name: str) -> Prediction:
        """The prediction of that name."""
        return _named(self.config.predict, name, "prediction")

    @property
    def names(self) -> dict[str, list[str]]:
        """Every representation and model that a cell may have, variants included."""
        representations, models, _ = self._derived
        return {
            "representation": [*(entry.name for entry in self.config.representations), *representations],
            "model": [*(entry.name for entry in self.config.models), *models],
        }

    @cached_property
    def _derived(self) -> tuple[dict[str, RepresentationEntry], dict[str, ModelEntry], dict[str, list[Place]]]:
        """Variants of representations and of models by name, and the places of each ablation."""
        representations: dict[str, RepresentationEntry] = {}
        models: dict[str, ModelEntry] = {}
        places: dict[str, list[Place]] = {}
        for entry in self.config.models:
            if any(search.model == entry.name for search in self.config.tuning):
                changed = {"name": tuned(entry.name), "module": entry.file}
                models[tuned(entry.name)] = entry.model_copy(update=changed)
        for ablation in self.config.ablations:
            places[ablation.name] = []
            for values in itertools.product(*ablation.factors.values()):
                levels = dict(zip(ablation.factors, values, strict=True))
                image, network, resolution = self._variant(ablation, levels)
                representations |= {image.name: image} if image.name != base(image.name) else {}
                models |= {network.name: network} if network.name != base(network.name) else {}
                place = Place(image.name, resolution, network.name, tuple(ablation.seeds), levels)
                places[ablation.name].append(place)
        return representations, models, places

    def _variant(self, ablation: Ablation, levels: Mapping[str, Any]) -> tuple[RepresentationEntry, ModelEntry, int]:
        """What one combination of an ablation's values stands for; what equals the study's own keeps its name."""
        where = f"config: ablation {ablation.name}"
        place = {key: levels.get(key, getattr(ablation, key)) for key in COORDINATES}
        if type(place["resolution"]) is not int or not 1 <= place["resolution"] <= LARGEST["resolution"]:
            raise InputError(f"{where}: resolution = {place['resolution']!r}: no resolution")
        image = _named(self.config.representations, place["representation"], "representation")
        network = _named(self.config.models, place["model"], "model")
        of_image = {*plugins.load("representations", image.file).Parameters.model_fields, "order"}
        of_network = known({}, groups_of(plugins.load("models", network.file)), where)
        changes: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        settled = self._settled_representation(image)
        own = {"order": self.config.order, **settled["parameters"], **settled}
        for key, value in levels.items():
            if key in of_image:
                changes[0].update({} if own[key] == value else {key: value})
            elif key in of_network:
                changes[1][key] = value
            elif key not in COORDINATES:
                valid = ", ".join([*COORDINATES, *sorted(of_image), *of_network])
                raise InputError(f"{where}: {key}: unknown key; valid: {valid}")
        try:
            image = image.model_copy(
                update={**changes[0], "name": variant(image.name, changes[0]), "module": image.file}
            )
            settled = self._settled_model(network, self._settled_representation(image), place["resolution"])
            flat = settled["parameters"] | settled["training"]
            flat |= {f"{WINDOW}{key}": value for key, value in settled["window"].items()}
            new = {key: value for key, value in changes[1].items() if key not in flat or flat[key] != value}
            network = network.model_copy(
                update={
                    "name": variant(network.name, new),
                    "module": network.file,
                    "overrides": [*network.overrides, Override(**new)],
                }
            )
        except InputError as error:
            raise InputError(f"{where}: {str(error).removeprefix('config: ')}") from None
        return image, network, place["resolution"]


def _following(window: Mapping[str, Any], origin: str | None) -> dict[str, Any]:
    return {**window, **({"origin": origin} if origin else {})}


def _joins(entry: ModelEntry) -> bool:
    """Whether a network looks at views with other networks of the study."""
    return "backbone" in plugins.load("models", entry.file).Parameters.model_fields


def _each(names: Any, views: int) -> list[Any]:
    """One name a view, of a list of names or of one for all."""
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


def _product(block: Block) -> Iterator[tuple[str, int, str]]:
    for representation in block.representations:
        for resolution in block.resolutions:
            for model in block.models:
                yield representation, resolution, model


def _named(entries: list[Any], name: str, kind: str) -> Any:
    for entry in entries:
        if entry.name == name:
            return entry
    raise InputError(f"config: unknown {kind} {name!r}; valid: {', '.join(entry.name for entry in entries)}")
