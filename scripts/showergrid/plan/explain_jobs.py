"""What the jobs are told that ask what a trained cell looks at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from showergrid.core.errors import InputError
from showergrid.inputs.pixels import is_list
from showergrid.plan.study import Study

OF_IMAGES = ("heatmaps", "heatmap_figure", "mistakes")
OF_HITS = ("removal", "removal_figure")
STEPS = (*OF_HITS, *OF_IMAGES)


def explanation_job(study: Study, step: str, cell: Mapping[str, Any]) -> dict[str, Any]:
    """The resolved configuration of a job about `cell`, its own as a training is told.

    Raises:
        InputError: the cell gets no images that could be drawn.
    """
    asked = study.config.explanation.model_dump(mode="json")
    representation = cell["representation"]["name"]
    if "views" in cell:
        raise InputError(f"{representation} shows several views; nothing of its cells is explained: ask those of one")
    if step in OF_IMAGES and not is_image(study, representation):
        raise InputError(f"{representation} gives lists and no images to draw; of its cells ask figures/removal.pdf")
    bootstrap = study.config.bootstrap.model_dump(mode="json")
    match step:
        case "removal" | "heatmaps":
            return {**cell, "bootstrap": bootstrap, "explanation_seed": asked["seed"], step: asked[step]}
        case "heatmap_figure":
            shown = asked["shown"]["heatmaps"]
            return {"classes": cell["classes"], "energy": study.config.figures.energy, "shown": shown}
        case "mistakes":
            window, shown = cell["model"]["window"], asked["shown"]["mistakes"]
            return {"classes": cell["classes"], "window": window, "shown": shown}
        case _:  # removal_figure: nothing but its files
            return {}


def is_image(study: Study, representation: str) -> bool:
    """Whether the representation gives images that can be drawn, and so its networks have gradients."""
    return not is_list(study.catalogue.axes(representation))


def files(study: Study) -> list[str]:
    """What there is to see of the first seed of each place of table 1, below the study's folder."""
    places = study.table_places("table1") if "table1" in study.tables else []
    found = []
    for place in places:
        if study.catalogue.shown(place.representation) != [place.representation]:
            continue
        names = ["removal", *(["heatmaps", "mistakes"] if is_image(study, place.representation) else [])]
        for cell in study.cells_of([place])[:1]:
            found += [f"{cell.folder}/figures/{name}.pdf" for name in names]
            found += [f"{cell.folder}/figures/{name}.pdf.provenance.json" for name in names]
    return found
