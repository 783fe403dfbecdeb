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
from showergrid.events.questions import Question
from showergrid.events.settings import Order, Split
from showergrid.explain.settings import Explanation
from showergrid.inputs.settings import AxisRanges, Direction
from showergrid.rebuild.settings import Archive
from showergrid.report.data.settings import Baselines, PublishedData
from showergrid.report.settings.ensembles import Ensemble
from showergrid.report.settings.performance import Performance
from showergrid.report.settings.published import PublishedTable
from showergrid.track.settings import Notify, Tracking
from showergrid.tuning.settings import Search

FOLDER = r"^/?[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$"
ModelName = Annotated[str, Field(pattern=f"^{NAME}({MARK}{TUNED})?$")]


class Entry(BaseModel):
    """A named representation or model; `module` is the file that makes it, `label` what tables and figures call it.

    Its other keys are the file's.

    The name of a variant, which only an ablation makes, has a part behind `@`.
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    name: Name
    label: Label | None = None
    module: Name = ""

    @property
    def file(self) -> str:
        """The module's file name without its suffix; by default that of the entry."""
        return self.module or self.name

    @property
    def values(self) -> dict[str, Any]:
        """The keys that are the module's own."""
        return dict(self.model_extra or {})


class RepresentationEntry(Entry):
    """A representation of the grid; `order` stands above that of the study."""

    order: Order | None = None


class Override(BaseModel):
    """Values of a model that hold for one representation, one resolution, or both."""

    model_config = ConfigDict(extra="allow", frozen=True)
    representation: Name | None = None
    resolution: Resolution | None = None


class ModelEntry(Entry):
    """A network of the grid: hyperparameters of its file and of its training, and their overrides."""

    overrides: list[Override] = []


class Block(Settings):
    """A product of representations, resolutions, models and seeds, shown in the report `table` if one is named."""

    table: Name | None = None
    representations: list[Name] = Field(min_length=1)
    resolutions: list[Resolution] = Field(default=[], description="none where nothing is binned")
    models: list[ModelName] = Field(min_length=1)
    seeds: list[Seed] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Block:
        for key in ("representations", "resolutions", "models", "seeds"):
            if doubled := _doubled(getattr(self, key)):
                raise ValueError(f"{key}: {doubled[0]!r} stands twice")
        return self


class ReportEntry(Settings):
    """A table, {name}.tex, .csv and .md: `module` is the file that makes it."""

    module: Name
    of: Name | None = Field(default=None, description="report whose places it shows; null: blocks of grid name it")
    question: Name | None = Field(default=None, description="question that it is of; null: the first")
    by_name: bool = Field(default=False, description="made only where it is named")


class Ablation(Settings):
    """One place of the grid with every combination of some values, in a table of its own."""

    name: Name
    representation: Name
    resolution: Resolution | None = None
    model: Name
    seeds: list[Seed] = Field(min_length=1)
    factors: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(min_length=1)
    question: Name | None = Field(default=None, description="question that it is of; null: the first")

    @model_validator(mode="after")
    def _each_once(self) -> Ablation:
        for key, values in {"seeds": self.seeds, **self.factors}.items():
            if any(_same(value, other) for i, value in enumerate(values) for other in values[:i]):
                raise ValueError(f"ablation {self.name}: {key}: a value stands twice")
        return self


class PublishedNumbers(Settings):
    """Numbers of others, which are shown beside ours and never mixed with them."""

    note: str = Field(min_length=1)
    data: PublishedData
    table1: PublishedTable
    draft: PublishedTable = {}
    resolution: dict[Name, dict[Resolution, float]] = {}
    ensembles: dict[str, float] = Field(default={}, description="test accuracies of three projections together")
    resolution_of: Name = Field(default="projection_y", description="representation of `resolution`")


class PlaceEntry(Settings):
    """A cell without its seed."""

    representation: Name
    resolution: Resolution | None = None
    model: ModelName


class Figures(Settings):
    """Which events are drawn, and which resolution study."""

    energy: float = Field(gt=0, description="of each class the event nearest to it [GeV]")
    resolution: Name | None = Field(description="report of which figures/resolution.pdf is drawn; null: none")


class Containment(Settings):
    """Which windows are asked for."""

    shares: list[Annotated[float, Field(gt=0, le=1)]] = Field(min_length=1, description="shares of the events [1]")


class _Config(Settings):
    """The configuration file, without the sections of the sources."""

    extends: str | None = Field(default=None, description="file of a study that this one stands above, in the project")
    results: str = Field(pattern=FOLDER)
    questions: list[Question] = Field(min_length=1)
    source: Name = Field(description="what gives the events; the section of its name holds its settings")
    detector: Box
    order: Order
    origin: Literal["first_hit", "charge_centre"]
    direction: Direction
    split: Split
    axis_ranges: AxisRanges
    representations: list[RepresentationEntry] = Field(min_length=1)
    training: dict[str, Any]
    models: list[ModelEntry] = Field(min_length=1)
    grid: list[Block] = Field(min_length=1)
    out_of_memory: list[PlaceEntry]
    reports: dict[Name, ReportEntry]
    main_table: Name = Field(description="report whose places are overlaid and explained")
    ablations: list[Ablation]
    ensembles: list[Ensemble]
    tuning: list[Search]
    predict: list[Prediction]
    archive: Archive
    tracking: Tracking
    notify: Notify
    containment: Containment
    figures: Figures
    explanation: Explanation
    bootstrap: Bootstrap
    comparison: Comparison
    performance: Performance
    baselines: Baselines
    published: PublishedNumbers | str | None

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
        for key in ("questions", "representations", "models", "ablations", "ensembles", "predict"):
            if doubled := _doubled([entry.name for entry in getattr(self, key)]):
                raise ValueError(f"{key}: {doubled[0]!r} stands twice")
        if doubled := _doubled([search.place for search in self.tuning]):
            raise ValueError(f"tuning: {doubled[0]} is searched twice")
        for question in self.questions:
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


# A section for each source; a study needs that of its own
Config = create_model(
    "Config",
    __base__=_Config,
    **{name: (plugins.load("sources", name).Parameters | None, None) for name in plugins.names("sources")},
)


def _same(value: Any, other: Any) -> bool:
    """Whether two values of the configuration are the same: 1 is not true."""
    return type(value) is type(other) and value == other


def _doubled(values: list[Any]) -> list[Any]:
    """The values that occur more than once, sorted."""
    return sorted({value for value in values if values.count(value) > 1})
