"""The files of a study by stage, and which of them some cells are made of."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from showergrid.core import plugins
from showergrid.core.cells import Cell
from showergrid.core.errors import InputError
from showergrid.core.variants import base
from showergrid.models.parts.weights import weights_file
from showergrid.plan.study import Study
from showergrid.tuning.best import of_images
from showergrid.tuning.settings import Search

INPUT = "{representation}/c{resolution}"
CELL = f"{INPUT}/{{model}}/seed{{seed}}"
TRAINED = ("model.safetensors", "history.csv", "answers.safetensors", "train.provenance.json")
EVALUATED = (*TRAINED, "predictions.parquet", "metrics.json", "evaluate.provenance.json")
FIGURES = (
    *("figures/history.pdf", "figures/roc.pdf", "figures/confusion.pdf", "figures/history.pdf.provenance.json"),
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
        return f"{self.results}/inputs/{INPUT}"

    @property
    def cell(self) -> str:
        """Pattern of the folder of a cell."""
        return f"{self.results}/cells/{CELL}"

    @property
    def features(self) -> str:
        """Pattern of the features that a trained cell gives to those that join it, without the suffix."""
        return f"{self.results}/features/{CELL}"

    def shards(self, table: str) -> list[str]:
        """The files of a table of all shards, in order."""
        return [f"{self.results}/data/shards/{shard}.{table}.parquet" for shard in range(self.study.shards)]

    @property
    def data(self) -> list[str]:
        """The tables of the events: their collections, and the events themselves."""
        return [f"{self.results}/data/{table}.parquet" for table in self.study.event_tables]

    def tuning(self, representation: str, resolution: int, model: str) -> str:
        """The folder of the search of a network, by the name of the network or of its tuned variant."""
        return f"{self.results}/tuning/{representation}/c{resolution}/{base(model)}"

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
        if search and of_images(catalogue.representation(representation), search.space):
            return [f"{self.tuning(representation, resolution, model)}/images"]
        return [
            self.input.format(representation=shown, resolution=resolution) for shown in catalogue.shown(representation)
        ]

    def of_cells(self, cells: Iterable[Cell], names: Iterable[str]) -> list[str]:
        """The files `names` of some cells."""
        return [f"{self.results}/{cell.folder}/{name}" for cell in cells for name in names]

    def inputs_of(self, cells: Iterable[Cell]) -> list[str]:
        """The inputs that some cells are made of, without their suffix, each once."""
        return sorted({stem for cell in cells for stem in self.inputs(*_place(cell))})

    def joined(self, cells: Iterable[Cell]) -> list[Cell]:
        """The trained cells whose features some cells join, each once."""
        catalogue = self.study.catalogue
        frozen = [cell for cell in cells if catalogue.is_frozen(cell.model)]
        return sorted({joined for cell in frozen for joined in catalogue.joined_cells(*astuple(cell))})

    def features_of(self, cells: Iterable[Cell]) -> list[str]:
        """The files of features that some cells are made of."""
        return [f"{self.features.format(**vars(cell))}.safetensors" for cell in self.joined(cells)]

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
            *[f"{self.results}/data/{name}" for name in ("split.parquet", "calibration.json")],
            *[f"{stem}.safetensors" for stem in inputs],
            *[f"{stem}.calibration.json" for stem in inputs if stem.startswith(f"{self.results}/inputs/")],
            *self.features_of(cells),
            *self.searches_of(cells),
        ]
        return [f"{file}.provenance.json" for file in files]

    @cached_property
    def frozen(self) -> list[str]:
        """The networks whose cells rest on the features of trained ones."""
        return [name for name in self.study.catalogue.names["model"] if self.study.catalogue.is_frozen(name)]

    @property
    def not_frozen(self) -> list[str]:
        """The other networks."""
        return [name for name in self.study.catalogue.names["model"] if name not in self.frozen]


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
