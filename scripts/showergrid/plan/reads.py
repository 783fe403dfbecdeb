"""What jobs read, by their wildcards: the input functions of the rules, where a pattern does not say it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from showergrid.core.cells import Cell, parts_of_input
from showergrid.core.errors import InputError
from showergrid.plan import report_jobs, spectrum_jobs
from showergrid.plan.paths import Paths, files_of_weights, of_cell
from showergrid.plan.study import Study
from showergrid.report.tables import roc
from showergrid.tuning.best import of_input
from showergrid.tuning.settings import Search

Wildcards = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Reads:
    """The files, or the cells, that a job reads; `told(step, **wildcards)` is what it is told (jobs.py).

    Every method raises an InputError, of one line, where the study does not allow the job.
    """

    paths: Paths
    told: Callable[..., dict[str, Any]]

    @property
    def study(self) -> Study:
        """The study whose files they are."""
        return self.paths.study

    # Events

    def events(self, wildcards: Wildcards) -> list[str]:
        """The files that the source reads. All must be there until the tables are made of them."""
        settings = self.study.source_settings
        files = self.study.source.files(settings)
        made = all(Path(table).exists() for table in self.paths.data)
        if missing := [file for file in files if not made and not Path(file).exists()]:
            key = next(_keys_of(missing[0], settings.model_dump(mode="json"), self.study.config.source))
            raise InputError(
                f"config: {key}: there is no file {missing[0]}; correct its name, "
                "a path from the folder that snakemake runs in"
            )
        return files

    # Inputs and cells

    def tables(self, wildcards: Wildcards) -> list[str]:
        """The tables that an input is made of."""
        return self.paths.tables_read(parts_of_input(wildcards["input"])[0])

    def calibration(self, wildcards: Wildcards) -> list[str]:
        """The ranges of the hits that an input is made of, if it is made of hits."""
        return self.paths.calibration_read(parts_of_input(wildcards["input"])[0])

    def inputs(self, wildcards: Wildcards) -> list[str]:
        """The inputs of a cell."""
        return [f"{stem}.safetensors" for stem in self.paths.inputs(*_place(wildcards))]

    def calibrations(self, wildcards: Wildcards) -> list[str]:
        """The calibrations of the inputs of a cell."""
        return [f"{stem}.calibration.json" for stem in self.paths.inputs(*_place(wildcards))]

    def prongs(self, wildcards: Wildcards) -> list[str]:
        """The table of the prongs, if a cell is asked of them or of their hits."""
        told = self.told("train", **wildcards)
        return self.paths.prongs if {"prong_questions", "hit_questions"} & told.keys() else []

    def asked_hits(self, wildcards: Wildcards) -> list[str]:
        """The table of the hits, if a cell is asked of them."""
        return self.paths.asked_hits if "hit_questions" in self.told("train", **wildcards) else []

    def shown_hits(self, wildcards: Wildcards) -> list[str]:
        """The table of the hits that a cell sees, some of which are removed."""
        self.told("removal", **wildcards)  # a fault in the study is found here
        return self.tables(wildcards)

    def tuned(self, wildcards: Wildcards) -> list[str]:
        """The file of the values that a search found for a cell, if the cell is tuned."""
        return self.paths.tuned(*_place(wildcards))

    def features(self, wildcards: Wildcards) -> list[str]:
        """The features of each trained cell that a cell rests on, one per view."""
        return [of_cell(f"{self.paths.features}.safetensors", cell) for cell in self._rested_on(wildcards)]

    def backbones(self, wildcards: Wildcards) -> list[str]:
        """The model of each trained cell that a cell rests on, one per view."""
        return [of_cell(f"{self.paths.cell}/model.safetensors", cell) for cell in self._rested_on(wildcards)]

    def _rested_on(self, wildcards: Wildcards) -> list[Cell]:
        self.told("train", **wildcards)  # a fault in the study is found here
        return self.study.catalogue.rested_on(*_place(wildcards), int(wildcards["seed"]))

    def weights(self, step: str) -> Callable[[Wildcards], list[str]]:
        """The function for the files of pretrained weights of a step, if they exist; the step reports missing ones."""
        return lambda wildcards: files_of_weights(self.told(step, **wildcards)["model"])

    def asked(self, wildcards: Wildcards) -> list[str]:
        """The model of the cell that makes a prediction."""
        return self.paths.of_cells([self.study.prediction(wildcards["prediction"]).cell], ["model.safetensors"])

    def threads(self, step: str) -> Callable[[Wildcards], int]:
        """The function for the cores to reserve for a network: as many as its compute threads."""
        return lambda wildcards: self.told(step, **wildcards)["model"]["training"]["threads"]

    def spectrum(self, wildcards: Wildcards) -> dict[str, list[str]]:
        """The answers, tables and files that a spectrum is made of."""
        return spectrum_jobs.reads(self.told("spectrum", **wildcards), self.paths.results)

    # Searches: where a search chooses the parameters of the input, each trial makes an input of its own

    def _search(self, wildcards: Wildcards) -> Search:
        return self.study.search_of(*_place(wildcards))

    def _trials_make_inputs(self, wildcards: Wildcards) -> bool:
        representation = self.study.catalogue.representations.resolved(_place(wildcards)[0])
        return bool(of_input(representation, self._search(wildcards).space))

    def inputs_of_trials(self, wildcards: Wildcards) -> list[str]:
        """The inputs that all trials of a search share."""
        return [] if self._trials_make_inputs(wildcards) else self.inputs(wildcards)

    def tables_of_trials(self, wildcards: Wildcards) -> list[str]:
        """The tables that each trial of a search makes an input of its own of."""
        return self.tables(wildcards) if self._trials_make_inputs(wildcards) else []

    def calibration_of_trials(self, wildcards: Wildcards) -> list[str]:
        """The ranges of the hits for these."""
        return self.calibration(wildcards) if self._trials_make_inputs(wildcards) else []

    def workers(self, wildcards: Wildcards) -> list[str]:
        """The trials of each worker of a search."""
        folder = self.paths.tuning(*_place(wildcards))
        return [f"{folder}/workers/{worker}.csv" for worker in range(self._search(wildcards).workers)]

    # Reports and figures

    def of_report(self, wildcards: Wildcards) -> list[str]:
        """The files that a report reads."""
        read = report_jobs.reads(self.told("report", report=wildcards["report"]))
        return [f"{self.paths.results}/{file}" for file in read]

    def cells_of_report(self, wildcards: Wildcards) -> list[Cell]:
        """The cells whose files a report reads."""
        folders = {str(Path(file).parent) for file in self.of_report(wildcards)}
        cells = self.study.cells_of(self.study.report(wildcards["report"]).places)
        return [cell for cell in cells if f"{self.paths.results}/{cell.folder}" in folders]

    def cells_of_ensemble(self, wildcards: Wildcards) -> list[Cell]:
        """The members of an ensemble."""
        return self.study.cells_of(self.study.members(wildcards["ensemble"]))

    def cells_of_resolution(self, wildcards: Wildcards) -> list[Cell]:
        """The cells of the resolution study that is drawn."""
        return self.study.cells_of(self.study.report(self.study.config.figures.resolution).places)

    def cells_of_values(self, wildcards: Wildcards) -> list[Cell]:
        """The cells whose answers to a question of a value are drawn."""
        return self.study.cells_of(self.study.report(self.study.config.figures.values).places)

    def cells_of_final_states(self, wildcards: Wildcards) -> list[Cell]:
        """The cells whose answers choose the final states that are drawn."""
        return self.study.cells_of(self.study.report(self.study.config.figures.final_states).places)

    def of_roc(self, wildcards: Wildcards) -> list[str]:
        """The files that ROC curves are drawn of."""
        read = roc.reads(roc.RocSettings(**self.told("roc_figure")))
        return [f"{self.paths.results}/{file}" for files in read.values() for file in files]

    def cells_of_roc(self, wildcards: Wildcards) -> list[Cell]:
        """The cells whose ROC curves are drawn."""
        return self.study.cells_of(self.study.report(self.study.config.figures.roc.of).places)

    def cells_of_reasons(self, wildcards: Wildcards) -> list[Cell]:
        """The cell whose wrong answers are drawn by their reasons."""
        figure = self.told("reasons_figure")["figure"]
        return [Cell(*(figure[key] for key in ("representation", "resolution", "model", "seed")))]

    def cells_of_ablation(self, wildcards: Wildcards) -> list[Cell]:
        """The cells of an ablation that is drawn."""
        return self.study.cells_of(self.study.drawn(wildcards["ablation"]))

    def cells_of_pairs(self, wildcards: Wildcards) -> list[Cell]:
        """The cells that are compared with each other."""
        return self.study.cells_of(report_jobs.compared(self.study, "pairs"))

    def cells_of_performance(self, wildcards: Wildcards) -> list[Cell]:
        """The cells whose performance is drawn together."""
        return self.study.cells_of(report_jobs.compared(self.study, "performance"))

    @cached_property
    def _tracked(self) -> list[Cell]:
        return self.paths.made_cells()

    def tracked(self, wildcards: Wildcards) -> list[str]:
        """The files of the cells that MLflow shows."""
        return self.paths.of_cells(self._tracked, [*self.paths.evaluated, *self.paths.figures])

    def tracked_on_server(self, wildcards: Wildcards) -> list[str]:
        """The same, if the study names a server."""
        if self.study.config.tracking.server is None:
            raise InputError(
                "config: tracking.server is null; name an MLflow server, "
                "there or by --config 'tracking={server: https://mlflow.example.org}'"
            )
        return self.tracked(wildcards)

    def told_of_tracked(self) -> dict[str, Any]:
        """What the commands that show them are told: the study's folder, the cells, and which figures."""
        return {
            "study": self.paths.results,
            "cells": [cell.folder.removeprefix("cells/") for cell in self._tracked],
            "figures": [name for name in self.paths.figures if name.endswith(".pdf")],
        }

    def drawn_calibrations(self, wildcards: Wildcards) -> list[str]:
        """The ranges of the images of which events are drawn."""
        drawn = self.told("event_figures")["representations"]
        stems = [self.paths.input_of(entry["representation"]["name"], entry["resolution"]) for entry in drawn]
        return [f"{stem}.calibration.json" for stem in stems]


def _keys_of(text: str, value: Any, key: str) -> Iterator[str]:
    """The keys of each place in a setting's `value` that is `text`, joined by points; `key` is the setting's own."""
    if value == text:
        yield key
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _keys_of(text, inner, f"{key}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _keys_of(text, inner, key)


def _place(wildcards: Wildcards) -> tuple[str, int | None, str]:
    return *parts_of_input(wildcards["input"]), wildcards["model"]
