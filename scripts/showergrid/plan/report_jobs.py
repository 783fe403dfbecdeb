"""The configuration of the jobs that compare cells: those of tables and of their figures."""

from __future__ import annotations

from typing import Any

from showergrid.core.cells import Place
from showergrid.inputs.pixels import is_list
from showergrid.plan.config import PublishedNumbers
from showergrid.plan.study import Study


def _said(study: Study) -> dict[str, Any]:
    """The settings of the study that every table states."""
    return {
        "question": study.question,
        "bootstrap": study.config.bootstrap.model_dump(mode="json"),
        "comparison": study.config.comparison.model_dump(mode="json"),
        "order": study.config.order,
        "origin": study.config.origin,
    }


def table(study: Study, published: PublishedNumbers | None) -> dict[str, Any]:
    """Everything that table1 states apart from the numbers of its cells."""
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
    """Everything that the table of the resolution study states apart from the numbers of its cells."""
    places = study.table_places("table_resolution")
    return {
        "table": "table_resolution",
        "places": [_place(study, place) for place in places],
        "published": _published_resolution(study, places, published) if published else None,
        **_said(study),
    }


def _published_resolution(study: Study, places: list[Place], published: PublishedNumbers) -> dict[str, Any]:
    """The published numbers, by model file, of each network whose window is fixed in pixels, as theirs was."""
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
    """The windows whose containment is measured: those that hold given shares, and those of the resolution study."""
    places = [
        place
        for place in study.table_places("table_resolution")
        if study.status(place) == "run" and not is_list(study.catalogue.axes(place.representation))
    ]
    shown = dict.fromkeys(name for place in places for name in study.catalogue.shown(place.representation))
    alone = [place for place in places if place.representation in shown]
    return {
        "question": study.question,
        "ranges": study.config.axis_ranges.sets,
        "direction": study.config.direction,
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
    """Everything that the table of an ablation states apart from the numbers of its cells."""
    factors = study.ablation(ablation).factors
    return {
        "name": ablation,
        "factors": [{"name": name, "values": values} for name, values in factors.items()],
        "places": [{**_place(study, place), "levels": place.levels} for place in study.variants(ablation)],
        **_said(study),
    }


def compared(study: Study, step: str) -> list[Place]:
    """The places of the grid that are compared: for `performance` those of table1 if there is one, else all."""
    if step == "performance" and "table1" in study.tables:
        return [place for place in study.table_places("table1") if study.status(place) == "run"]
    seeds: dict[tuple[str, int, str], list[int]] = {}
    for cell in study.cells:
        seeds.setdefault((cell.representation, cell.resolution, cell.model), []).append(cell.seed)
    return [Place(*key, tuple(numbers), {}) for key, numbers in seeds.items()]


def pairs(study: Study) -> dict[str, Any]:
    """The configuration of the comparison of all pairs."""
    return {
        "question": study.question,
        "comparison": study.config.comparison.model_dump(mode="json"),
        "level": study.config.bootstrap.level,
        "places": _numbered(study, compared(study, "pairs")),
    }


def performance(study: Study) -> dict[str, Any]:
    """How the performance of a cell is measured."""
    return {
        "question": study.question,
        "bootstrap": study.config.bootstrap.model_dump(mode="json"),
        "performance": study.config.performance.model_dump(mode="json"),
    }


def overlaid(study: Study) -> dict[str, Any]:
    """The same, with the places of which the best are drawn together."""
    return {**performance(study), "places": _numbered(study, compared(study, "performance"))}


def _numbered(study: Study, places: list[Place]) -> list[dict[str, Any]]:
    """Places with their seeds and status, and no settings."""
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
    """Everything that the table of an ensemble states apart from the numbers of its cells."""
    entry = next(entry for entry in study.config.ensembles if entry.name == ensemble)
    numbers = ", ".join(f"{what} {value:g}" for what, value in published.ensembles.items()) if published else ""
    return {
        "name": ensemble,
        "combine": entry.combine,
        "seed": entry.seed,
        "places": [_place(study, place) for place in study.members(ensemble)],
        "published": f"Published, never mixed with ours ({published.note}): {numbers}." if numbers else None,
        **_said(study),
    }


def table_variations(study: Study) -> dict[str, Any]:
    """Everything that the table of detector variations states apart from the scores of its cells."""
    return {
        "places": [_place(study, place) for place in varied_places(study)],
        "variations": {variation.name: variation.readout for variation in study.config.variations.readouts},
        **_said(study),
    }


def varied_places(study: Study) -> list[Place]:
    """The places of table1 whose cells are evaluated on variations of the detector."""
    return [place for place in study.table_places("table1") if study.status(place) == "run"]


def _place(study: Study, place: Place) -> dict[str, Any]:
    """A place with the settings that a caption states."""
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
    """The settings of the network in one place that a caption states."""
    network, search = study.catalogue.model(*place.key), study.search(*place.key)
    pixel = study.catalogue.pixel_cm(place.resolution)
    axes = study.catalogue.axes(place.representation)
    said = {"window": network["window"]["shape"]}
    said |= {key: value for key, value in network["training"].items() if key in ("batch_size", "precision", "n_epochs")}
    said |= {"tuned": list(search.space)} if search else {}
    if is_list(axes):
        return {**said, "counted": f"{axes[0]}s", "pixel_cm": pixel}
    return {**said, "pixel_cm": {axis: pixel[axis] for axis in axes}}


def _centimetres(study: Study, place: Place) -> dict[str, float] | None:
    """The size of the window along the axes of the images [cm], if it is given in cm."""
    values = study.catalogue.model_values(
        study.catalogue.model_entry(place.model), place.representation, place.resolution
    )
    if "window_cm" not in values:
        return None
    return {axis: values["window_cm"][axis] for axis in study.catalogue.axes(place.representation)}
