"""The configuration of the jobs that explain a trained cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from showergrid.core.errors import InputError
from showergrid.events.questions import Question
from showergrid.plan.matching import is_observed, takes_pixels
from showergrid.plan.study import Study

OF_GRADIENTS = ("heatmaps", "heatmap_figure")
OF_IMAGES = (*OF_GRADIENTS, "mistakes")
OF_REMOVAL = ("removal", "removal_figure")
STEPS = (*OF_REMOVAL, *OF_IMAGES)
PART_EVENTS = 4  # drawn with their prongs or hits


def explanation_job(study: Study, step: str, cell: Mapping[str, Any]) -> dict[str, Any]:
    """The resolved configuration of a job that explains `cell`, which is given as its training gets it.

    Raises:
        InputError: the cell gets no images that could be drawn, or no empty pixels where they are needed.
    """
    if not isinstance(study.config.questions[0], Question):
        raise InputError("config: questions: answers of classes are explained; let a question of them stand first")
    explanation = study.config.explanation.model_dump(mode="json")
    representation = cell["representation"]["name"]
    if "views" in cell:
        raise InputError(f"{representation} shows several views; nothing of its cells is explained: ask those of one")
    if not study.catalogue.representations.shows_hits(representation):
        raise InputError(f"{representation} shows no hits, so none can be removed or drawn")
    if step in OF_IMAGES and not is_image(study, representation):
        raise InputError(f"{representation} gives lists and no images to draw; of its cells ask figures/removal.pdf")
    if step in OF_GRADIENTS and "packed" in cell["model"]:
        raise InputError(
            f"{cell['model']['name']} sees no empty pixels, with which heat maps compare; of its cells ask "
            "figures/removal.pdf or figures/mistakes.pdf"
        )
    bootstrap = study.config.bootstrap.model_dump(mode="json")
    match step:
        case "removal" | "heatmaps":
            return {
                **cell,
                "questions": study.questions,
                "bootstrap": bootstrap,
                "explanation_seed": explanation["seed"],
                step: explanation[step],
            }
        case "heatmap_figure":
            shown = explanation["shown"]["heatmaps"]
            told = {"question": study.question, "labels": study.labels()}
            return {**told, "energy": study.config.figures.energy, "shown": shown}
        case "mistakes":
            window, shown = cell["model"]["window"], explanation["shown"]["mistakes"]
            return {"question": study.question, "labels": study.labels(), "window": window, "shown": shown}
        case _:  # removal_figure
            return {"labels": study.labels()}


def prong_figure(study: Study, representation: str) -> dict[str, Any]:
    """Which events are drawn with their prongs, and by which question.

    Raises:
        InputError: the study asks nothing of prongs, or the representation shows none.
    """
    if not (study.prong_questions and study.catalogue.representations.sees_prongs(representation)):
        raise InputError(f"{representation} shows no prongs that are asked of; ask for this figure of another cell")
    [asked, *_] = study.prong_questions
    return {"question": asked, "labels": study.labels(question=asked["name"]), "shown": PART_EVENTS}


def hit_figure(study: Study, model: str) -> dict[str, Any]:
    """Which events are drawn with their hits, and by which question.

    Raises:
        InputError: the study asks nothing of hits, or the model does not answer them.
    """
    if not (study.hit_questions and study.answers_hits(model)):
        raise InputError(f"{model} answers no hits that are asked of; ask for this figure of another cell")
    [asked, *_] = study.hit_questions
    return {"question": asked, "labels": study.labels(question=asked["name"]), "shown": PART_EVENTS}


def prong_heatmaps(study: Study, cell: Mapping[str, Any]) -> dict[str, Any]:
    """What the heat maps of a cell that sees prongs are told; `cell` is given as its training gets it.

    Raises:
        InputError: the cell sees no prongs, its network does not show how its answers come about, or the study asks for
            a value first.
    """
    _check_observed(study, cell)
    explanation = study.config.explanation.model_dump(mode="json")
    return {
        **cell,
        "bootstrap": study.config.bootstrap.model_dump(mode="json"),
        "explanation_seed": explanation["seed"],
        "heatmaps": explanation["heatmaps"],
    }


def prong_heatmap_figure(study: Study, cell: Mapping[str, Any]) -> dict[str, Any]:
    """The questions whose answers are drawn: the first of events, and of prongs if any; raises as above."""
    _check_observed(study, cell)
    asked = [study.question, *study.prong_questions[:1]]
    return {"asked": [{"question": told, "labels": study.labels(question=told["name"])} for told in asked]}


def _check_observed(study: Study, cell: Mapping[str, Any]) -> None:
    if not isinstance(study.config.questions[0], Question):
        raise InputError("config: questions: answers of classes are explained; let a question of them stand first")
    representation, model = cell["representation"]["name"], cell["model"]
    if not study.catalogue.representations.sees_prongs(representation):
        raise InputError(f"{representation} shows no prongs; of its cells ask figures/heatmaps.pdf")
    if not is_observed(model["module"]):
        raise InputError(f"{model['name']} does not show what its answers rest on; ask this of another cell")


def is_image(study: Study, representation: str) -> bool:
    """Whether the representation gives images that can be drawn, and so its networks have gradients."""
    return study.catalogue.representations.is_image_of_hits(representation)


def files(study: Study) -> list[str]:
    """The figures, and their records, of the first seed of each place of the main table, below the study's folder."""
    paths = []
    for place in study.main_places if isinstance(study.config.questions[0], Question) else ():
        catalogue = study.catalogue
        if catalogue.representations.shown(place.representation) != [
            place.representation
        ] or not catalogue.representations.shows_hits(place.representation):
            continue
        if catalogue.representations.sees_prongs(place.representation):
            names = ["prongs"] if study.prong_questions else []
            names += ["prong_heatmaps"] if is_observed(catalogue.model_entry(place.model).file) else []
        elif study.answers_hits(place.model):
            names = ["hits"]
        elif is_image(study, place.representation):
            packed = takes_pixels(catalogue.model_entry(place.model))
            names = ["removal", "mistakes"] if packed else ["removal", "heatmaps", "mistakes"]
        else:
            names = ["removal"]
        for cell in study.cells_of([place])[:1]:
            paths += [f"{cell.folder}/figures/{name}.pdf" for name in names]
            paths += [f"{cell.folder}/figures/{name}.pdf.provenance.json" for name in names]
    return paths
