"""One trial of a search: the network with its values, trained and validated with each of the search's seeds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from showergrid.events.questions import Question, ValueQuestion
from showergrid.inputs.input_file import InputFile, read_input
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.views import cut_views
from showergrid.training import fitting, loop
from showergrid.training.checkpoint import Checkpoint
from showergrid.training.data import Labelled, Task, labelled, scaled, training_events
from showergrid.training.device import name_of, within_memory
from showergrid.training.history import Epoch, best_epoch
from showergrid.training.settings import Training
from showergrid.tuning.best import with_values
from showergrid.tuning.inputs import InputData


@dataclass(frozen=True)
class Reporting(Checkpoint):
    """A training's checkpoint that reports step and validation accuracy of every epoch, also of those before a kill.

    `before` is added to the epoch to give the step: it counts the epochs of the trial's earlier seeds.
    """

    told: Callable[[int, float], None]
    before: int

    def read(self) -> dict[str, Any] | None:
        """The state to resume from; its epochs are reported."""
        state = super().read()
        for row in state["history"] if state else []:
            self.tell(row["epoch"], row["val_accuracy"])
        return state

    def write(self, state: dict[str, Any]) -> None:
        """Keep `state` and report its last epoch."""
        super().write(state)
        row = state["history"][-1]
        self.tell(row["epoch"], row["val_accuracy"])

    def tell(self, epoch: int, accuracy: float) -> None:
        """Report the validation accuracy after an epoch of this training."""
        self.told(self.before + epoch, accuracy)


@dataclass(frozen=True)
class Trials:
    """What the trials of a search have in common.

    cell: the resolved configuration of a cell of this place. tasks: its questions. seeds: those of the trainings.
    seen: the inputs of all trials, or what each trial makes its own from. scratch: folder of the current trial.
    digest: that of everything that determines a trial beside its number and its values.
    """

    cell: Mapping[str, Any]
    tasks: Sequence[Task]
    seeds: tuple[int, ...]
    seen: InputFile | InputData
    events: pa.Table
    split: Mapping[str, np.ndarray]
    device: torch.device | None  # None for a model that is fitted as a whole
    scratch: Path
    digest: str
    epochs: int  # of one training, at most; or steps of one fit

    def measure(self, number: int, values: Mapping[str, Any], told: Callable[[int, float], None]) -> float:
        """Validation accuracy of the kept epoch, averaged over the seeds; that of every epoch is reported to `told`.

        Raises:
            InputError: the values do not go together, or the network cannot be trained with them.
        """
        place = with_values(self.cell, values, f"trial {number}")
        file = self._file(place)
        validation = self._labelled(place, file, self.split["validation"])
        accuracies = []
        for i, seed in enumerate(self.seeds):
            cell = {**place, "seed": seed}
            chosen = training_events(self.split["train"], self.events, self._questions, cell["model"], seed)
            train = self._labelled(place, file, chosen)
            digest = json.dumps([self.digest, number, dict(values), seed])
            resume = Reporting(self.scratch / f"checkpoint{seed}.pt", digest, told, i * self.epochs)
            history = self._history(cell, train, validation, resume)
            accuracies.append(history[best_epoch(history) - 1].val_accuracy)
        return float(np.mean(accuracies))

    def _history(self, cell: dict[str, Any], train: Labelled, validation: Labelled, resume: Reporting) -> list[Epoch]:
        """The epochs of one training, or the rows of the history of a model that is fitted as a whole."""
        model, seed, tasks = cell["model"], cell["seed"], scaled(self.tasks, train)
        if module := fitting.estimator(model):
            return fitting.fit(module, model, seed, tasks, train, validation, resume.tell).history
        settings = Training(**model["training"])
        network = loop.build(model, train.seen.inputs, tasks, seed)
        with within_memory(cell, self.device):
            name = name_of(cell)
            return loop.train(network, settings, seed, tasks, train, validation, self.device, resume, name).history

    @property
    def _questions(self) -> list[Question | ValueQuestion]:
        return [task.question for task in self.tasks]

    def _file(self, cell: dict[str, Any]) -> InputFile:
        """The inputs of this trial."""
        if not isinstance(self.seen, InputData):
            return self.seen
        settings = InputSettings(representation=cell["representation"], resolution=cell["resolution"])
        path = self.scratch / "input.safetensors"
        self.seen.make(settings, self.scratch / "calibration.json", path)
        return read_input(path)

    def _labelled(self, cell: dict[str, Any], file: InputFile, events: np.ndarray) -> Labelled:
        """Some events (n,) int64 as the network of this trial sees them."""
        return labelled(cut_views(cell, {file.representation: file}, events), self.events, self._questions)
