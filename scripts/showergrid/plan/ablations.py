"""The places of ablations: one for every combination of values, made of variants of the study's entries."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from showergrid.core import plugins
from showergrid.core.cells import Place
from showergrid.core.errors import InputError
from showergrid.core.settings import LARGEST
from showergrid.core.variants import base, variant
from showergrid.plan.catalogue import Catalogue
from showergrid.plan.config import Ablation, ModelEntry, Override, RepresentationEntry
from showergrid.plan.representations import Representations
from showergrid.training.hyperparameters import WINDOW, groups_of, known

COORDINATES = ("representation", "resolution", "model")


def crossed(catalogue: Catalogue) -> tuple[Catalogue, dict[str, list[Place]]]:
    """`catalogue` with the variants that its ablations ask for, and the places of each ablation by its name.

    The last factor of an ablation runs fastest.

    Raises:
        InputError: an ablation has a key that its place does not have, or a value that is not allowed.
    """
    representations: dict[str, RepresentationEntry] = {}
    models: dict[str, ModelEntry] = {}
    places: dict[str, list[Place]] = {}
    for ablation in catalogue.config.ablations:
        places[ablation.name] = []
        for values in itertools.product(*ablation.factors.values()):
            levels = dict(zip(ablation.factors, values, strict=True))
            image, network, resolution = _variant(catalogue, ablation, levels)
            representations |= {image.name: image} if image.name != base(image.name) else {}
            models |= {network.name: network} if network.name != base(network.name) else {}
            place = Place(image.name, resolution, network.name, tuple(ablation.seeds), levels)
            places[ablation.name].append(place)
    whole = replace(
        catalogue,
        representations=Representations(
            catalogue.config, (*catalogue.representations.entries, *representations.values())
        ),
        models=(*catalogue.models, *models.values()),
    )
    return whole, places


def _variant(
    catalogue: Catalogue, ablation: Ablation, levels: Mapping[str, Any]
) -> tuple[RepresentationEntry, ModelEntry, int]:
    """The representation, network and resolution of one combination of an ablation's values.

    An entry that equals the study's own keeps its name.
    """
    where = f"config: ablation {ablation.name}"
    place = {key: levels.get(key, getattr(ablation, key)) for key in COORDINATES}
    binned = place["resolution"] is not None or "resolution" in levels
    if binned and (type(place["resolution"]) is not int or not 1 <= place["resolution"] <= LARGEST["resolution"]):
        raise InputError(f"{where}: resolution = {place['resolution']!r}: no resolution")
    image = catalogue.representations.entry(place["representation"])
    network = catalogue.model_entry(place["model"])
    of_image = {*plugins.load("representations", image.file).Parameters.model_fields, "order"}
    of_network = known({}, groups_of(plugins.load("models", network.file)), where)
    changes: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    settled = catalogue.representations.settled(image)
    own = {"order": catalogue.config.order, **settled["parameters"], **settled}
    for key, value in levels.items():
        if key in of_image:
            changes[0].update({} if own[key] == value else {key: value})
        elif key in of_network:
            changes[1][key] = value
        elif key not in COORDINATES:
            valid = ", ".join([*COORDINATES, *sorted(of_image), *of_network])
            raise InputError(f"{where}: {key}: unknown key; valid: {valid}")
    try:
        image = image.model_copy(update={**changes[0], "name": variant(image.name, changes[0]), "module": image.file})
        settled = catalogue.settled_model(network, catalogue.representations.settled(image), place["resolution"])
        flat = settled["parameters"] | settled["training"]
        flat |= {f"{WINDOW}{key}": value for key, value in (settled["window"] or {}).items()}
        new = {key: value for key, value in changes[1].items() if flat.get(key) != value}
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
