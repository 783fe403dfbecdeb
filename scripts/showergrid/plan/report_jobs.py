"""What the jobs that compare cells are told: those of tables and of their figures."""

from __future__ import annotations

from typing import Any

from showergrid.core.cells import Place
from showergrid.inputs.pixels import is_list
from showergrid.plan.config import PublishedNumbers
from showergrid.plan.study import Study


def _said(study: Study) -> dict[str, Any]:
    """What every table says of the study."""
    return {
        "classes": study.classes,
        "bootstrap": study.config.bootstrap.model_dump(mode="json"),
        "comparison": study.config.comparison.model_dump(mode="json"),
        "order": study.config.order,
        "origin": study.config.origin,
    }


def table(study: Study, published: PublishedNumbers | None) -> dict[str, Any]:
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


def table_resolution(study: Study, published: PublishedNumbers | None) -> dict[str, Any]:
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


def containment(study: Study) -> dict[str, Any]:
    """Which windows would hold the showers, and what those of the resolution study hold."""
    places = [
        place
        for place in study.table_places("table_resolution")
        if study.status(place) == "run" and not is_list(study.catalogue.axes(place.representation))
    ]
    shown = dict.fromkeys(name for place in places for name in study.catalogue.shown(place.representation))
    alone = [place for place in places if place.representation in shown]
    return {
        "classes": study.classes,
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


def ablation(study: Study, ablation: str) -> dict[str, Any]:
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


def pairs(study: Study) -> dict[str, Any]:
    """Everything that the comparison of all pairs is told of."""
    return {
        "classes": study.classes,
        "comparison": study.config.comparison.model_dump(mode="json"),
        "level": study.config.bootstrap.level,
        "places": _numbered(study, compared(study, "pairs")),
    }


def performance(study: Study) -> dict[str, Any]:
    """How the performance of a cell is measured."""
    return {
        "classes": study.classes,
        "bootstrap": study.config.bootstrap.model_dump(mode="json"),
        "performance": study.config.performance.model_dump(mode="json"),
    }


def overlaid(study: Study) -> dict[str, Any]:
    """The same of the places of which the best are drawn together."""
    return {**performance(study), "places": _numbered(study, compared(study, "performance"))}


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


def ensemble(study: Study, published: PublishedNumbers | None, ensemble: str) -> dict[str, Any]:
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


def table_variations(study: Study) -> dict[str, Any]:
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
