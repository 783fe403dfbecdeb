"""The configuration file of a study."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model, field_validator, model_validator

from showergrid.apply.settings import Prediction
from showergrid.core import plugins
from showergrid.core.settings import NAME, Label, Name, Resolution, Seed, Settings
from showergrid.core.variants import MARK, TUNED
from showergrid.evaluation.settings import Bootstrap, Comparison
from showergrid.events.detector import Box
from showergrid.events.questions import AnyQuestion, of_classes, of_events
from showergrid.events.settings import Order, Split
from showergrid.explain.settings import Explanation
from showergrid.inputs.settings import AxisRanges, Direction
from showergrid.rebuild.settings import Archive
from showergrid.report.data.settings import Baselines, PublishedData
from showergrid.report.settings.ensembles import Ensemble
from showergrid.report.settings.final_states import FinalState
from showergrid.report.settings.performance import Performance
from showergrid.report.settings.published import PublishedTable, PublishedTest
from showergrid.report.settings.reasons import ReasonFigure, Reasons
from showergrid.report.settings.selection import ClassSelection
from showergrid.report.settings.spectra import SpectrumEntry
from showergrid.track.settings import Notify, Tracking
from showergrid.tuning.settings import Search

FOLDER = r"^/?[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$"
ModelName = Annotated[str, Field(title="name", pattern=f"^{NAME}({MARK}{TUNED})?$")]


class Entry(BaseModel):
    """A named representation or model; `module` is the file that makes it, `label` what tables and figures call it.

    Its other keys are the file's.

    The name of a variant, which only an ablation makes, has a part behind `@`.
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    name: Name = Field(description="its name in paths, CSV files and the grid")
    label: Label | None = Field(default=None, description="its name in tables and figures; null: that in files")
    module: Name = Field(default="", description="file that makes it; without it the one of its name")

    @property
    def file(self) -> str:
        """The module's file name without its suffix; by default that of the entry."""
        return self.module or self.name

    @property
    def values(self) -> dict[str, Any]:
        """The keys that are the module's own."""
        return dict(self.model_extra or {})


class RepresentationEntry(Entry):
    """A way to show an event; its further keys are those of its module."""

    order: Order | None = Field(default=None, description="order of the hits that it shows; null: that of the study")
    hits: Name | None = Field(
        default=None, description="table of the hits that it shows, in their order there; null: those of the study"
    )


class Override(BaseModel):
    """Values of a model in some places; its further keys are any of training and of the model's module."""

    model_config = ConfigDict(extra="allow", frozen=True)
    representation: Name | None = Field(default=None, description="representation that they are for; null: any")
    resolution: Resolution | None = Field(default=None, description="resolution that they are for; null: any")


class ModelEntry(Entry):
    """A model of the grid; its further keys are any of training, above which they stand, and of its module."""

    overrides: list[Override] = Field(
        default=[], description="values for some places; all that fit apply, in their order"
    )


class Block(Settings):
    """A product of representations, resolutions, models and seeds, shown in the report `table` if one is named."""

    table: Name | None = Field(default=None, description="report that shows the cells; null: none")
    representations: list[Name] = Field(min_length=1, description="columns of the table")
    resolutions: list[Resolution] = Field(
        default=[], description="pixels across the detector in x; none where nothing is binned"
    )
    models: list[ModelName] = Field(
        min_length=1, description="rows of the table; NAME@tuned has the values of a search"
    )
    seeds: list[Seed] = Field(min_length=1, description="one cell each")

    @model_validator(mode="after")
    def _each_once(self) -> Block:
        for key in ("representations", "resolutions", "models", "seeds"):
            if doubled := _doubled(getattr(self, key)):
                raise ValueError(f"{key}: {doubled[0]!r} stands twice")
        return self


class ReportEntry(Settings):
    """A table, {name}.tex, .csv and .md: `module` is the file that makes it."""

    module: Name = Field(description="file that makes it")
    of: Name | None = Field(default=None, description="report whose places it shows; null: blocks of grid name it")
    question: Name | None = Field(
        default=None, description="question that it is of; null: the first of the kind that it shows"
    )
    by_name: bool = Field(default=False, description="whether a bare snakemake leaves it out")


class Ablation(Settings):
    """One place of the grid with every combination of some values, in a table of its own."""

    name: Name = Field(description="name of the table")
    module: Name = Field(default="ablation", description="file that makes the table")
    representation: Name = Field(description="representation of the place, which need not be in the grid")
    resolution: Resolution | None = Field(default=None, description="its resolution; null: nothing is binned")
    model: Name = Field(description="its model")
    seeds: list[Seed] = Field(min_length=1, description="one cell each, for every combination")
    factors: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        min_length=1, description="values of each varied key: of the representation, the model, its training, or which"
    )
    against: Name | None = Field(
        default=None,
        description="factor of numbers against which ablations/figures/{name}.pdf draws the accuracy; null: row by row",
    )
    beside: list[Name] = Field(
        default=[], description="other ablations with the same `against`, whose curves that figure shows too"
    )
    question: Name | None = Field(
        default=None, description="question that it is of; null: the first of the kind that it shows"
    )

    @model_validator(mode="after")
    def _drawn(self) -> Ablation:
        if self.against is not None:
            where = f"ablation {self.name}: against"
            if self.against not in self.factors:
                raise ValueError(f"{where} = {self.against!r}: is none of {', '.join(self.factors)}")
            if any(type(value) not in (int, float) for value in self.factors[self.against]):
                raise ValueError(f"{where}: {self.against} has values that are no numbers; give numbers")
        return self

    @model_validator(mode="after")
    def _each_once(self) -> Ablation:
        for key, values in {"seeds": self.seeds, **self.factors}.items():
            if any(_same(value, other) for i, value in enumerate(values) for other in values[:i]):
                raise ValueError(f"ablation {self.name}: {key}: a value stands twice")
        return self


class PublishedNumbers(Settings):
    """Numbers of others, which are shown beside ours and never mixed with them."""

    note: str = Field(min_length=1, description="where the numbers are from")
    data: PublishedData | None = Field(default=None, description="numbers of the events")
    table1: PublishedTable = Field(default={}, description="accuracies by model and representation")
    test: dict[str, dict[str, PublishedTest]] = Field(
        default={}, description="test events: numbers by model and representation"
    )
    draft: PublishedTable = Field(default={}, description="the same in an earlier draft")
    resolution: dict[Name, dict[Resolution, float]] = Field(
        default={}, description="best validation accuracies by model and resolution"
    )
    ensembles: dict[str, float] = Field(default={}, description="test accuracies of several cells together, by name")
    resolution_of: Name = Field(default="projection_y", description="representation of `resolution`")

    @model_validator(mode="after")
    def _gives_some(self) -> PublishedNumbers:
        if not (self.data or self.table1 or self.test or self.resolution or self.ensembles):
            raise ValueError("there are no numbers beside the note; give table1, test or data")
        return self


class PlaceEntry(Settings):
    """A cell, whatever its seed."""

    representation: Name = Field(description="its representation")
    resolution: Resolution | None = Field(default=None, description="its resolution; null: nothing is binned")
    model: ModelName = Field(description="its model")


class RocFigure(Settings):
    """Of which classes ROC curves are drawn."""

    of: Name = Field(description="report whose cells are drawn together, and of whose question the classes are")
    classes: list[Name] = Field(min_length=1, description="classes that are told from all others, a panel each")


class Figures(Settings):
    """Which events are drawn, and which resolution study."""

    energy: float = Field(gt=0, description="the event of each class that is nearest to it is drawn [GeV]")
    resolution: Name | None = Field(description="report of which figures/resolution.pdf is drawn; null: none")
    values: Name | None = Field(
        default=None, description="report of module values of which figures/values.pdf is drawn; null: none"
    )
    final_states: Name | None = Field(
        default=None,
        exclude_if=lambda name: name is None,
        description="report of module final_states of which figures/final_states.pdf is drawn; null: none",
    )
    roc: RocFigure | None = Field(
        default=None,
        exclude_if=lambda figure: figure is None,
        description="classes of which figures/roc.pdf has ROC curves; null: none",
    )
    reasons: ReasonFigure | None = Field(
        default=None,
        exclude_if=lambda figure: figure is None,
        description="cell whose wrong answers figures/reasons.pdf shows; null: none",
    )


class Containment(Settings):
    """Which windows are asked for."""

    shares: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        min_length=1, description="shares of the events whose hits all lie in a window"
    )


class _Config(Settings):
    """The configuration file, without the sections of the sources."""

    extends: str | None = Field(default=None, description="file of a study that this one stands above; null: none")
    results: str = Field(title="path", pattern=FOLDER, description="folder of everything that the study makes")
    questions: list[AnyQuestion] = Field(min_length=1, description="what networks tell of an event")
    source: Name = Field(description="what gives the events; the section of its name holds its settings")
    detector: Box = Field(description="box of the detector; pixels lie on a grid along its axes")
    order: Order = Field(description="order of an event's hits, whose first one is the origin of its images")
    origin: Literal["first_hit", "charge_centre"] = Field(description="what windows follow")
    direction: Direction = Field(description="which showers run up and which down, for windows placed by direction")
    split: Split = Field(description="division of the events for training, validation and test")
    axis_ranges: AxisRanges = Field(description="what the range of each axis is made from")
    representations: list[RepresentationEntry] = Field(min_length=1, description="ways to show an event")
    training: dict[str, Any] = Field(description="keys of every model, unless its entry says otherwise")
    models: list[ModelEntry] = Field(min_length=1, description="networks and other models")
    grid: list[Block] = Field(min_length=1, description="cells to train, in blocks")
    out_of_memory: list[PlaceEntry] = Field(description="places of the grid that do not fit into memory")
    reports: dict[Name, ReportEntry] = Field(description="tables over cells, by name")
    main_table: Name = Field(description="report whose places are overlaid and explained")
    ablations: list[Ablation] = Field(description="places with every combination of some values")
    ensembles: list[Ensemble] = Field(description="cells that answer together")
    tuning: list[Search] = Field(description="searches for hyperparameters")
    predict: list[Prediction] = Field(description="files of events, and the cell that is asked what they are")
    spectra: list[SpectrumEntry] = Field(description="variables of the events by the class that cells give them")
    archive: Archive = Field(description="what goes into the archive beside code, cells, tables and records")
    tracking: Tracking = Field(description="where the cells are shown")
    notify: Notify = Field(description="what hears of the end of a call of snakemake")
    containment: Containment = Field(description="which windows are asked for")
    figures: Figures = Field(description="which events and which resolution study are drawn")
    explanation: Explanation = Field(description="what is asked of a trained cell")
    bootstrap: Bootstrap = Field(description="how intervals are drawn")
    comparison: Comparison = Field(description="how two results are told apart")
    performance: Performance = Field(description="how the answers of a cell are looked at more closely")
    selection: ClassSelection = Field(
        default=ClassSelection(), description="how classes are selected, in reports of that module"
    )
    final_states: list[FinalState] = Field(
        default=[], description="what reports of that module choose by several answers"
    )
    reasons: Reasons = Field(
        default=Reasons(), description="where the reasons for wrong answers end, in reports of that module"
    )
    baselines: Baselines = Field(description="classifiers that show how easy the events are")
    published: PublishedNumbers | str | None = Field(
        description="numbers of others, or the file whose key `published` holds them; null: none"
    )

    @field_validator("results", mode="before")
    @classmethod
    def _in_words(cls, value: Any) -> Any:
        if isinstance(value, str) and not re.match(FOLDER, value):
            raise ValueError(
                "write a path of letters, digits, '_', '.', '-' and '/', no part of which begins with '.' or '-', "
                "without a '/' at its end, such as results-mine"
            )
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Config:
        for key in (
            *("questions", "representations", "models", "ablations", "ensembles", "predict", "spectra"),
            "final_states",
        ):
            if doubled := _doubled([entry.name for entry in getattr(self, key)]):
                raise ValueError(f"{key}: {doubled[0]!r} stands twice")
        if doubled := _doubled([search.place for search in self.tuning]):
            raise ValueError(f"tuning: {doubled[0]} is searched twice")
        if self.questions[0].of != "event":
            raise ValueError(
                f"questions: {self.questions[0].name} is of {self.questions[0].of}s; let one of events stand first"
            )
        for question in of_classes(of_events(self.questions)):
            if question.column == "pdg" and any(isinstance(code, str) for codes in question.values for code in codes):
                raise ValueError(f"question {question.name}: values of pdg are whole numbers, such as 11")
        for axis, (low, high) in self.detector.model_dump().items():
            if low == high:
                raise ValueError(f"detector.{axis} = {[low, high]} has no extent")
        for key, files in ((f"predict.{entry.name}", entry.named) for entry in self.predict):
            if braced := [file for file in files if "{" in file or "}" in file]:
                raise ValueError(
                    f"{key}.files: {braced[0]!r}: the workflow takes braces for a wildcard; rename the file"
                )
        return self


def _section(source: str) -> Any:
    """The type and the field of the section of a source; a study needs that of its own."""
    field = Field(default=None, description=f"settings of the source `{source}`")
    return plugins.load("sources", source).Parameters | None, field


Config = create_model("Config", __base__=_Config, **{name: _section(name) for name in plugins.names("sources")})


def _same(value: Any, other: Any) -> bool:
    """Whether two values of the configuration are the same: 1 is not true."""
    return type(value) is type(other) and value == other


def _doubled(values: list[Any]) -> list[Any]:
    """The values that occur more than once, sorted."""
    return sorted({value for value in values if values.count(value) > 1})
