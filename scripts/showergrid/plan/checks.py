"""From a configuration to its study: all that must agree in it is checked before anything is planned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from showergrid.core import plugins
from showergrid.core.cells import input_name
from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.events.collections import is_number
from showergrid.events.hits import HITS
from showergrid.events.questions import Question, of_hits, of_prongs
from showergrid.events.split import check_by
from showergrid.inputs.declared import is_made_of_hits
from showergrid.plan.ablations import crossed
from showergrid.plan.catalogue import Catalogue
from showergrid.plan.config import Ablation, Config
from showergrid.plan.matching import answers, each_view, joins
from showergrid.plan.names import cells_named, check_names
from showergrid.plan.representations import named
from showergrid.plan.study import Study, shows
from showergrid.report.settings.performance import AGAINST
from showergrid.report.settings.spectra import SpectrumEntry
from showergrid.sources.parts.asked import check_columns
from showergrid.tuning.best import check_keys, with_values
from showergrid.tuning.settings import Search


def read_study(raw: Mapping[str, Any], files: Mapping[str, str] | None = None) -> Study:
    """Check the mapping that Snakemake read from the configuration files; `files` says which gives which key.

    Raises:
        InputError: one line with the key, the value and the valid choices.
    """
    config = checked(Config, raw, "config")
    catalogue = Catalogue.of(config)
    check_names(config, files or {})
    catalogue.check_training()
    for entry in config.models:
        catalogue.check_model(entry)
    study = Study(config, *crossed(catalogue))
    for entry in config.representations:
        study.catalogue.representations.axes(entry.name)
    plugins.check("sources", config.source)
    if not study.cells:
        raise InputError("config: grid: no block has a network that takes its representation")
    _check_resolutions(study)
    for entry in study.config.spectra:
        _check_spectrum(study, entry)
    _check_tables(study)
    for ablation in study.config.ablations:
        plugins.check("reports", ablation.module)
        for place in study.variants(ablation.name):
            if not study.catalogue.has_meaning(place.representation, place.model):
                raise InputError(
                    f"config: ablation {ablation.name}: {place.model} does not take {place.representation}"
                )
            study.catalogue.model(*place.key)
    for ablation in study.config.ablations:
        for name in ablation.beside:
            _check_beside(study, ablation, study.ablation(name))
        _check_drawn(study, ablation)
    for ensemble in study.config.ensembles:
        for place in study.members(ensemble.name):
            if (status := study.status(place)) != "run":
                where = f"config: ensemble {ensemble.name}"
                raise InputError(f"{where}: {place.model} on {place.representation}: {status}; leave it out")
            study.catalogue.model(*place.key)
    for search in study.config.tuning:
        _check_search(study, search)
    for place in study.places:
        study.catalogue.model(*place)
        study.search(*place)
    in_grid = {place for block in study.config.grid for place in study.product(block)}
    if strangers := sorted(study.too_large - in_grid):
        raise InputError(f"config: out_of_memory: {strangers[0]} is not in the grid")
    for entry in study.config.reports.values():
        plugins.check("reports", entry.module)
    for name in study.config.reports:
        _check_report(study, name)
    _check_kinds(study)
    _check_splits(study)
    _check_looked_at(study)
    study.source.check(study.source_settings, study.of_events, config.detector, config.order)
    _check_prongs(study)
    _check_hits(study)
    _check_starts(study)
    for split in config.split.divisions.values():
        if split.by is not None:
            check_by(study.source.events(study.source_settings), split.by)
    return study


def _check_tables(study: Study) -> None:
    """Refuse a cell that shows a table, or columns of one, that the source does not give or only the truth tells."""
    given = {"events": study.source.events(study.source_settings), **study.source.collections(study.source_settings)}
    truth = study.source.truth(study.source_settings) if hasattr(study.source, "truth") else []
    own = [entry.representation for entry in study.config.spectra if any(shown.cell for shown in entry.of)]
    for representation in dict.fromkeys([*(cell.representation for cell in study.cells), *own]):
        for shown in study.catalogue.representations.shown(representation):
            where = f"config: representation {shown}"
            for table, columns in study.catalogue.representations.columns_read(shown).items():
                if table not in given:
                    source = f"{study.config.source} gives {', '.join(given)}"
                    raise InputError(f"{where}: shows {table}, and {source}; choose another of them")
                if table in truth:
                    raise InputError(f"{where}: shows {table}, which only the truth tells; choose another table")
                if study.catalogue.representations.entry(shown).hits is not None and (
                    lacking := [name for name in HITS.names if name not in given[table].names]
                ):
                    raise InputError(f"{where}: hits: {table} is no table of hits, it has no {lacking[0]}; name one")
                valid = [field.name for field in given[table] if is_number(field.type) and field.name != "event"]
                if lacking := [name for name in columns if name not in valid]:
                    raise InputError(
                        f"{where}: {table} has no column {lacking[0]!r} of numbers; valid: {', '.join(valid)}"
                    )


def _check_looked_at(study: Study) -> None:
    """Refuse a column, against which answers are to be looked at, that the events do not have or that has our name."""
    schema = study.source.events(study.source_settings)
    valid = [field.name for field in schema if is_number(field.type) and field.name not in ("event", *AGAINST)]
    if lacking := [name for name in study.config.performance.called if name not in valid]:
        raise InputError(
            f"config: performance.columns: {lacking[0]!r} is no further column of numbers of the events; "
            f"valid: {', '.join(valid)}"
        )


def _check_resolutions(study: Study) -> None:
    """Refuse a place without the resolution that its representation needs, or with one that means nothing."""
    for number, block in enumerate(study.config.grid):
        for representation in block.representations:
            if study.catalogue.representations.is_binned(representation) and not block.resolutions:
                raise InputError(f"config: grid.{number}: resolutions is missing, and {representation} needs one")
    for key, place in cells_named(study.config):
        binned = study.catalogue.representations.is_binned(place.representation)
        if binned and place.resolution is None and "resolution" not in getattr(place, "factors", {}):
            raise InputError(f"config: {key}: resolution is missing, and {place.representation} needs one")
        if not binned and place.resolution is not None:
            raise InputError(
                f"config: {key}: resolution: {place.representation} has none, as nothing is binned; leave it out"
            )


def _check_spectrum(study: Study, spectrum: SpectrumEntry) -> None:
    """Refuse a spectrum of what is no variable of the events, or of files of hits."""
    where = f"config: spectra.{spectrum.name}"
    shown = study.catalogue.representations.resolved(spectrum.representation)
    module = plugins.load("representations", shown["module"])
    if module.KIND != "table" or is_made_of_hits(shown["module"]):
        raise InputError(f"{where}: {spectrum.representation} is no table of variables of the events; name one")
    valid = module.names(module.Parameters(**shown["parameters"]))
    if strangers := [name for name in (spectrum.column, *spectrum.where) if name not in valid]:
        raise InputError(f"{where}: {spectrum.representation} has no {strangers[0]!r}; valid: {', '.join(valid)}")
    for name in (entry.prediction for entry in spectrum.of if entry.prediction):
        if study.prediction(name).events is None:
            raise InputError(f"{where}: prediction {name} is of hits, and has no such variables; leave it out")


def _check_kinds(study: Study) -> None:
    """Refuse reports of questions of another kind than they show, and models that do not answer all questions."""
    for name, report in study.reports.items():
        if name in study.tables and report.question is None:
            raise InputError(
                f"config: reports.{name}: no question is of the kind that {report.module} shows; name another module"
            )
        asked = report.question and named(study.config.questions, report.question["name"], "question")
        if asked and not shows(report.module, asked):
            raise InputError(
                f"config: {name}: question {asked.name} is not of the kind that {report.module} shows; name another"
            )
    for ensemble in study.config.ensembles:
        told = study.reports[f"ensembles/{ensemble.name}"].question
        if told and told.get("kind") == "value" and ensemble.combine != ["mean"]:
            raise InputError(f"config: ensemble {ensemble.name}: values have no way but mean; write combine: [mean]")
    for place in study.places:
        entry = study.catalogue.model_entry(place[2])
        for question in study.of_events:
            if question.kind not in answers(entry):
                raise InputError(
                    f"config: grid: {entry.name} does not answer question {question.name}, whose kind is "
                    f"{question.kind}; leave it out"
                )


def _check_prongs(study: Study) -> None:
    """Refuse questions and pictures of prongs that the source does not give, and reports of cells that see none."""
    asked = of_prongs(study.config.questions)
    given = study.source.collections(study.source_settings)
    shown = [
        f"representation {cell.representation}"
        for cell in study.cells
        if study.catalogue.representations.sees_prongs(cell.representation)
    ]
    if (wanted := [*(f"question {question.name}" for question in asked), *shown]) and "prongs" not in given:
        raise InputError(f"config: {wanted[0]}: is of prongs, and {study.config.source} gives none; leave it out")
    check_columns(given.get("prongs"), asked)
    names = [question.name for question in asked]
    for name, report in study.reports.items():
        if report.question is None or report.question["name"] not in names:
            continue
        if not getattr(plugins.load("reports", report.module), "PRONGS", False):
            raise InputError(
                f"config: {name}: question {report.question['name']} is of prongs, which {report.module} does not "
                "show; name one of events"
            )
        for place in report.places:
            if study.status(place) == "run" and not study.catalogue.representations.sees_prongs(place.representation):
                raise InputError(
                    f"config: {name}: {place.model} on {place.representation} sees no prongs, of which question "
                    f"{report.question['name']} is; show it in another table"
                )


def _check_hits(study: Study) -> None:
    """Refuse questions of hits that belong to no prongs, or that nothing answers, and reports of cells without them."""
    asked = of_hits(study.config.questions)
    given = study.source.collections(study.source_settings)
    if asked and not ({"prongs", "hits"} <= given.keys() and "prong" in given["hits"].names):
        raise InputError(
            f"config: question {asked[0].name}: hits are what their prongs are, and {study.config.source} gives no "
            "prongs of hits; leave it out"
        )
    check_columns(given.get("prongs"), asked)
    places = [place for report in study.reports.values() for place in report.places if study.status(place) == "run"]
    for representation, model in dict.fromkeys((cell.representation, cell.model) for cell in [*study.cells, *places]):
        if not study.answers_hits(model):
            continue
        shown = study.catalogue.representations.resolved(representation)
        if not asked:
            raise InputError(f"config: {model} answers hits, and no question is of them; take sparse_resnet")
        if "order" in shown or not hasattr(plugins.load("representations", shown["module"]), "places"):
            raise InputError(
                f"config: {model} on {representation}: hits have no single pixel there; name voxels or a projection, "
                "in the study's own order"
            )
    for entry in study.config.models:
        for name in each_view(entry.values.get("backbone", []), 1):
            if study.answers_hits(name):
                raise InputError(f"config: model {entry.name}: backbone: {name} answers hits; name another network")
    names = [question.name for question in asked]
    for name, report in study.reports.items():
        of_hit = report.question is not None and report.question["name"] in names
        if of_hit != getattr(plugins.load("reports", report.module), "HITS", False):
            shown = "no" if of_hit else "nothing but"
            raise InputError(f"config: {name}: {report.module} shows {shown} questions of hits; name another")
        for place in report.places:
            if of_hit and study.status(place) == "run" and not study.answers_hits(place.model):
                raise InputError(
                    f"config: {name}: {place.model} answers no hits, of which question {report.question['name']} is; "
                    "show it in another table"
                )


def _check_starts(study: Study) -> None:
    """Refuse windows that are not placed from pixel 0 of a representation that counts pixels from its own start."""
    places = [place for report in study.reports.values() for place in report.places if study.status(place) == "run"]
    for key in dict.fromkeys([*study.places, *(place.key for place in places)]):
        representation, _, model = key
        for shown in study.catalogue.representations.shown(representation):
            module = plugins.load("representations", study.catalogue.representations.resolved(shown)["module"])
            if not getattr(module, "FROM_START", False):
                continue
            where = f"config: model {model} on {representation}"
            window = study.catalogue.model(*key)["window"]
            if window["origin"] != "first_hit":
                raise InputError(
                    f"{where}: win_origin: is {window['origin']}, and pixels count from the start of each prong; "
                    "write first_hit"
                )
            axes = study.catalogue.representations.axes(shown)
            if moved := [axis for axis in axes if window["placement"].get(axis) != "start"]:
                raise InputError(
                    f"{where}: win_placement.{moved[0]}: is {window['placement'].get(moved[0])}, and pixels count "
                    "from the start of each prong; write start"
                )


def _check_splits(study: Study) -> None:
    """Refuse reports of cells of several splits, whose test events differ, but for those that are made for it."""
    for name, report in study.reports.items():
        if study.has_several_splits(name):
            continue
        models = [study.catalogue.model(*place.key) for place in report.places if study.status(place) == "run"]
        if len({model["training"].get("split") for model in models}) > 1:
            raise InputError(
                f"config: {name}: its cells are of several splits, whose test events differ; "
                "compare them in an ablation with module: splits"
            )


def _check_report(study: Study, name: str) -> None:
    """Refuse a report whose places hold twice what its module shows once."""
    entry, seen = study.config.reports[name], set()
    once = getattr(plugins.load("reports", entry.module), "ONCE", ("representation", "resolution", "model"))
    for place in study.reports[name].places:
        key = tuple(getattr(place, part) for part in once)
        if key in seen:
            twice = f"{place.model} on {place.representation} twice"
            if entry.of is None:
                raise InputError(f"config: grid: {name} has {twice}; name it in one block")
            raise InputError(f"config: reports.{name}: {entry.of} has {twice}, which {entry.module} shows once")
        seen.add(key)


def _check_beside(study: Study, ablation: Ablation, other: Ablation) -> None:
    """Refuse a curve beside one of another factor or another question."""
    where = f"config: ablation {ablation.name}: beside: {other.name}"
    if ablation.against is None or other.against != ablation.against:
        raise InputError(f"{where}: is drawn against {other.against}, this against {ablation.against}; give both one")
    reports = [study.report(f"ablations/{name}") for name in (ablation.name, other.name)]
    if reports[0].question != reports[1].question:
        raise InputError(f"{where}: is of another question; leave it out")


def _check_drawn(study: Study, ablation: Ablation) -> None:
    """Refuse curves beside that of an ablation that share a place with it, or have other test events."""
    if not ablation.beside:
        return
    where, places = f"config: ablation {ablation.name}: beside", study.drawn(ablation.name)
    keys = [place.key for place in places]
    if twice := [place for place in places if keys.count(place.key) > 1]:
        shown = f"{twice[0].model} on {twice[0].representation}"
        raise InputError(f"{where}: {shown} stands twice in the figure; leave it out in one of them")
    if len({study.catalogue.model(*key)["training"].get("split") for key in keys}) > 1:
        raise InputError(f"{where}: its cells have different test events; leave those of other splits out")


def _check_search(study: Study, search: Search) -> None:
    """Refuse a search of unknown entries, or of values that the rest of the configuration does not allow."""
    if not isinstance(study.config.questions[0], Question):
        raise InputError("config: tuning: searches look for accuracy; let a question of classes stand first")
    catalogue, image, network = study.catalogue, search.representation, search.model
    catalogue.representations.entry(image)
    entry = catalogue.model_entry(network)
    if not catalogue.has_meaning(image, network):
        raise InputError(f"config: tuning: {network} does not take {image}")
    if catalogue.representations.shown(image) != [image] or joins(entry):
        raise InputError(f"config: tuning: {network} on {image}: search a network of one view")
    where = f"config: tuning of {network} on {input_name(image, search.resolution)}: space"
    cell = {"representation": catalogue.representations.resolved(image), "model": catalogue.model(*search.place)}
    check_keys(cell, search.space, where)
    for key, domain in search.space.items():
        for value in domain.ends:
            with_values(cell, {key: value}, where)
