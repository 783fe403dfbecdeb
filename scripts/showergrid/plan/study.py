"""A study: a checked configuration and the cells that it asks for.

Only the workflow imports this module; commands receive resolved values (jobs.py). It imports no network library, so
that a plan needs none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import ModuleType
from typing import Any

from showergrid.apply.settings import Prediction
from showergrid.core import plugins
from showergrid.core.cells import Cell, Place, input_name
from showergrid.core.errors import InputError
from showergrid.core.variants import MARK, base, tuned
from showergrid.events.questions import Question, ValueQuestion, of_classes, of_events, of_hits, of_prongs
from showergrid.plan.catalogue import Catalogue
from showergrid.plan.config import Ablation, Block, Config
from showergrid.plan.matching import answers_hits
from showergrid.plan.representations import named
from showergrid.report.settings.ensembles import Ensemble
from showergrid.sources.parts.request import Size
from showergrid.tuning.settings import Search

UNLABELLED = {"label": True, "classes": {"__all__": {"label"}}}


@dataclass(frozen=True)
class Report:
    """A report: the file that makes it, the places that it shows, and the question that they answer.

    question: None where the study has none of the kind that the file shows.
    by_name: whether it is made only where it is named.
    """

    module: str
    places: list[Place]
    question: dict[str, Any] | None
    by_name: bool = True


def shows(module: str, question: Question | ValueQuestion) -> bool:
    """Whether a report of this module shows questions of that kind: its settings say of which theirs is."""
    return isinstance(question, plugins.load("reports", module).Parameters.model_fields["question"].annotation)


@dataclass(frozen=True, eq=False)
class Study:
    """A checked configuration and what follows from it; checks.py makes it."""

    config: Config
    catalogue: Catalogue  # what the configuration names, and the variants of its ablations
    crossed: Mapping[str, list[Place]]  # the places of each ablation

    # The events

    @property
    def source(self) -> ModuleType:
        """The plug-in that gives the events."""
        return plugins.load("sources", self.config.source)

    @property
    def source_settings(self) -> Any:
        """Its settings.

        Raises:
            InputError: the configuration has no section of its name.
        """
        settings = getattr(self.config, self.config.source)
        if settings is None:
            raise InputError(f"config: {self.config.source}: is missing, and source names it; give its settings")
        return settings

    @property
    def event_tables(self) -> list[str]:
        """The names of the tables of the events: the collections of the source, and the events themselves."""
        return [*self.source.collections(self.source_settings), "events"]

    @property
    def shards(self) -> int:
        """How many jobs make the events."""
        return self.source.shards(self.source_settings)

    @property
    def size(self) -> Size:
        """How much there is of them."""
        return self.source.size(self.source_settings)

    @property
    def questions(self) -> list[dict[str, Any]]:
        """What is asked of every event, without labels: a better one changes no cell."""
        return [question.model_dump(mode="json", exclude=UNLABELLED) for question in self.of_events]

    @property
    def prong_questions(self) -> list[dict[str, Any]]:
        """What is asked of every prong, likewise."""
        return [question.model_dump(mode="json", exclude=UNLABELLED) for question in of_prongs(self.config.questions)]

    @property
    def hit_questions(self) -> list[dict[str, Any]]:
        """What is asked of every hit, likewise."""
        return [question.model_dump(mode="json", exclude=UNLABELLED) for question in of_hits(self.config.questions)]

    def answers_hits(self, model: str) -> bool:
        """Whether a model answers questions of hits."""
        return answers_hits(self.catalogue.model_entry(model))

    @property
    def of_events(self) -> list[Question | ValueQuestion]:
        """The questions of events."""
        return of_events(self.config.questions)

    @property
    def has_classes(self) -> bool:
        """Whether a question is of classes, of which most figures and comparisons are."""
        return bool(of_classes(self.of_events))

    @property
    def question(self) -> dict[str, Any]:
        """The first question of classes, which figures are of, and tables that name no other.

        Raises:
            InputError: there is none.
        """
        if not self.has_classes:
            raise InputError("config: questions: none is of classes, and this file shows nothing else; ask for another")
        return of_classes(self.of_events)[0].model_dump(mode="json", exclude=UNLABELLED)

    def _report(self, module: str, places: list[Place], question: str | None, by_name: bool = True) -> Report:
        """The report of a module on the question of that name, or on the first that the module can show."""
        if question is not None:
            asked = named(self.config.questions, question, "question")
        else:
            asked = next((own for own in self.of_events if shows(module, own)), None)
        told = None if asked is None else asked.model_dump(mode="json", exclude=UNLABELLED)
        return Report(module, places, told, by_name)

    def labels(
        self, representations: Iterable[str] = (), models: Iterable[str] = (), question: str | None = None
    ) -> dict[str, dict[str, str]]:
        """The labels of what a job shows: representations, models, a question, and the classes of it or the first."""
        first = self.config.questions[0]
        of_first = next(iter(of_classes(self.of_events)), first)
        asked = named(self.config.questions, question, "question") if question else of_first
        catalogue = self.catalogue
        entries = {
            "representations": [catalogue.representations.entry(base(name)) for name in representations],
            "models": [catalogue.model_entry(base(name)) for name in models],
            "questions": [asked, first] if question else [],
            "classes": asked.classes if isinstance(asked, Question) else [],
        }
        labelled = {
            what: {entry.name: entry.label for entry in shown if entry.label} for what, shown in entries.items()
        }
        return {what: labels for what, labels in labelled.items() if labels}

    def place_labels(self, places: Iterable[Place], question: str | None = None) -> dict[str, dict[str, str]]:
        """The labels of some places, and of a question."""
        places = list(places)
        shown = [
            name
            for place in places
            for name in (place.representation, *self.catalogue.representations.shown(place.representation))
        ]
        return self.labels(shown, [place.model for place in places], question)

    # The grid

    @cached_property
    def cells(self) -> list[Cell]:
        """Every cell of the grid to train, once, in a fixed order."""
        cells = {
            Cell(*place, seed)
            for block in self.config.grid
            for place in self.product(block)
            if place not in self.too_large and self.catalogue.has_meaning(place[0], place[2])
            for seed in block.seeds
        }
        return sorted(cells)

    @cached_property
    def too_large(self) -> set[tuple[str, int, str]]:
        """The places that are known not to fit into memory."""
        return {(place.representation, place.resolution, place.model) for place in self.config.out_of_memory}

    @property
    def places(self) -> list[tuple[str, int, str]]:
        """Representation, resolution and model of the cells, each once, in a fixed order."""
        return sorted({(cell.representation, cell.resolution, cell.model) for cell in self.cells})

    @property
    def devices(self) -> set[str]:
        """On which devices its cells are trained: auto, cpu or cuda."""
        return {self.catalogue.model(*place)["training"].get("device", "cpu") for place in self.places}

    # The reports

    @cached_property
    def reports(self) -> dict[str, Report]:
        """Every report, by its name below the study's folder."""
        config = self.config
        shown = {
            name: self._report(entry.module, self.table_places(entry.of or name), entry.question, entry.by_name)
            for name, entry in config.reports.items()
        }
        shown |= {
            f"ablations/{entry.name}": self._report(entry.module, self.variants(entry.name), entry.question)
            for entry in config.ablations
        }
        return shown | {
            f"ensembles/{entry.name}": self._report(self._of_ensemble(entry), self.members(entry.name), entry.question)
            for entry in config.ensembles
        }

    def _of_ensemble(self, entry: Ensemble) -> str:
        """The module of the report of an ensemble: that for classes, or that for values."""
        questions = self.of_events
        default = next(iter([*of_classes(questions), *questions]))
        asked = named(questions, entry.question, "question") if entry.question else default
        return next(module for module in ("ensemble", "ensemble_values") if shows(module, asked))

    def report(self, name: str) -> Report:
        """The report of that name."""
        if name not in self.reports:
            raise InputError(f"config: unknown report {name!r}; valid: {', '.join(self.reports)}")
        if self.reports[name].question is None:
            raise InputError(f"config: report {name}: no question is of the kind that it shows; ask for another")
        if lacking := self._tables_lacking(self.reports[name]):
            raise InputError(f"config: report {name}: shows {lacking[0]}, and {self.config.source} gives none")
        return self.reports[name]

    @property
    def tables(self) -> list[str]:
        """Names of the reports that are made without being named: those of the grid that have something to show."""
        return sorted(
            name
            for name, report in self.reports.items()
            if report.places and not report.by_name and not self._tables_lacking(report)
        )

    def _tables_lacking(self, report: Report) -> list[str]:
        """The tables of the events that a report reads and the source does not give."""
        needed = getattr(plugins.load("reports", report.module), "TABLES", ())
        return [table for table in needed if table not in self.event_tables]

    @cache
    def table_places(self, table: str) -> list[Place]:
        """The places of a table in the grid's order."""
        return [
            Place(*key, tuple(block.seeds), {})
            for block in self.config.grid
            if block.table == table
            for key in self.product(block)
        ]

    @property
    def main_places(self) -> list[Place]:
        """The places of the main table; none where the grid has no such table."""
        return self.table_places(self.config.main_table)

    def product(self, block: Block) -> Iterator[tuple[str, int | None, str]]:
        """The places of a block; where nothing is binned its resolutions mean nothing."""
        for representation in block.representations:
            for resolution in block.resolutions if self.catalogue.representations.is_binned(representation) else [None]:
                for model in block.models:
                    yield representation, resolution, model

    def status(self, place: Place) -> str:
        """Whether a place has numbers (run), or why it has none (n/a, out of memory)."""
        if not self.catalogue.has_meaning(place.representation, place.model):
            return "n/a"
        return "out of memory" if place.key in self.too_large else "run"

    def cells_of(self, places: list[Place]) -> list[Cell]:
        """The trained cells of some places."""
        return [Cell(*place.key, seed) for place in places if self.status(place) == "run" for seed in place.seeds]

    # Searches

    def search(self, representation: str, resolution: int, model: str) -> Search | None:
        """The search that gives a network its values in one place; None if the network is not tuned.

        Raises:
            InputError: the network is tuned, and there is no such search, or an ablation changes it further.
        """
        if model.startswith(tuned(base(model)) + MARK):
            raise InputError(
                f"config: {model}: the values of a search are not put into a cell that an ablation changes further; "
                "write them into an entry of models"
            )
        if model != tuned(base(model)):
            return None
        return self.search_of(representation, resolution, base(model))

    def search_of(self, representation: str, resolution: int, model: str) -> Search:
        """The search of hyperparameters in one place.

        Raises:
            InputError: there is none.
        """
        for search in self.config.tuning:
            if search.place == (representation, resolution, model):
                return search
        raise InputError(
            f"config: tuning has no search of {model} on {input_name(representation, resolution)}; add one"
        )

    # Entries by name

    def ablation(self, name: str) -> Ablation:
        """The ablation of that name."""
        return named(self.config.ablations, name, "ablation")

    def has_several_splits(self, report: str) -> bool:
        """Whether a report compares cells whose test events differ."""
        return getattr(plugins.load("reports", self.reports[report].module), "SEVERAL_SPLITS", False)

    def variants(self, name: str) -> list[Place]:
        """The places of an ablation, one for every combination of its values, the last factor running fastest."""
        return self.crossed[name]

    def drawn(self, name: str) -> list[Place]:
        """The places of the figure of an ablation: its own, and those whose curves stand beside them."""
        return [place for own in (name, *self.ablation(name).beside) for place in self.variants(own)]

    def ensemble(self, name: str) -> Ensemble:
        """The ensemble of that name."""
        return named(self.config.ensembles, name, "ensemble")

    def members(self, ensemble: str) -> list[Place]:
        """The places whose cells are members of an ensemble."""
        return [
            Place(member.representation, member.resolution, member.model, tuple(member.seeds), {})
            for member in self.ensemble(ensemble).of
        ]

    def prediction(self, name: str) -> Prediction:
        """The prediction of that name."""
        return named(self.config.predict, name, "prediction")
