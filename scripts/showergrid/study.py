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

from pydantic import BaseModel

from showergrid import plugins
from showergrid.checking import checked
from showergrid.datasets import Window
from showergrid.errors import InputError
from showergrid.pixels import is_list
from showergrid.settings.base import Settings
from showergrid.settings.estimators import Fitting
from showergrid.settings.images import CentimetreWindow, WindowSettings
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
from showergrid.variants import base, variant

# Keys of a model's window carry this prefix in the configuration: win_shape, win_margin, win_placement, win_origin.
WINDOW = "win_"
COORDINATES = ("representation", "resolution", "model")


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
        for place in study.places:
            study.model(*place)
        asked = {place for block in study.config.grid for place in _product(block)}
        if strangers := sorted(study.too_large - asked):
            raise InputError(f"config: out_of_memory: {strangers[0]} is not in the grid")
        for table in study.tables:
            study.table_places(table)
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
        parameters = checked(module.Parameters, entry.values, f"config: representation {entry.name}")
        found = {"name": entry.name, "module": entry.file, "parameters": parameters.model_dump(mode="json")}
        if entry.order in (None, self.config.order):
            return found
        if entry.order == "as_given":
            raise InputError(f"config: representation {entry.name}: order = 'as_given' is none that can be made again")
        return {**found, "order": entry.order}

    @cache
    def axes(self, representation: str) -> tuple[str, ...]:
        """The detector axes of the images, in the order of their dimensions."""
        return _axes(self.representation(representation))

    @cache
    def has_meaning(self, representation: str, model: str) -> bool:
        """Whether the model takes images of as many axes as the representation gives, or of these if it names them."""
        module = plugins.load("models", self.model_entry(model).file)
        axes = self.axes(representation)
        return len(axes) in module.IMAGE_AXES and set(axes) <= set(getattr(module, "AXES", axes))

    @cache
    def model(self, representation: str, resolution: int, model: str) -> dict[str, Any]:
        """Name, module, network parameters and training of a model in one place of the grid."""
        return self._settled_model(self.model_entry(model), self.representation(representation), resolution)

    def _settled_model(self, entry: ModelEntry, representation: Mapping[str, Any], resolution: int) -> dict[str, Any]:
        where = f"config: model {entry.name} ({representation['name']}, c{resolution})"
        groups = _groups(plugins.load("models", entry.file))
        values = self.model_values(entry, representation["name"], resolution)
        known = _known(values, groups, where)
        grouped: dict[str, dict[str, Any]] = {group: {} for group in groups}
        for key, value in values.items():
            grouped[known[key]][key.removeprefix(WINDOW) if known[key] == "window" else key] = value
        axes = _axes(representation)
        if grouped.pop("centimetres"):
            grouped["window"] |= self._in_pixels(values, axes, resolution, where)
        if is_list(axes):
            shape = {"shape": grouped["window"]["shape"]} if "shape" in grouped["window"] else _whole(representation)
            grouped["window"] = {**shape, "placement": {}, "margin": {}, "origin": "first_hit"}
        else:
            grouped["window"] = {"origin": self.config.origin, **grouped["window"]}
        found = {
            group: checked(groups[group], inner, where, WINDOW if group == "window" else "")
            for group, inner in grouped.items()
        }
        try:
            Window.of(found["window"], axes)
            found["parameters"].check_window(found["window"].shape)
        except InputError as error:
            shown = f"win_shape = {found['window'].shape}, win_margin = {found['window'].margin}"
            raise InputError(f"{where}: {shown}: {error}") from None
        return {
            "name": entry.name,
            "module": entry.file,
            **{group: settings.model_dump(mode="json") for group, settings in found.items()},
        }

    def model_values(self, entry: ModelEntry, representation: str, resolution: int) -> dict[str, Any]:
        """Every value that the configuration gives a model in one place: of training, its own, of its overrides."""
        groups = _groups(plugins.load("models", entry.file))
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
        known = _known(values, _groups(module), where)
        if all(entry.name not in block.models for block in self.config.grid):
            parameters = {key: value for key, value in entry.values.items() if known[key] == "parameters"}
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

    # Ablations

    def ablation(self, name: str) -> Ablation:
        """The ablation of that name."""
        return _named(self.config.ablations, name, "ablation")

    def variants(self, name: str) -> list[Place]:
        """The places of an ablation, one for every combination of its values, the last factor running fastest."""
        return self._derived[2][name]

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
        of_network = _known({}, _groups(plugins.load("models", network.file)), where)
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


def _axes(representation: Mapping[str, Any]) -> tuple[str, ...]:
    module = plugins.load("representations", representation["module"])
    return module.axes(module.Parameters(**representation["parameters"]))


def _whole(representation: Mapping[str, Any]) -> dict[str, list[int]]:
    """The shape of a window that holds the whole of a list, if that is always as long."""
    module = plugins.load("representations", representation["module"])
    if not hasattr(module, "length"):
        return {}
    return {"shape": [module.length(module.Parameters(**representation["parameters"]))]}


def _groups(module: Any) -> dict[str, type[Settings]]:
    """What the keys of a model are checked against; those of one that is fitted as a whole have no epochs."""
    return {
        "training": Fitting if hasattr(module, "fit") else Training,
        "parameters": module.Parameters,
        "window": WindowSettings,
        "centimetres": CentimetreWindow,
    }


def _known(values: Mapping[str, Any], groups: Mapping[str, type[Settings]], where: str) -> dict[str, str]:
    """The group of every key a model may have; one that none knows is refused."""
    known = {key: group for group, settings in groups.items() for key in _keys(group, settings)}
    if unknown := sorted(set(values) - set(known)):
        raise InputError(f"{where}: {unknown[0]} = {values[unknown[0]]!r}: unknown key; valid: {', '.join(known)}")
    return known


def _keys(group: str, settings: type[BaseModel]) -> list[str]:
    """The keys of `settings` as a model of the configuration names them."""
    return [f"{WINDOW}{key}" if group == "window" else key for key in settings.model_fields]


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
