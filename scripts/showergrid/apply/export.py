"""Export a trained cell as one TorchScript file that C++ loads without this project, and describe its input."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from showergrid.core.errors import InputError
from showergrid.evaluation.predictions import columns_of
from showergrid.events.hits import AXES
from showergrid.inputs.input_file import DrawnImages, Images, InputFile
from showergrid.inputs.kinds import Input, Inputs, Seen
from showergrid.inputs.making import FEW_HITS
from showergrid.inputs.views import View, views
from showergrid.tasks.asked import tasks_of
from showergrid.training.data import Task, questions_of
from showergrid.training.device import name_of
from showergrid.training.fitting import estimator
from showergrid.training.loop import batches, build, parts, untrained

# Largest difference between a score of the exported network and that of evaluation, by the precision of the latter.
# The export computes in float32, in which the order of sums matters little; bfloat16 has 8 significant bits.
TOLERANCE = {"float32": 1e-4, "bf16": 5e-2, "auto": 5e-2}
EXAMPLES = 4  # test events whose images are written beside the export


class Answering(nn.Module):
    """A network and the answers to its questions: its inputs to (N, classes of all) float64."""

    def __init__(self, network: nn.Module, tasks: Sequence[Task]) -> None:
        super().__init__()
        self.network = network
        self.tasks = list(tasks)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map the inputs of events to the probability of each class, question by question."""
        given = parts(self.tasks, self.network(*inputs))
        return torch.cat([task.answer(own) for task, own in zip(self.tasks, given, strict=True)], dim=1)


def check_network(cell: dict[str, Any]) -> None:
    """Refuse a cell that cannot be exported.

    Raises:
        InputError: its model is no PyTorch network, or takes pixels without an image.
    """
    if estimator(cell["model"]):
        raise InputError(f"{name_of(cell)} is no network, and TorchScript holds nothing else; ask it with predict.py")
    if any("packed" in part for part in (cell["model"], *cell.get("views", []))):
        raise InputError(
            f"{name_of(cell)} takes the occupied pixels of its events, and the export writes networks of whole images "
            "alone; ask it with predict.py"
        )


def torchscript(weights: dict[str, Tensor], cell: dict[str, Any], inputs: Inputs) -> bytes:
    """TorchScript of a trained cell that takes the `inputs`; the batch size is free.

    `weights` and `cell` are what `read_model` returns. The same cell gives the same bytes.
    """
    tasks = tasks_of(cell)
    network = build(untrained(cell["model"]), inputs, tasks, cell["seed"])
    network.load_state_dict(weights)
    written = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        # torch.jit is deprecated in favour of torch.export, whose files need a compiler of their own; LArSoft has
        # nothing but libtorch, which loads TorchScript
        warnings.simplefilter("ignore")
        torch.jit.save(
            torch.jit.trace(Answering(network, tasks).eval(), tuple(_empty(inputs)), check_trace=False), written
        )
    return _without_paths(written)


def _empty(inputs: Inputs) -> list[Tensor]:
    """The inputs of two empty events; a set has a mask behind it."""
    tensors = []
    for taken in inputs.values():
        tensors.append(torch.zeros(2, *taken.shape))
        if taken.kind == "set":
            tensors.append(torch.zeros(2, taken.shape[0], dtype=torch.bool))
    return tensors


def _without_paths(file: io.BytesIO) -> bytes:
    """The archive without what depends on the project's path: tables of source lines, and an id computed from them."""
    kept = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            if not name.endswith((".debug_pkl", ".data/serialization_id")):
                new.writestr(zipfile.ZipInfo(name), old.read(name))
    return kept.getvalue()


def answers_of(file: bytes, seen: Seen, size: int) -> np.ndarray:
    """(E, classes of all questions) float64: answers of the exported network, to `size` events at once."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        network = torch.jit.load(io.BytesIO(file))
        scores = [
            network(*map(torch.from_numpy, seen.batch(rows).values())) for rows in batches(np.arange(len(seen)), size)
        ]
    return torch.cat(scores).numpy()


def difference(cell: dict[str, Any], exported: np.ndarray, evaluated: np.ndarray) -> float:
    """The largest difference of answers (E, classes of all questions) of the exported network from evaluation's.

    That of a value is divided by the standard deviation of the training events.

    Raises:
        InputError: the difference is larger than rounding explains.
    """
    precision = cell["model"]["training"]["precision"]
    scales = cell.get("scales", {})
    scale = [scales.get(asked.name, {"std": 1.0})["std"] for asked in questions_of(cell) for _ in asked.answers]
    largest = float((np.abs(exported - evaluated) / scale).max())
    if not largest <= TOLERANCE[precision]:
        raise InputError(
            f"the exported network differs from evaluation by up to {largest:.3g}, and {precision} explains "
            f"{TOLERANCE[precision]:g}; make predictions.parquet and the export again"
        )
    return largest


def specification(
    cell: dict[str, Any], files: Mapping[str, InputFile], inputs: Inputs, units: Mapping[str, str]
) -> dict[str, Any]:
    """The inputs and output of the exported network; docs/inputs.md says how an image is made.

    `files` maps the names of the cell's representations to their input files, `units` the names of questions of a value
    to their units.
    """
    seen, questions = views(cell), questions_of(cell)
    binned = next((view.calibration for view in seen if "axes" in view.calibration), None)
    drawn = any(isinstance(file, DrawnImages) for file in files.values())
    return {
        "format": f"TorchScript of PyTorch {torch.__version__.split('+')[0]}",
        "cell": {
            "representation": cell["representation"]["name"],
            "resolution": cell["resolution"],
            "model": cell["model"]["name"],
            "seed": cell["seed"],
        },
        "inputs": [tensor for name, taken in inputs.items() for tensor in _tensors(name, taken, drawn)],
        **(_pixels(binned) if binned else {}),
        "views": [_view(view, cell, files[view.representation.name]) for view in seen],
        "output": {
            "shape": ["N", sum(len(question.answers) for question in questions)],
            "dtype": "float64",
            "columns": [column for question in questions for column in columns_of(question)],
            "questions": [
                question.told() | ({"unit": units[question.name]} if question.name in units else {})
                for question in questions
            ],
            "meaning": "question by question the probability of each class, whose largest is the answer, or the value",
        },
        "rules": "docs/inputs.md",
    }


def _tensors(name: str, taken: Input, drawn: bool) -> list[dict[str, Any]]:
    """The tensors of one input, in the order in which the network takes them; images that are `drawn` have a ground."""
    empty = {} if drawn and taken.kind == "image" else {"empty": 0}
    values = {"name": name, "shape": ["N", *taken.shape], "dtype": "float32", **empty}
    mask = {"name": f"{name}.mask", "shape": ["N", taken.shape[0]], "dtype": "bool", "true": "the entry is there"}
    return [values, mask] if taken.kind == "set" else [values]


def _pixels(calibration: Mapping[str, Any]) -> dict[str, Any]:
    """The units of hits and the pixels that they fall on."""
    grid = {}
    for axis in AXES:
        low, high = calibration["axes"][axis]["min"], calibration["axes"][axis]["max"]
        count = calibration["pixels"][axis]
        grid[axis] = {"min_cm": low, "max_cm": high, "pixels": count, "pixel_cm": (high - low) / count}
    return {
        "hits": {"position": "cm", "charge": "tick ADC"},
        "pixels": {"pixel": "round((r - min_cm) / (max_cm - min_cm) * pixels), half to even, float64", "axes": grid},
    }


def _view(view: View, cell: dict[str, Any], file: InputFile) -> dict[str, Any]:
    """The input from one view: its values, and the part of an event that they show."""
    values = {"representation": view.representation.module, "parameters": view.representation.parameters}
    if "variables" in view.calibration:
        return {"values": {**values, "variables": view.calibration["variables"]}, **_window(view)}
    told = {
        "order_of_hits": view.representation.order or cell["hits"]["order"],
        "values": {**values, "training_maximum": view.calibration["ranges"]},
        **_window(view),
    }
    if not isinstance(file, Images):
        return told
    direction = view.representation.model_dump(include={"direction"}, exclude_defaults=True)
    followed = {**view.window.model_dump(mode="json"), "no_direction_up_to_hits": FEW_HITS, **direction}
    return {"channels": file.channels, "axes": file.axes, **told, "window": followed}


def _window(view: View) -> dict[str, Any]:
    """The size of the window, if there is one."""
    return {"window": {"shape": view.window.shape}} if view.window else {}
