"""The files of a study by stage, and which of them some cells are made of."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from showergrid.core import plugins
from showergrid.core.cells import Cell, input_name, parts_of_input
from showergrid.core.errors import InputError
from showergrid.core.variants import base
from showergrid.models.parts.weights import weights_file
from showergrid.plan.report_jobs import beside_published
from showergrid.plan.steps import NUMBERS
from showergrid.plan.study import Study
from showergrid.tuning.best import of_input
from showergrid.tuning.settings import Search

CELL = "{input}/{model}/seed{seed}"
TRAINED = ("model.safetensors", "history.csv", "answers.safetensors", "train.provenance.json")
EVALUATED = ("predictions.parquet", "metrics.json", "evaluate.provenance.json")
OF_PRONGS, OF_HITS = "predictions.prongs.parquet", "predictions.hits.parquet"
COMPARED = ("history.csv", "predictions.parquet", "metrics.json")  # what jobs of many cells read of each
FIGURES = ("figures/history.pdf", "figures/roc.pdf", "figures/confusion.pdf", "figures/history.pdf.provenance.json")
PERFORMANCE = (
    *("performance.csv", "figures/efficiency.pdf", "figures/rejection.pdf", "figures/calibration.pdf"),
    *("figures/threshold.pdf", "performance.csv.provenance.json"),
)


@dataclass(frozen=True)
class Paths:
    """Where a study keeps its files; patterns have the wildcards of the rule that makes them in braces."""

    study: Study

    @property
    def results(self) -> str:
        """The folder of the study."""
        return self.study.config.results

    @property
    def input(self) -> str:
        """Pattern of an input, without the suffix."""
        return f"{self.results}/inputs/{{input}}"

    def input_of(self, representation: str, resolution: int | None) -> str:
        """An input, which has no resolution where nothing is binned, without the suffix."""
        binned = self.study.catalogue.representations.is_binned(representation)
        return self.input.format(input=input_name(representation, resolution if binned else None))

    @property
    def input_patterns(self) -> list[str]:
        """Regular expressions of the names of inputs."""
        catalogue = self.study.catalogue
        return [
            re.escape(name) + ("/c[1-9][0-9]*" if catalogue.representations.is_binned(name) else "")
            for name in catalogue.names["representation"]
        ]

    @property
    def wildcards(self) -> dict[str, str]:
        """The regular expression of each wildcard: the names that the study knows, and whole numbers."""
        study = self.study
        names = {
            **study.catalogue.names,
            "ensemble": [entry.name for entry in study.config.ensembles],
            "ablation": [entry.name for entry in study.config.ablations],
            "spectrum": [entry.name for entry in study.config.spectra],
            "prediction": [entry.name for entry in study.config.predict],
            "report": study.reports,
            "table": beside_published(study),
        }
        return {
            **{kind: "|".join(map(re.escape, known)) or "none" for kind, known in names.items()},
            "input": "|".join(self.input_patterns),
            **dict.fromkeys(NUMBERS, "0|[1-9][0-9]*"),
        }

    @property
    def cell(self) -> str:
        """Pattern of the folder of a cell."""
        return f"{self.results}/cells/{CELL}"

    @property
    def features(self) -> str:
        """Pattern of the features that a trained cell gives to those that join it, without the suffix."""
        return f"{self.results}/features/{CELL}"

    @property
    def library(self) -> list[str]:
        """What all shards read, if the source declares it."""
        return [f"{self.results}/data/library.safetensors"] if hasattr(self.study.source, "library") else []

    def shards(self, table: str) -> list[str]:
        """The files of a table of all shards, in order."""
        return [f"{self.results}/data/shards/{shard}.{table}.parquet" for shard in range(self.study.shards)]

    @property
    def data(self) -> list[str]:
        """The tables of the events: their collections, and the events themselves."""
        return [f"{self.results}/data/{table}.parquet" for table in self.study.event_tables]

    @property
    def prongs(self) -> list[str]:
        """The table of the prongs, if the study asks anything of them or of their hits."""
        asked = self.study.prong_questions or self.study.hit_questions
        return [f"{self.results}/data/prongs.parquet"] if asked else []

    @property
    def asked_hits(self) -> list[str]:
        """The table of the hits, if the study asks anything of them."""
        return [f"{self.results}/data/hits.parquet"] if self.study.hit_questions else []

    @property
    def prong_predictions(self) -> list[str]:
        """Pattern of the answers of a cell to questions of prongs, if the study asks any."""
        return [f"{self.cell}/{OF_PRONGS}"] if self.study.prong_questions else []

    @property
    def hit_predictions(self) -> list[str]:
        """Pattern of the answers of a cell to questions of hits, if the study asks any."""
        return [f"{self.cell}/{OF_HITS}"] if self.study.hit_questions else []

    @property
    def evaluated(self) -> tuple[str, ...]:
        """The files of a cell that is trained and evaluated."""
        of_parts = {OF_PRONGS: self.study.prong_questions, OF_HITS: self.study.hit_questions}
        return (*TRAINED, *EVALUATED, *[name for name, asked in of_parts.items() if asked])

    @property
    def has_hits(self) -> bool:
        """Whether events have hits, and with them energies, sizes and directions."""
        return "hits" in self.study.event_tables

    @property
    def directions(self) -> list[str]:
        """The directions of the events, where they have hits."""
        return [f"{self.results}/data/directions.parquet"] if self.has_hits else []

    @property
    def looked_at(self) -> list[str]:
        """The table of the events, where the study names columns against which answers are looked at."""
        return [f"{self.results}/data/events.parquet"] if self.study.config.performance.columns else []

    @property
    def has_performance(self) -> bool:
        """Whether there is anything against which answers of classes are looked at."""
        return self.study.has_classes and bool(self.directions or self.looked_at)

    def tables_read(self, representation: str) -> list[str]:
        """The tables that an input is made of.

        Raises:
            InputError: the representation has no input of its own.
        """
        return [
            f"{self.results}/data/{table}.parquet"
            for table in self.study.catalogue.representations.tables_read(representation)
        ]

    def calibration_read(self, representation: str) -> list[str]:
        """The ranges of the hits that an input is made of, if it is made of hits."""
        return (
            [f"{self.results}/data/calibration.json"]
            if self.study.catalogue.representations.shows_hits(representation)
            else []
        )

    @property
    def figures(self) -> tuple[str, ...]:
        """What is drawn of a cell that answers a question of classes."""
        if not self.study.has_classes:
            return ()
        return (*FIGURES, *PERFORMANCE) if self.has_performance else FIGURES

    @property
    def divided(self) -> list[str]:
        """The split, and the ranges of the hits if there are any."""
        hits = ["calibration.json"] if self.has_hits else []
        return [f"{self.results}/data/{name}" for name in ("split.parquet", *hits)]

    def tuning(self, representation: str, resolution: int, model: str) -> str:
        """The folder of the search of a network, by the name of the network or of its tuned variant."""
        return f"{self.results}/tuning/{input_name(representation, resolution)}/{base(model)}"

    def tuned(self, representation: str, resolution: int, model: str) -> list[str]:
        """The file of the values that a search found for a cell, if the cell is tuned.

        Raises:
            InputError: it is tuned, and there is no such search.
        """
        place = representation, resolution, model
        return [f"{self.tuning(*place)}/best.yaml"] if self.study.search(*place) else []

    def inputs(self, representation: str, resolution: int, model: str) -> list[str]:
        """The inputs of a network without their suffix, one for each representation that it shows.

        All networks share them, unless a search chose their parameters.

        Raises:
            InputError: the network is tuned, and there is no such search.
        """
        catalogue = self.study.catalogue
        search = self.study.search(representation, resolution, model)
        if search and of_input(catalogue.representations.resolved(representation), search.space):
            return [f"{self.tuning(representation, resolution, model)}/input"]
        return [self.input_of(shown, resolution) for shown in catalogue.representations.shown(representation)]

    def of_cells(self, cells: Iterable[Cell], names: Iterable[str]) -> list[str]:
        """The files `names` of some cells."""
        return [f"{self.results}/{cell.folder}/{name}" for cell in cells for name in names]

    @property
    def of_grid(self) -> list[str]:
        """The files of the cells of the grid, with what is drawn of them."""
        return self.of_cells(self.study.cells, (*self.evaluated, *self.figures))

    def inputs_of(self, cells: Iterable[Cell]) -> list[str]:
        """The inputs that some cells are made of, without their suffix, each once."""
        return sorted({stem for cell in cells for stem in self.inputs(*_place(cell))})

    def rested_on(self, cells: Iterable[Cell]) -> list[Cell]:
        """The trained cells that some cells rest on, each once."""
        return sorted({trained for cell in cells for trained in self.study.catalogue.rested_on(*astuple(cell))})

    def features_of(self, cells: Iterable[Cell]) -> list[str]:
        """The files of features that some cells are made of."""
        return [of_cell(f"{self.features}.safetensors", cell) for cell in self.rested_on(cells)]

    def searches_of(self, cells: Iterable[Cell]) -> list[str]:
        """The files that tuned cells have their values from and that have a record, each once."""
        searches: dict[str, Search] = {}
        for cell in cells:
            if search := self.study.search(*_place(cell)):
                searches[self.tuning(*_place(cell))] = search
        return [
            f"{folder}/{name}"
            for folder, search in searches.items()
            for name in ("best.yaml", *(f"workers/{worker}.csv" for worker in range(search.workers)))
        ]

    def records_of_data(self, cells: Iterable[Cell]) -> list[str]:
        """The records of the data, the inputs, the features and the searches that some cells are made of."""
        cells = list(cells)
        if not cells:
            return []
        inputs = self.inputs_of(cells)
        files = [
            *self.shards(self.study.event_tables[0]),
            self.data[0],
            *self.divided,
            *[f"{stem}.safetensors" for stem in inputs],
            *[f"{stem}.calibration.json" for stem in inputs if stem.startswith(f"{self.results}/inputs/")],
            *self.features_of(cells),
            *self.searches_of(cells),
        ]
        return [f"{file}.provenance.json" for file in files]

    def beside(self, cells: Iterable[Cell]) -> list[str]:
        """What must exist, of whatever age, beside the files that a job of many cells reads (COMPARED)."""
        cells = list(cells)
        return self.of_cells(cells, [name for name in self.evaluated if name not in COMPARED]) + self.records_of_data(
            cells
        )

    def rested_on_by_tables(self, cells: Iterable[Cell]) -> list[str]:
        """All files of a table's cells, and the records of their data."""
        cells = list(cells)
        return self.of_cells(cells, self.evaluated) + self.records_of_data(cells)

    def records(self, files: Iterable[str]) -> list[str]:
        """The records among some files, and those of the data of the grid, each once."""
        records = [*files, *self.records_of_data(self.study.cells)]
        return sorted({file for file in map(str, records) if file.endswith(".provenance.json")})

    def report(self, name: str) -> list[str]:
        """The files of a report."""
        return [f"{self.results}/{name}.{suffix}" for suffix in ("tex", "csv", "md", "tex.provenance.json")]

    def joint_predictions(self, ensemble: str) -> list[str]:
        """The predictions of an ensemble, and their record."""
        file = f"{self.results}/ensembles/{ensemble}.predictions.parquet"
        return [file, f"{file}.provenance.json"]

    def made_cells(self) -> list[Cell]:
        """The cells of the grid, and those made outside of it that the configuration still knows, each once."""
        catalogue, folder = self.study.catalogue, Path(self.results, "cells")
        pattern = re.compile(rf"({'|'.join(self.input_patterns)})/([^/]+)/seed([0-9]+)")
        named = [pattern.fullmatch(str(file.parent.relative_to(folder))) for file in folder.rglob("metrics.json")]
        made = {Cell(*parts_of_input(match[1]), match[2], int(match[3])) for match in named if match}
        known = {
            cell
            for cell in made
            if cell.model in catalogue.names["model"] and catalogue.has_meaning(cell.representation, cell.model)
        }
        return sorted(known | set(self.study.cells))

    def raw_data(self, cells: Iterable[Cell]) -> list[str]:
        """The files that cells are trained on."""
        cells = list(cells)
        return [
            *self.data,
            *self.divided,
            f"{self.results}/data/counts.json",
            *[f"{stem}.safetensors" for stem in self.inputs_of(cells)],
            *self.features_of(cells),
        ]

    def in_groups(self, files: Iterable[str]) -> list[dict[str, list[str]]]:
        """Files of the study, grouped by folders of cells that hold files of the same names.

        So one parameter can hold many of them. Other files stand in one group, whose folder is the study's.
        """
        names: dict[str, list[str]] = {}
        for file in files:
            folder, name = re.fullmatch(rf"{re.escape(self.results)}/((?:cells/.*/seed[0-9]+/)?)(.*)", file).groups()
            names.setdefault(folder, []).append(name)
        folders: dict[tuple[str, ...], list[str]] = {}
        for folder, held in names.items():
            folders.setdefault(tuple(held), []).append(folder)
        return [{"folders": held, "names": list(group)} for group, held in sorted(folders.items())]


def of_cell(pattern: str, cell: Cell) -> str:
    """The file of a cell by its pattern."""
    return pattern.format(input=cell.input, model=cell.model, seed=cell.seed)


def check_folders(results: str, scripts: Path, project: str) -> None:
    """Refuse, before any job, folders in which nothing can be made, or that Snakemake does not take.

    `scripts` is the path to the commands of the `project` from the folder that Snakemake works in.

    Raises:
        InputError: one line with the folder and what to do.
    """
    named = "Snakemake keeps its notes in the folder that it works in; name another one: --directory FOLDER"
    made = "make it a folder that can, or name another: results: in the configuration"
    for path, remedy in ((".snakemake", named), (results, made)):
        folder = Path(path).absolute()
        while not folder.exists():
            folder = folder.parent
        if not (folder.is_dir() and os.access(folder, os.W_OK)):
            raise InputError(f"{folder}: cannot be written to; {remedy}")
    if re.search(r"[\s{}]", str(scripts)):
        raise InputError(
            f"{project}: Snakemake takes no blank and no brace in a path to a container; rename the folder, "
            "or leave out --directory"
        )


def files_of_weights(model: Mapping[str, Any]) -> list[str]:
    """The files of pretrained weights that a network and its backbones name, if they exist; training reports others."""
    files = {}
    for network in (model, *(backbone["model"] for backbone in model.get("backbones", []))):
        published = getattr(plugins.load("models", network["module"]), "WEIGHTS", None)
        path = weights_file(network["parameters"].get("weights", "none"), published)
        if path is not None and path.is_file():
            files[str(path)] = None
    return list(files)


def _place(cell: Cell) -> tuple[str, int, str]:
    return cell.representation, cell.resolution, cell.model
