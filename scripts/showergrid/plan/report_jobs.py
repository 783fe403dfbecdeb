"""The configuration of the jobs that compare cells: those of reports and of figures over many cells."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from showergrid.core import plugins
from showergrid.core.cells import Place
from showergrid.core.errors import InputError
from showergrid.core.settings import Settings
from showergrid.plan.config import PublishedNumbers
from showergrid.plan.matching import kind_of_model
from showergrid.plan.study import Study

TRAINING = ("batch_size", "precision", "n_epochs", "optim_lr")  # what a table says of a training


def report(study: Study, published: PublishedNumbers | None, name: str) -> dict[str, Any]:
    """A report: the module that makes it, and all that it states apart from the files that it reads."""
    module = study.report(name).module
    parameters = told(study, published, name, plugins.load("reports", module).Parameters)
    return {"report": {"name": name, "module": module, "parameters": parameters}}


def reads(job: dict[str, Any]) -> list[str]:
    """The files that the job of a report reads, below the study's folder."""
    entry = job["report"]
    module = plugins.load("reports", entry["module"])
    named = module.reads(module.Parameters(**entry["parameters"]))
    return [file for files in named.values() for file in files]


def told(
    study: Study,
    published: PublishedNumbers | None,
    name: str,
    settings: type[Settings],
    places: Sequence[Place] | None = None,
) -> dict[str, Any]:
    """What `settings` are told of the report `name`: for each of their fields, the `Offer` or the key of that name.

    places: those to show, if they are not the report's own.

    Raises:
        InputError: the report has nothing to show, or a field is neither.
    """
    if not study.report(name).places:
        table = study.config.reports[name].of or name
        raise InputError(f"config: grid: no block has table: {table}, so there is nothing to show")
    offer = Offer(study, published, name, places)
    offered = {field: getattr(offer, field) for field in OFFERED & settings.model_fields.keys()}
    keys = settings.model_fields.keys() - offered.keys()
    if unknown := sorted(keys - type(study.config).model_fields.keys()):
        known = ", ".join(sorted(OFFERED))
        raise InputError(f"report {name}: its settings ask for {unknown[0]}; name a key of the study or one of {known}")
    return offered | study.config.model_dump(mode="json", include=keys)


def beside_published(study: Study) -> list[str]:
    """The tables beside which published numbers stand: their settings ask for these."""
    return [
        name
        for name in study.tables
        if study.has_classes
        and study.report(name).question == study.question
        and "published_grid" in plugins.load("reports", study.report(name).module).Parameters.model_fields
    ]


class Offer:
    """What a report may be told of a study beside the study's own keys, each by the name of a field of its settings."""

    def __init__(
        self, study: Study, published: PublishedNumbers | None, name: str, places: Sequence[Place] | None
    ) -> None:
        """Of a study and the numbers that it compares with, for the report `name`; None: all of its own places."""
        self._study, self._report = study, name
        self._places = list(study.report(name).places if places is None else places)
        self._published = published if self.chosen_by is None else None  # which are of the first question

    @property
    def name(self) -> str:
        """The report's own name, without the folder."""
        return PurePosixPath(self._report).name

    @property
    def question(self) -> dict[str, Any]:
        """The question that it is of."""
        return self._study.report(self._report).question

    @property
    def labels(self) -> dict[str, dict[str, str]]:
        """What it calls its places, its question and the classes of that."""
        return self._study.place_labels(self._places, self.question["name"])

    @property
    def chosen_by(self) -> str | None:
        """The first question, whose history chose the epochs, if the report is of another."""
        first = self._study.config.questions[0].name
        return first if self.question["name"] != first else None

    @property
    def chosen_by_loss(self) -> bool:
        """Whether the first question is of a value, which has no accuracy, so that the loss chose the epochs."""
        return self._study.config.questions[0].kind == "value"

    @property
    def places(self) -> list[dict[str, Any]]:
        """The places that it shows, with what a caption says of them."""
        return [_place(self._study, place) for place in self._places]

    @property
    def cells(self) -> list[str]:
        """The folders of the cells of these places."""
        return [cell.folder for cell in self._study.cells_of(self._places)]

    @property
    def meaningless(self) -> list[tuple[str, str]]:
        """The pairs of a representation and a network, of those shown, that have no meaning."""
        return [
            (column, model)
            for column in dict.fromkeys(place.representation for place in self._places)
            for model in dict.fromkeys(place.model for place in self._places)
            if not self._study.catalogue.has_meaning(column, model)
        ]

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each network shown."""
        return {place.model: kind_of_model(self._study.catalogue.model_entry(place.model)) for place in self._places}

    @property
    def published_grid(self) -> dict[str, Any] | None:
        """The published table of networks and representations."""
        numbers = self._published
        if numbers is None or not numbers.table1:
            return None
        return numbers.model_dump(mode="json", include={"note", "table1", "draft"})

    @property
    def published_measures(self) -> dict[str, Any] | None:
        """The published numbers of test events."""
        numbers = self._published
        return numbers.model_dump(mode="json", include={"note", "test"}) if numbers and numbers.test else None

    @property
    def published_resolution(self) -> dict[str, Any] | None:
        """The published numbers, by model file, of each network whose window is fixed in pixels, as theirs was."""
        study, numbers = self._study, self._published
        if numbers is None:
            return None
        files = {
            place.model: study.catalogue.model_entry(place.model).file
            for place in self._places
            if not _centimetres(study, place)
        }
        return {
            "note": numbers.note,
            "representation": numbers.resolution_of,
            "resolution": {
                model: {str(c): value for c, value in numbers.resolution[file].items()}
                for model, file in files.items()
                if file in numbers.resolution
            },
        }

    @property
    def published_ensembles(self) -> str | None:
        """A sentence with the published numbers of ensembles."""
        numbers = self._published
        if not numbers or not numbers.ensembles:
            return None
        values = ", ".join(f"{what} {value:g}" for what, value in numbers.ensembles.items())
        return f"Published, never mixed with ours ({numbers.note}): {values}."

    @property
    def factors(self) -> list[dict[str, Any]]:
        """What the ablation of that name varies."""
        return [{"name": name, "values": values} for name, values in self._study.ablation(self.name).factors.items()]

    @property
    def against(self) -> str | None:
        """The factor against which the ablation of that name is drawn, if any."""
        return self._study.ablation(self.name).against

    @property
    def combine(self) -> list[str]:
        """How the ensemble of that name makes its scores one."""
        return self._study.ensemble(self.name).combine

    @property
    def seed(self) -> int:
        """The seed of the ensemble of that name."""
        return self._study.ensemble(self.name).seed

    @property
    def variations(self) -> dict[str, Any]:
        """The detector variations: the keys of readout that differ in each.

        Raises:
            InputError: the study's source has none.
        """
        if not hasattr(self._study.source, "varied"):
            raise InputError(
                f"report {self._report}: events of source {self._study.config.source} are not seen by other detectors"
            )
        return {variation.name: variation.readout for variation in self._study.source_settings.variations.readouts}

    @property
    def starts(self) -> dict[str, Any]:
        """What the simulation tells of how the showers start.

        Raises:
            InputError: the study's source tells nothing of it.
        """
        starts = getattr(self._study.source_settings, "starts", None)
        if starts is None:
            raise InputError(f"report {self._report}: nothing tells how the showers start; add showers.starts: {{}}")
        return starts.model_dump(mode="json")

    @property
    def ranges(self) -> list[str]:
        """The sets of events from which the ranges of the axes come."""
        return self._study.config.axis_ranges.sets

    @property
    def shares(self) -> list[float]:
        """The shares of the events that a window shall hold."""
        return list(self._study.config.containment.shares)

    @cached_property
    def _imaged(self) -> list[Place]:
        """The places with numbers whose networks see images of the study's own hits."""
        study = self._study
        return [
            place
            for place in self._places
            if study.status(place) == "run"
            and study.catalogue.representations.is_image_of_own_hits(place.representation)
        ]

    @cached_property
    def _images(self) -> list[str]:
        """The representations whose images these networks see, each view by itself."""
        return list(
            dict.fromkeys(
                name
                for place in self._imaged
                for name in self._study.catalogue.representations.shown(place.representation)
            )
        )

    @property
    def representations(self) -> list[dict[str, Any]]:
        """The axes of these images.

        Raises:
            InputError: there are none.
        """
        if not self._images:
            raise InputError(f"report {self._report}: none of its cells sees images of hits of the study; leave it out")
        return [{"name": name, "axes": self._study.catalogue.representations.axes(name)} for name in self._images]

    @property
    def resolutions(self) -> list[int]:
        """The resolutions of these images."""
        return sorted({place.resolution for place in self._imaged})

    @property
    def windows(self) -> list[dict[str, Any]]:
        """The windows of the networks that see one view."""
        return [
            {
                "representation": place.representation,
                "resolution": place.resolution,
                "model": place.model,
                "window": self._study.catalogue.model(*place.key)["window"],
            }
            for place in self._imaged
            if place.representation in self._images
        ]


OFFERED = {name for name in vars(Offer) if not name.startswith("_")}


def compared(study: Study, step: str) -> list[Place]:
    """The places of the grid that are compared: for `performance` those of the main table if there is one, else all."""
    if step == "performance" and study.main_places:
        return [place for place in study.main_places if study.status(place) == "run"]
    seeds: dict[tuple[str, int, str], list[int]] = {}
    for cell in study.cells:
        seeds.setdefault((cell.representation, cell.resolution, cell.model), []).append(cell.seed)
    return [Place(*key, tuple(numbers), {}) for key, numbers in seeds.items()]


def pairs(study: Study) -> dict[str, Any]:
    """The configuration of the comparison of all pairs."""
    places = compared(study, "pairs")
    return {
        "question": study.question,
        "labels": study.place_labels(places),
        "comparison": study.config.comparison.model_dump(mode="json"),
        "level": study.config.bootstrap.level,
        "places": _numbered(study, places),
    }


def performance(study: Study) -> dict[str, Any]:
    """How the performance of a cell is measured."""
    return {
        "question": study.question,
        "labels": study.labels(),
        "bootstrap": study.config.bootstrap.model_dump(mode="json"),
        "performance": study.config.performance.model_dump(mode="json"),
    }


def overlaid(study: Study) -> dict[str, Any]:
    """The same, with the places of which the best are drawn together."""
    places = compared(study, "performance")
    return {**performance(study), "labels": study.place_labels(places), "places": _numbered(study, places)}


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


def _place(study: Study, place: Place) -> dict[str, Any]:
    """A place with the settings that a caption states, and the values of an ablation that led to it."""
    status = study.status(place)
    return {
        "representation": place.representation,
        "resolution": place.resolution,
        "model": place.model,
        "seeds": place.seeds,
        "status": status,
        "settings": {**_shown(study, place), "window_cm": _centimetres(study, place)} if status != "n/a" else None,
        **({"levels": place.levels} if place.levels else {}),
    }


def _shown(study: Study, place: Place) -> dict[str, Any]:
    """The settings of the network in one place that a caption states."""
    network, search = study.catalogue.model(*place.key), study.search(*place.key)
    catalogue = study.catalogue
    pixel = catalogue.pixel_cm(place.resolution) if catalogue.representations.shows_hits(place.representation) else {}
    window = network["window"]
    said = {"window": window["shape"] if window else [catalogue.representations.variables(place.representation)]}
    said |= {key: network["training"][key] for key in TRAINING if key in network["training"]}
    said |= {"tuned": list(search.space)} if search else {}
    said |= {"order": order} if (order := catalogue.representations.order(place.representation)) else {}
    said |= {"mixed": True} if catalogue.representations.is_mixed(place.representation) else {}
    if catalogue.representations.is_image_of_hits(place.representation) or catalogue.representations.sees_prongs(
        place.representation
    ):
        return {
            **said,
            "pixel_cm": {axis: pixel[axis] for axis in catalogue.representations.axes(place.representation)},
        }
    return {**said, "counted": catalogue.representations.counted(place.representation), "pixel_cm": pixel}


def _centimetres(study: Study, place: Place) -> dict[str, float] | None:
    """The size of the window along the axes of the images [cm], if it is given in cm."""
    values = study.catalogue.model_values(
        study.catalogue.model_entry(place.model), place.representation, place.resolution
    )
    if "window_cm" not in values:
        return None
    return {axis: values["window_cm"][axis] for axis in study.catalogue.representations.axes(place.representation)}
