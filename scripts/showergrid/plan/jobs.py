"""The configuration of each job of a study: everything that decides its outputs apart from its input files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from showergrid.apply.settings import Unlabelled
from showergrid.core import plugins
from showergrid.core.cells import Cell
from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.core.settings import LARGEST
from showergrid.core.yaml_files import read_yaml
from showergrid.events.questions import Question, of_classes
from showergrid.plan import explain_jobs, report_jobs, spectrum_jobs
from showergrid.plan.config import Config, PublishedNumbers
from showergrid.plan.study import Study
from showergrid.report.settings.ablations import AblationFigureSettings
from showergrid.report.settings.ensembles import Combination
from showergrid.report.settings.published import Beside
from showergrid.report.settings.tables import Reported
from showergrid.report.tables.final_states import FinalStateSettings
from showergrid.report.tables.reasons import ReasonSettings
from showergrid.report.tables.resolution import ResolutionSettings
from showergrid.report.tables.values import ValueSettings

# steps that know nothing of prongs and hits
OF_EVENTS = ("features", "tune", "export", "vary_cell", *explain_jobs.STEPS)
OF_OTHER_HITS = ("export", "vary_cell", *explain_jobs.STEPS)  # steps that show a cell other hits of its kind
NOT_TRAINED = ("positive", "other", "unit")  # keys of a question that no training reads


def job(study: Study, step: str, published: PublishedNumbers | None, **wildcards: Any) -> dict[str, Any]:
    """The resolved configuration of the job of rule `step` with these wildcards.

    Raises:
        InputError: there is no such job: a resolution or seed out of range, a network that takes no such images.
    """
    for key, largest in LARGEST.items():
        if (wildcards.get(key) or 0) > largest:
            raise InputError(f"{key} {wildcards[key]} is larger than {largest}; ask for a file of a smaller one")
    if "model" in wildcards and not study.catalogue.has_meaning(wildcards["representation"], wildcards["model"]):
        raise InputError(
            f"{wildcards['model']} does not take {wildcards['representation']}; ask for a file of another cell"
        )
    if step in OF_EVENTS and "model" in wildcards:
        _refuse_parts(study, wildcards["representation"], wildcards["model"])
    if step in OF_OTHER_HITS and "model" in wildcards:
        _refuse_idealised(study, wildcards["representation"])
    if "seed" in wildcards:
        study.search(wildcards["representation"], wildcards["resolution"], wildcards["model"])
    config = study.config
    match step:
        case "library":
            if not hasattr(study.source, "library"):
                raise InputError(f"config: source: {config.source} has no library; ask for another file")
            told = study.source_settings.library.model_dump(mode="json")
            return {"source": {"module": config.source, "parameters": told}}
        case "shard":
            return _shard(study, **wildcards)
        case "gather":
            return {"tables": study.event_tables, "shards": study.shards}
        case "split":
            told = [
                {"column": q.column, "other": q.other}
                | ({"values": q.values} if isinstance(q, Question) else {})
                | ({"left_out": q.left_out} if isinstance(q, Question) and q.left_out else {})
                for q in study.of_events
            ]
            return {"split": config.split.model_dump(mode="json", exclude_none=True), "questions": told}
        case "explore":
            return {
                "question": study.question,
                "labels": study.labels(),
                "baselines": config.baselines.model_dump(mode="json"),
                "published": published.data.model_dump(mode="json") if published and published.data else None,
                "order": config.order,
            }
        case "calibrate":
            return {
                "stretch": config.detector.stretch,
                "axis_ranges": config.axis_ranges.model_dump(mode="json"),
            }
        case "calibrate_inputs":
            return _input_ranges(study, **wildcards)
        case "represent":
            return _input(study, **wildcards)
        case "train" | "features":
            return _cell(study, **wildcards)
        case "export":
            units = {asked.name: asked.unit for asked in config.questions if asked.kind == "value"}
            return {**_cell(study, **wildcards), **({"units": units} if units else {})}
        case "evaluate":
            return _evaluate(study, **wildcards)
        case "tune":
            return _tune(study, **wildcards)
        case "best" | "tuning_figures":
            return {"search": study.search_of(**wildcards).model_dump(mode="json")}
        case "tuned_inputs":
            return _network(study, **wildcards)
        case "predict":
            return _predict(study, **wildcards)
        case "spectrum":
            return spectrum_jobs.spectrum(study, wildcards["spectrum"])
        case "cell_figures":
            return {"question": study.question, "labels": study.labels()}
        case "data_page":
            return {"labels": study.labels()}
        case "cell_performance":
            return report_jobs.performance(study)
        case "performance":
            return report_jobs.overlaid(study)
        case "pairs":
            return report_jobs.pairs(study)
        case "prong_figure":
            return explain_jobs.prong_figure(study, wildcards["representation"])
        case "prong_heatmaps":
            return explain_jobs.prong_heatmaps(study, _cell(study, **wildcards))
        case "prong_heatmap_figure":
            return explain_jobs.prong_heatmap_figure(study, _cell(study, **wildcards))
        case "hit_figure":
            return explain_jobs.hit_figure(study, wildcards["model"])
        case _ if step in explain_jobs.STEPS:
            return explain_jobs.explanation_job(study, step, _cell(study, **wildcards))
        case "event_figures":
            return _event_figures(study)
        case "report":
            return report_jobs.report(study, published, wildcards["report"])
        case "published":
            return report_jobs.told(study, published, wildcards["table"], Beside)
        case "resolution_figure":
            if config.figures.resolution is None:
                raise InputError("config: figures.resolution: is null; name a report of module resolution")
            return report_jobs.told(study, published, config.figures.resolution, ResolutionSettings)
        case "values_figure":
            if config.figures.values is None:
                raise InputError("config: figures.values: is null; name a report of module values")
            return report_jobs.told(study, published, config.figures.values, ValueSettings)
        case "final_states_figure":
            if config.figures.final_states is None:
                raise InputError("config: figures.final_states: is null; name a report of module final_states")
            return report_jobs.told(study, published, config.figures.final_states, FinalStateSettings)
        case "roc_figure":
            return _roc(study, published)
        case "reasons_figure":
            return _reasons(study, published)
        case "ablation_figure":
            name = f"ablations/{wildcards['ablation']}"
            if study.has_several_splits(name):
                raise InputError(f"{name}: its cells have different test events, so that no figure shows them together")
            places = study.drawn(wildcards["ablation"])
            return report_jobs.told(study, published, name, AblationFigureSettings, places)
        case "ensemble_predictions":
            return report_jobs.told(study, published, f"ensembles/{wildcards['ensemble']}", Combination)
        case "vary":
            varied = study.source.varied(study.source_settings)  # in a list, in the order of the tables to write
            told = [{"name": name, "readout": readout} for name, readout in varied.items()]
            return {**_shard(study, **wildcards), "variations": told}
        case "vary_cell":
            return {**_cell(study, **wildcards), "variations": list(study.source.varied(study.source_settings))}
        case _:  # typeset: only its files decide its outputs
            return {}


def _roc(study: Study, published: PublishedNumbers | None) -> dict[str, Any]:
    """The classes of which ROC curves are drawn, and the cells of the report that is named."""
    figure = study.config.figures.roc
    if figure is None:
        raise InputError("config: figures.roc: is null; name a report and classes of its question")
    question = study.report(figure.of).question
    if question.get("of") == "hit":
        raise InputError(
            f"config: figures.roc.of: {figure.of} is of hits, of which no ROC curve is drawn; name another report"
        )
    known = [kind["name"] for kind in question.get("classes", [])]
    if unknown := [name for name in figure.classes if name not in known]:
        raise InputError(
            f"config: figures.roc.classes: question {question['name']} has no class {unknown[0]!r}; "
            f"valid: {', '.join(known) or 'none, it asks for a value'}"
        )
    return {"answered": report_jobs.told(study, published, figure.of, Reported), "classes": figure.classes}


def _reasons(study: Study, published: PublishedNumbers | None) -> dict[str, Any]:
    """The cell whose wrong answers are drawn, and the table of reasons that shows it."""
    figure = study.config.figures.reasons
    if figure is None:
        raise InputError("config: figures.reasons: is null; name a report of module reasons and one of its cells")
    cell = Cell(figure.representation, figure.resolution, figure.model, figure.seed)
    if cell not in study.cells_of(study.report(figure.of).places):
        raise InputError(f"config: figures.reasons: {figure.of} shows no {cell.folder}; name one of its cells")
    table = report_jobs.told(study, published, figure.of, ReasonSettings)
    return {"table": table, "figure": figure.model_dump(mode="json")}


def _pdg(study: Study) -> list[int]:
    """What the data know of the questions: the PDG codes of their classes, in order. Names are for networks."""
    asked = [question.values for question in of_classes(study.of_events) if question.column == "pdg"]
    return list(dict.fromkeys(code for classes in asked for codes in classes for code in codes))


def _shard(study: Study, shard: int) -> dict[str, Any]:
    """One shard of the events, as its source makes it."""
    dropped = any(question.other == "drop" for question in of_classes(study.of_events))
    return {
        "source": {"module": study.config.source, "parameters": study.source.told(study.source_settings, shard)},
        "request": {
            "pdg": _pdg(study),
            "others": dropped,
            "detector": study.config.detector.model_dump(mode="json"),
            "order": study.config.order,
        },
    }


def _input(study: Study, representation: str, resolution: int | None) -> dict[str, Any]:
    """One input file."""
    study.catalogue.representations.tables_read(representation)
    return {"representation": study.catalogue.representations.resolved(representation), "resolution": resolution}


def _input_ranges(study: Study, representation: str, resolution: int | None) -> dict[str, Any]:
    """What one input file takes from the training events, to which the direction of a shower is nothing."""
    told = _input(study, representation, resolution)
    shown = {key: value for key, value in told["representation"].items() if key != "direction"}
    return {**told, "representation": shown}


def _evaluate(study: Study, representation: str, resolution: int, model: str, seed: int) -> dict[str, Any]:
    """How the answers of a cell are measured, and on which division of the events if it is not the first."""
    split = study.catalogue.model(representation, resolution, model)["training"].get("split")
    told = {"questions": study.questions, "bootstrap": study.config.bootstrap.model_dump(mode="json")}
    if study.prong_questions:
        told["prong_questions"] = study.prong_questions
    if study.hit_questions:
        told["hit_questions"] = study.hit_questions
    return told if split is None else {**told, "split": split}


def _cell(study: Study, representation: str, resolution: int, model: str, seed: int) -> dict[str, Any]:
    """One cell; if it is tuned, its training puts in the values that the search found."""
    return {"seed": seed, **_network(study, representation, resolution, model)}


def _network(study: Study, representation: str, resolution: int, model: str) -> dict[str, Any]:
    """What the cells of one place have in common; `hits` is what their inputs assume of the study's own hits.

    Views that show the inputs of other representations are listed one by one. Prongs are asked of a model that sees
    them, hits of one that answers pixels.
    """
    prongs = study.prong_questions if study.catalogue.representations.sees_prongs(representation) else []
    hits = study.hit_questions if study.answers_hits(model) else []
    return {
        **study.catalogue.views(representation, resolution, model),
        "questions": _trained(study.questions),
        **({"prong_questions": _trained(prongs)} if prongs else {}),
        **({"hit_questions": _trained(hits)} if hits else {}),
        "hits": {"order": study.config.order, "detector": study.config.detector.model_dump(mode="json")},
        "representation": study.catalogue.representations.resolved(representation),
        "resolution": resolution,
        "model": study.catalogue.model(representation, resolution, model),
    }


def _trained(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a training reads of the questions."""
    return [{key: value for key, value in told.items() if key not in NOT_TRAINED} for told in questions]


def _refuse_parts(study: Study, representation: str, model: str) -> None:
    """Refuse what is done with events alone to a cell that sees prongs or answers hits."""
    if study.answers_hits(model):
        raise InputError(f"{model} answers hits, which this file knows nothing of; ask for that of another cell")
    if study.catalogue.representations.sees_prongs(representation):
        raise InputError(
            f"{representation} shows prongs, which this file knows nothing of; ask for that of another cell"
        )


def _refuse_idealised(study: Study, representation: str) -> None:
    """Refuse to show hits that a detector would see to a cell that was trained on such as the truth gives."""
    if tables := study.catalogue.representations.idealised(representation):
        raise InputError(f"{representation} shows {tables[0]}, hits that no detector sees; ask for another cell")


def _tune(study: Study, representation: str, resolution: int, model: str, worker: int) -> dict[str, Any]:
    """The trials of one worker; `epochs` is the largest number of epochs of a training, or of steps of a fit."""
    search = study.search_of(representation, resolution, model)
    if worker >= search.workers:
        raise InputError(f"tuning: the search of {model} has {search.workers} workers, counted from 0, so no {worker}")
    network = _network(study, representation, resolution, model)
    key = getattr(plugins.load("models", network["model"]["module"]), "STEPS", "n_epochs")
    epochs = [{**network["model"]["training"], **network["model"]["parameters"]}.get(key, 1)]
    if key in search.space:
        epochs = search.space[key].ends
    return {**network, "search": search.model_dump(mode="json", exclude={"published"}), "epochs": max(epochs)}


def _predict(study: Study, prediction: str) -> dict[str, Any]:
    """A cell and the files whose events it classifies."""
    entry = study.prediction(prediction)
    _refuse_parts(study, entry.representation, entry.model)
    _refuse_idealised(study, entry.representation)
    place = entry.model_dump(include={"representation", "resolution", "model", "seed"})
    cell = job(study, "train", None, **place)
    return {
        **cell,
        "prediction": entry.model_dump(mode="json", include=set(Unlabelled.model_fields), exclude_unset=True),
    }


def drawn_representations(study: Study) -> list[str]:
    """The representations of the grid that give images of hits, of which events are drawn, in the study's order."""
    images = [place[0] for place in study.places if study.catalogue.representations.is_image_of_own_hits(place[0])]
    shown = {name for representation in images for name in study.catalogue.representations.shown(representation)}
    return [entry.name for entry in study.config.representations if entry.name in shown]


def _event_figures(study: Study) -> dict[str, Any]:
    """Which events are drawn: each representation once, and the first with two axes at several resolutions.

    A list has no place in the detector and is not drawn.
    """
    places = [place for place in study.places if study.catalogue.representations.is_image_of_own_hits(place[0])]
    first = {name: place for place in reversed(places) for name in study.catalogue.representations.shown(place[0])}
    if not (drawn := drawn_representations(study)):
        raise InputError(
            "figures of events: no representation of the grid gives images of hits of the study, so there is nothing "
            "to draw"
        )
    flat = [name for name in drawn if len(study.catalogue.representations.axes(name)) == 2] or drawn
    resolutions = sorted({place[1] for place in places if flat[0] in study.catalogue.representations.shown(place[0])})
    widest = {resolutions[0] // 2 or 1, *resolutions, 2 * resolutions[-1]}
    return {
        "question": study.question,
        "labels": study.labels(drawn),
        "energy": study.config.figures.energy,
        "representations": [
            {"representation": study.catalogue.representations.resolved(name), "resolution": first[name][1]}
            for name in drawn
        ],
        "resolutions": {
            "representation": study.catalogue.representations.resolved(flat[0]),
            "resolutions": sorted(widest),
            "window": study.catalogue.model(*first[flat[0]])["window"],
        },
    }


def published(config: Config, root: Path) -> PublishedNumbers | None:
    """The published numbers: written out in the configuration, or in another one that it names, or none.

    Raises:
        InputError: the named file does not exist, has no key `published`, or has a wrong one.
    """
    if config.published is None or isinstance(config.published, PublishedNumbers):
        return config.published
    try:
        content = read_yaml(root / config.published)
    except InputError as error:
        raise InputError(f"config: published: {error}") from None
    if not isinstance(content, dict) or "published" not in content:
        raise InputError(f"config: published: {config.published} has no key published; name another file, or null")
    numbers = content["published"]
    return checked(PublishedNumbers, numbers, f"{config.published}: published")
