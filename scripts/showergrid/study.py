"""A study: one configuration, checked, and resolved to what each job needs to know.

Only the Snakefile reads this module; commands receive resolved values. It imports no network library, so that a
plan needs none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from showergrid import plugins
from showergrid.checking import checked
from showergrid.datasets import Window
from showergrid.errors import InputError
from showergrid.pixels import STRETCH
from showergrid.settings.base import Settings
from showergrid.settings.images import WindowSettings
from showergrid.settings.study import LARGEST, Block, Config, ModelEntry, PublishedNumbers
from showergrid.settings.training import Training

# Keys of a model's window carry this prefix in the configuration: win_shape, win_margin, win_placement.
WINDOW = "win_"


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
        for place in study.places:
            study.model(*place)
        asked = {place for block in study.config.grid for place in _product(block)}
        if strangers := sorted(study.too_large - asked):
            raise InputError(f"config: out_of_memory: {strangers[0]} is not in the grid")
        for table in study.tables:
            study.columns(table)
        return study

    @cache
    def representation(self, name: str) -> dict[str, Any]:
        """Name, module and checked parameters of a representation."""
        entry = _named(self.config.representations, name, "representation")
        module = plugins.load("representations", entry.file)
        parameters = checked(module.Parameters, entry.values, f"config: representation {name}")
        return {"name": name, "module": entry.file, "parameters": parameters.model_dump(mode="json")}

    def named_model(self, name: str) -> ModelEntry:
        """The entry of a model."""
        return _named(self.config.models, name, "model")

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

    @cache
    def axes(self, representation: str) -> tuple[str, ...]:
        """The detector axes of the images, in the order of their dimensions."""
        found = self.representation(representation)
        module = plugins.load("representations", found["module"])
        return module.axes(module.Parameters(**found["parameters"]))

    @cache
    def has_meaning(self, representation: str, model: str) -> bool:
        """Whether the network takes images of as many axes as the representation gives."""
        module = plugins.load("models", self.named_model(model).file)
        return len(self.axes(representation)) in module.IMAGE_AXES

    @cache
    def model(self, representation: str, resolution: int, model: str) -> dict[str, Any]:
        """Name, module, network parameters and training of a model in one place of the grid."""
        entry = self.named_model(model)
        module = plugins.load("models", entry.file)
        values = {**self.config.training, **entry.values}
        for override in entry.overrides:
            if override.representation in (None, representation) and override.resolution in (None, resolution):
                values |= override.model_extra or {}
        where = f"config: model {model} ({representation}, c{resolution})"
        groups = _groups(module)
        known = _known(values, groups, where)
        grouped: dict[str, dict[str, Any]] = {group: {} for group in groups}
        for key, value in values.items():
            grouped[known[key]][key.removeprefix(WINDOW) if known[key] == "window" else key] = value
        grouped["window"]["origin"] = self.config.origin
        found = {
            group: checked(settings, grouped[group], where, WINDOW if group == "window" else "")
            for group, settings in groups.items()
        }
        try:
            Window.of(found["window"], self.axes(representation))
        except InputError as error:
            shown = f"win_shape = {found['window'].shape}, win_margin = {found['window'].margin}"
            raise InputError(f"{where}: {shown}: {error}") from None
        return {
            "name": model,
            "module": entry.file,
            **{group: settings.model_dump(mode="json") for group, settings in found.items()},
        }

    @cached_property
    def cells(self) -> list[Cell]:
        """Every cell to train, once, in a fixed order."""
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

    def columns(self, table: str) -> list[dict[str, Any]]:
        """The places of a table with their seeds and status (run, n/a, out of memory), in the grid's order."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for block in self.config.grid:
            for representation, resolution, model in _product(block) if block.table == table else ():
                if (representation, model) in found:
                    raise InputError(
                        f"config: grid: {table} has {model} on {representation} twice; name it in one block"
                    )
                status = "run"
                if not self.has_meaning(representation, model):
                    status = "n/a"
                elif (representation, resolution, model) in self.too_large:
                    status = "out of memory"
                found[representation, model] = {
                    "representation": representation,
                    "resolution": resolution,
                    "models": [model],
                    "seeds": block.seeds,
                    "status": status,
                }
        return list(found.values())

    def table_cells(self, table: str) -> list[Cell]:
        """The trained cells that a table shows."""
        return [
            Cell(place["representation"], place["resolution"], model, seed)
            for place in self.columns(table)
            if place["status"] == "run"
            for model in place["models"]
            for seed in place["seeds"]
        ]

    # What each job is told

    def classes(self) -> list[dict[str, Any]]:
        """Names and PDG codes; the first is the positive class."""
        return [entry.model_dump() for entry in self.config.classes]

    def job(self, step: str, published: PublishedNumbers, **wildcards: Any) -> dict[str, Any]:
        """The resolved configuration of a job: all that decides its outputs beside its input files.

        Raises:
            InputError: there is no such job: a resolution or seed out of range, a network that takes no such images.
        """
        for key, largest in LARGEST.items():
            if wildcards.get(key, 0) > largest:
                raise InputError(f"{key} {wildcards[key]} is larger than {largest}")
        if "model" in wildcards and not self.has_meaning(wildcards["representation"], wildcards["model"]):
            raise InputError(f"{wildcards['model']} takes no images of {wildcards['representation']}")
        match step:
            case "simulate":
                return self.simulate_job(**wildcards)
            case "gather":
                return {"shards": self.config.simulation.shards}
            case "split":
                return {"split": self.config.split.model_dump(mode="json"), "classes": self.classes()}
            case "explore":
                return self.explore_job(published)
            case "calibrate_images" | "images":
                return self.images_job(**wildcards)
            case "train":
                return self.cell_job(**wildcards)
            case "evaluate":
                return {**self.cell_job(**wildcards), "bootstrap": self.config.bootstrap.model_dump(mode="json")}
            case "cell_figures":
                return {"classes": self.classes()}
            case "event_figures":
                return self.event_figures_job()
            case "table":
                return self.table_job(published=published, **wildcards)
            case _:  # nothing but files decides: calibrate, typeset
                return {}

    def simulate_job(self, shard: int) -> dict[str, Any]:
        """One shard of the simulation.

        It is told of the showers up to its own last one: more of them in all leave the first shards as they are.
        """
        simulation = self.config.simulation.model_dump(mode="json")
        end = min(simulation["showers"], (shard + 1) * simulation["shard_size"])
        return {
            "simulation": {**simulation, "showers": end},
            "readout": self.config.readout.model_dump(mode="json"),
            "classes": self.classes(),
            "detector": self.config.detector.model_dump(mode="json"),
            "order": self.config.order,
        }

    def explore_job(self, published: PublishedNumbers) -> dict[str, Any]:
        """The data analysis."""
        return {
            "classes": self.classes(),
            "baselines": self.config.baselines.model_dump(mode="json"),
            "published": published.data.model_dump(mode="json"),
            "order": self.config.order,
        }

    def images_job(self, representation: str, resolution: int) -> dict[str, Any]:
        """One image file."""
        return {"representation": self.representation(representation), "resolution": resolution}

    def cell_job(self, representation: str, resolution: int, model: str, seed: int) -> dict[str, Any]:
        """The resolved configuration of one cell."""
        return {
            "seed": seed,
            "classes": self.classes(),
            "representation": self.representation(representation),
            "resolution": resolution,
            "model": self.model(representation, resolution, model),
        }

    def table_job(self, table: str, published: PublishedNumbers) -> dict[str, Any]:
        """Everything that a table says beside the numbers of its cells."""
        blocks = self.columns(table)
        return {
            "table": table,
            "classes": self.classes(),
            "blocks": blocks,
            "cells": {
                f"{place['representation']}/c{place['resolution']}/{model}": self._shown(place, model)
                for place in blocks
                for model in place["models"]
                if place["status"] == "run"
            },
            "rows": list(dict.fromkeys(model for place in blocks for model in place["models"])),
            "columns": list(dict.fromkeys(place["representation"] for place in blocks)),
            "published": published.model_dump(mode="json", include={"note", "table1", "draft"}),
            "bootstrap": self.config.bootstrap.model_dump(mode="json"),
            "comparison": self.config.comparison.model_dump(mode="json"),
            "order": self.config.order,
            "origin": self.config.origin,
        }

    def event_figures_job(self) -> dict[str, Any]:
        """Which events are drawn: each representation once, and the first with two axes at several resolutions."""
        places = self.places
        first = {place[0]: place for place in reversed(places)}
        drawn = [entry.name for entry in self.config.representations if entry.name in first]
        flat = [name for name in drawn if len(self.axes(name)) == 2] or drawn
        resolutions = sorted({place[1] for place in places if place[0] == flat[0]})
        widest = {resolutions[0] // 2 or 1, *resolutions, 2 * resolutions[-1]}
        return {
            "classes": self.classes(),
            "energy": self.config.figures.energy,
            "representations": [
                {"representation": self.representation(name), "resolution": first[name][1]} for name in drawn
            ],
            "resolutions": {
                "representation": self.representation(flat[0]),
                "resolutions": sorted(widest),
                "window": self.model(*first[flat[0]])["window"],
            },
        }

    def _shown(self, place: Mapping[str, Any], model: str) -> dict[str, Any]:
        """What a caption says of one network in one place."""
        found = self.model(place["representation"], place["resolution"], model)
        detector = self.config.detector.model_dump()
        return {
            "window": found["window"]["shape"],
            **{key: found["training"][key] for key in ("batch_size", "precision", "n_epochs")},
            "pixel_cm": {
                axis: (detector[axis][1] - detector[axis][0]) / (STRETCH[axis] * place["resolution"])
                for axis in self.axes(place["representation"])
            },
        }


def _groups(module: Any) -> dict[str, type[Settings]]:
    """What the keys of a model are checked against."""
    return {"training": Training, "parameters": module.Parameters, "window": WindowSettings}


def _known(values: Mapping[str, Any], groups: Mapping[str, type[Settings]], where: str) -> dict[str, str]:
    """The group of every key a model may have; one that none knows is refused."""
    known = {key: group for group, settings in groups.items() for key in _keys(group, settings)}
    if unknown := sorted(set(values) - set(known)):
        raise InputError(f"{where}: {unknown[0]} = {values[unknown[0]]!r}: unknown key; valid: {', '.join(known)}")
    return known


def _keys(group: str, settings: type[BaseModel]) -> list[str]:
    """The keys of `settings` as a model of the configuration names them."""
    if group == "window":
        return [f"{WINDOW}{key}" for key in settings.model_fields if key != "origin"]
    return list(settings.model_fields)


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


def closure_modules(job: Mapping[str, Any]) -> list[str]:
    """Dotted names of the modules that a job loads by name, wherever its configuration names them."""
    kinds = {"representation": "representations", "model": "models"}
    found = {f"showergrid.{kinds[key]}.{job[key]['module']}" for key in kinds if isinstance(job.get(key), Mapping)}
    for value in job.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Mapping):
                found |= set(closure_modules(inner))
    return sorted(found)


def published(config: Config, root: Path) -> PublishedNumbers:
    """The published numbers: written out in the configuration, or in another one that it names.

    Raises:
        InputError: the file named does not exist, has no key `published`, or a wrong one.
    """
    if isinstance(config.published, PublishedNumbers):
        return config.published
    try:
        found = yaml.safe_load((root / config.published).read_text())["published"]
    except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"config: published = {config.published!r}: no such key in that file ({reason})") from None
    return checked(PublishedNumbers, found, f"{config.published}: published")
