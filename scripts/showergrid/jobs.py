"""What each job of a study is told: all that decides its outputs beside its input files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from showergrid import explanations
from showergrid.catalogue import VIEWS
from showergrid.checking import checked
from showergrid.errors import InputError
from showergrid.grid import Place
from showergrid.pixels import is_list
from showergrid.settings.prediction import Unlabelled
from showergrid.settings.study import LARGEST, Config, PublishedNumbers
from showergrid.settings.variations import readouts
from showergrid.study import Study


def job(study: Study, step: str, published: PublishedNumbers | None, **wildcards: Any) -> dict[str, Any]:
    """The resolved configuration of the job of rule `step` with these wildcards.

    Raises:
        InputError: there is no such job: a resolution or seed out of range, a network that takes no such images.
    """
    for key, largest in LARGEST.items():
        if wildcards.get(key, 0) > largest:
            raise InputError(f"{key} {wildcards[key]} is larger than {largest}")
    if "model" in wildcards and not study.catalogue.has_meaning(wildcards["representation"], wildcards["model"]):
        raise InputError(f"{wildcards['model']} takes no images of {wildcards['representation']}")
    if "seed" in wildcards:
        study.search(wildcards["representation"], wildcards["resolution"], wildcards["model"])
    config = study.config
    match step:
        case "ingest":
            return _ingest(study)
        case "simulate":
            return _simulate(study, **wildcards)
        case "gather":
            return {"shards": config.simulation.shards}
        case "split":
            return {"split": config.split.model_dump(mode="json"), "classes": _classes(study)}
        case "explore":
            return {
                "classes": _classes(study),
                "baselines": config.baselines.model_dump(mode="json"),
                "published": published.data.model_dump(mode="json") if published else None,
                "order": config.order,
            }
        case "calibrate":
            return {"stretch": study.config.detector.stretch}
        case "calibrate_images" | "images":
            return _images(study, **wildcards)
        case "train" | "train_frozen" | "features" | "export":
            return _cell(study, **wildcards)
        case "evaluate":
            return {**_cell(study, **wildcards), "bootstrap": config.bootstrap.model_dump(mode="json")}
        case "tune":
            return _tune(study, **wildcards)
        case "best" | "tuning_figures":
            return {"search": study.search_of(**wildcards).model_dump(mode="json")}
        case "tuned_images":
            return _network(study, **wildcards)
        case "predict":
            return _predict(study, **wildcards)
        case "cell_figures":
            return {"classes": _classes(study)}
        case "cell_performance":
            return _performance(study)
        case "performance":
            return {**_performance(study), "places": _numbered(study, compared(study, step))}
        case "pairs":
            return _pairs(study)
        case _ if step in explanations.STEPS:
            return explanations.explanation_job(study, step, _cell(study, **wildcards))
        case "event_figures":
            return _event_figures(study)
        case "table":
            return _table(study, published)
        case "table_resolution":
            return _table_resolution(study, published)
        case "containment":
            return _containment(study)
        case "ablation":
            return _ablation(study, **wildcards)
        case "ensemble":
            return _ensemble(study, published, **wildcards)
        case "vary":
            return {**_simulate(study, **wildcards), "variations": readouts(config.readout, config.variations)}
        case "vary_cell":
            return {**_cell(study, **wildcards), "variations": list(readouts(config.readout, config.variations))}
        case "table_variations":
            return _table_variations(study)
        case _:  # nothing but files decides: typeset
            return {}


def _classes(study: Study) -> list[dict[str, Any]]:
    """Names and PDG codes; the first is the positive class."""
    return [entry.model_dump() for entry in study.config.classes]


def _ingest(study: Study) -> dict[str, Any]:
    """Hits read from files, which are inputs of the job."""
    return {
        "ingest": study.config.ingest.model_dump(mode="json"),
        "classes": _classes(study),
        "detector": study.config.detector.model_dump(mode="json"),
        "order": study.config.order,
    }


def _simulate(study: Study, shard: int) -> dict[str, Any]:
    """One shard of the simulation.

    It is told of the showers up to its own last one: more of them in all leave the first shards as they are.
    """
    simulation = study.config.simulation.model_dump(mode="json")
    end = min(simulation["showers"], (shard + 1) * simulation["shard_size"])
    return {
        "simulation": {**simulation, "showers": end},
        "readout": study.config.readout.model_dump(mode="json"),
        "classes": _classes(study),
        "detector": study.config.detector.model_dump(mode="json"),
        "order": study.config.order,
    }


def _images(study: Study, representation: str, resolution: int) -> dict[str, Any]:
    """One image file."""
    if study.catalogue.shown(representation) != [representation]:
        raise InputError(
            f"{representation} has no images of its own, but those of {study.catalogue.shown(representation)}"
        )
    return {"representation": study.catalogue.representation(representation), "resolution": resolution}


def _cell(study: Study, representation: str, resolution: int, model: str, seed: int) -> dict[str, Any]:
    """One cell; if it is tuned, the values that were found are put in by its training."""
    return {"seed": seed, **_network(study, representation, resolution, model)}


def _network(study: Study, representation: str, resolution: int, model: str) -> dict[str, Any]:
    """What the cells of one place have in common; `hits` is what their images take for granted of them.

    Views that show the images of others are told one by one.
    """
    several = study.catalogue.representation(representation)["module"] == VIEWS
    return {
        **({"views": study.catalogue.views(representation, resolution, model)} if several else {}),
        "classes": _classes(study),
        "hits": {"order": study.config.order, "detector": study.config.detector.model_dump(mode="json")},
        "representation": study.catalogue.representation(representation),
        "resolution": resolution,
        "model": study.catalogue.model(representation, resolution, model),
    }


def _tune(study: Study, representation: str, resolution: int, model: str, worker: int) -> dict[str, Any]:
    """The trials of one worker; `epochs` is the largest number that a training of them does."""
    search = study.search_of(representation, resolution, model)
    if worker >= search.workers:
        raise InputError(f"tuning: the search of {model} has {search.workers} workers, counted from 0, so no {worker}")
    network = _network(study, representation, resolution, model)
    epochs = [network["model"]["training"].get("n_epochs", 1)]
    if "n_epochs" in search.space:
        epochs = search.space["n_epochs"].ends
    return {**network, "search": search.model_dump(mode="json"), "epochs": max(epochs)}


def _predict(study: Study, prediction: str) -> dict[str, Any]:
    """A cell and the files that it is asked about."""
    asked = study.prediction(prediction)
    place = asked.model_dump(include={"representation", "resolution", "model", "seed"})
    cell = job(study, "train", None, **place)
    return {**cell, "prediction": asked.model_dump(mode="json", include=set(Unlabelled.model_fields))}


def _said(study: Study) -> dict[str, Any]:
    """What every table says of the study."""
    return {
        "classes": _classes(study),
        "bootstrap": study.config.bootstrap.model_dump(mode="json"),
        "comparison": study.config.comparison.model_dump(mode="json"),
        "order": study.config.order,
        "origin": study.config.origin,
    }


def _table(study: Study, published: PublishedNumbers | None) -> dict[str, Any]:
    """Everything that table1 says beside the numbers of its cells."""
    places = study.table_places("table1")
    rows = list(dict.fromkeys(place.model for place in places))
    resolutions = {place.representation: place.resolution for place in places}
    named = {(place.representation, place.model) for place in places}
    places += [
        Place(column, resolution, model, (), {})
        for column, resolution in resolutions.items()
        for model in rows
        if (column, model) not in named and not study.catalogue.has_meaning(column, model)
    ]
    return {
        "table": "table1",
        "blocks": [
            {
                "representation": place.representation,
                "resolution": place.resolution,
                "models": [place.model],
                "seeds": place.seeds,
                "status": study.status(place),
            }
            for place in places
        ],
        "cells": {
            f"{place.representation}/c{place.resolution}/{place.model}": _shown(study, place)
            for place in places
            if study.status(place) == "run"
        },
        "rows": rows,
        "columns": list(resolutions),
        "published": published.model_dump(mode="json", include={"note", "table1", "draft"}) if published else None,
        **_said(study),
    }


def _table_resolution(study: Study, published: PublishedNumbers | None) -> dict[str, Any]:
    """Everything that the table of the resolution study says beside the numbers of its cells."""
    places = study.table_places("table_resolution")
    return {
        "table": "table_resolution",
        "places": [_place(study, place) for place in places],
        "published": _published_resolution(study, places, published) if published else None,
        **_said(study),
    }


def _published_resolution(study: Study, places: list[Place], published: PublishedNumbers) -> dict[str, Any]:
    """The published numbers of each network whose window is fixed in pixels, as theirs was: those of its file."""
    files = {
        place.model: study.catalogue.model_entry(place.model).file for place in places if not _centimetres(study, place)
    }
    return {
        "note": published.note,
        "representation": published.resolution_of,
        "resolution": {
            model: {str(c): value for c, value in published.resolution[file].items()}
            for model, file in files.items()
            if file in published.resolution
        },
    }


def _containment(study: Study) -> dict[str, Any]:
    """Which windows would hold the showers, and what those of the resolution study hold."""
    places = [
        place
        for place in study.table_places("table_resolution")
        if study.status(place) == "run" and not is_list(study.catalogue.axes(place.representation))
    ]
    shown = dict.fromkeys(name for place in places for name in study.catalogue.shown(place.representation))
    alone = [place for place in places if place.representation in shown]
    return {
        "classes": _classes(study),
        "representations": [{"name": name, "axes": study.catalogue.axes(name)} for name in shown],
        "resolutions": sorted({place.resolution for place in places}),
        "shares": list(study.config.containment.shares),
        "windows": [
            {
                "representation": place.representation,
                "resolution": place.resolution,
                "model": place.model,
                "window": study.catalogue.model(*place.key)["window"],
            }
            for place in alone
        ],
    }


def _ablation(study: Study, ablation: str) -> dict[str, Any]:
    """Everything that the table of an ablation says beside the numbers of its cells."""
    factors = study.ablation(ablation).factors
    return {
        "name": ablation,
        "factors": [{"name": name, "values": values} for name, values in factors.items()],
        "places": [{**_place(study, place), "levels": place.levels} for place in study.variants(ablation)],
        **_said(study),
    }


def compared(study: Study, step: str) -> list[Place]:
    """The places of the grid that are compared: for `performance` those of table1, where there is one, else all."""
    if step == "performance" and "table1" in study.tables:
        return [place for place in study.table_places("table1") if study.status(place) == "run"]
    seeds: dict[tuple[str, int, str], list[int]] = {}
    for cell in study.cells:
        seeds.setdefault((cell.representation, cell.resolution, cell.model), []).append(cell.seed)
    return [Place(*key, tuple(numbers), {}) for key, numbers in seeds.items()]


def _pairs(study: Study) -> dict[str, Any]:
    """Everything that the comparison of all pairs is told of."""
    return {
        "classes": _classes(study),
        "comparison": study.config.comparison.model_dump(mode="json"),
        "level": study.config.bootstrap.level,
        "places": _numbered(study, compared(study, "pairs")),
    }


def _performance(study: Study) -> dict[str, Any]:
    """How the performance of a cell is measured."""
    return {
        "classes": _classes(study),
        "bootstrap": study.config.bootstrap.model_dump(mode="json"),
        "performance": study.config.performance.model_dump(mode="json"),
    }


def _numbered(study: Study, places: list[Place]) -> list[dict[str, Any]]:
    """Places with their seeds alone."""
    return [
        {
            "representation": place.representation,
            "resolution": place.resolution,
            "model": place.model,
            "seeds": place.seeds,
            "status": study.status(place),
            "settings": None,
        }
        for place in places
    ]


def _ensemble(study: Study, published: PublishedNumbers | None, ensemble: str) -> dict[str, Any]:
    """Everything that the table of an ensemble says beside the numbers of its cells."""
    found = next(one for one in study.config.ensembles if one.name == ensemble)
    numbers = ", ".join(f"{what} {value:g}" for what, value in published.ensembles.items()) if published else ""
    return {
        "name": ensemble,
        "combine": found.combine,
        "seed": found.seed,
        "places": [_place(study, place) for place in study.members(ensemble)],
        "published": f"Published, never mixed with ours ({published.note}): {numbers}." if numbers else None,
        **_said(study),
    }


def _table_variations(study: Study) -> dict[str, Any]:
    """Everything that the table of detector variations says beside the scores of its cells."""
    return {
        "places": [_place(study, place) for place in varied_places(study)],
        "variations": {one.name: one.readout for one in study.config.variations.readouts},
        **_said(study),
    }


def varied_places(study: Study) -> list[Place]:
    """The places of table1 whose cells are asked about other detectors."""
    return [place for place in study.table_places("table1") if study.status(place) == "run"]


def _place(study: Study, place: Place) -> dict[str, Any]:
    """A place with what a caption says of it."""
    status = study.status(place)
    return {
        "representation": place.representation,
        "resolution": place.resolution,
        "model": place.model,
        "seeds": place.seeds,
        "status": status,
        "settings": {**_shown(study, place), "window_cm": _centimetres(study, place)} if status != "n/a" else None,
    }


def _shown(study: Study, place: Place) -> dict[str, Any]:
    """What a caption says of one network in one place."""
    found, search = study.catalogue.model(*place.key), study.search(*place.key)
    pixel = study.config.detector.pixel_cm(place.resolution)
    axes = study.catalogue.axes(place.representation)
    said = {"window": found["window"]["shape"]}
    said |= {key: value for key, value in found["training"].items() if key in ("batch_size", "precision", "n_epochs")}
    said |= {"tuned": list(search.space)} if search else {}
    if is_list(axes):
        return {**said, "counted": f"{axes[0]}s", "pixel_cm": pixel}
    return {**said, "pixel_cm": {axis: pixel[axis] for axis in axes}}


def _centimetres(study: Study, place: Place) -> dict[str, float] | None:
    """The window's size along the axes of the images, if it was given in cm."""
    asked = study.catalogue.model_values(
        study.catalogue.model_entry(place.model), place.representation, place.resolution
    )
    if "window_cm" not in asked:
        return None
    return {axis: asked["window_cm"][axis] for axis in study.catalogue.axes(place.representation)}


def _event_figures(study: Study) -> dict[str, Any]:
    """Which events are drawn: each representation once, and the first with two axes at several resolutions.

    A list has no place in the detector, and is not drawn.
    """
    places = [place for place in study.places if not is_list(study.catalogue.axes(place[0]))]
    first = {name: place for place in reversed(places) for name in study.catalogue.shown(place[0])}
    drawn = [entry.name for entry in study.config.representations if entry.name in first]
    flat = [name for name in drawn if len(study.catalogue.axes(name)) == 2] or drawn
    resolutions = sorted({place[1] for place in places if flat[0] in study.catalogue.shown(place[0])})
    widest = {resolutions[0] // 2 or 1, *resolutions, 2 * resolutions[-1]}
    return {
        "classes": _classes(study),
        "energy": study.config.figures.energy,
        "representations": [
            {"representation": study.catalogue.representation(name), "resolution": first[name][1]} for name in drawn
        ],
        "resolutions": {
            "representation": study.catalogue.representation(flat[0]),
            "resolutions": sorted(widest),
            "window": study.catalogue.model(*first[flat[0]])["window"],
        },
    }


def published(config: Config, root: Path) -> PublishedNumbers | None:
    """The published numbers: written out in the configuration, or in another one that it names, or none.

    Raises:
        InputError: the file named does not exist, has no key `published`, or a wrong one.
    """
    if config.published is None or isinstance(config.published, PublishedNumbers):
        return config.published
    try:
        found = yaml.safe_load((root / config.published).read_text())["published"]
    except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"config: published = {config.published!r}: no such key in that file ({reason})") from None
    return checked(PublishedNumbers, found, f"{config.published}: published")
