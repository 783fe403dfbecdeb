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
from showergrid.inputs.image_file import Images
from showergrid.inputs.making import FEW_HITS
from showergrid.inputs.pixels import is_list
from showergrid.inputs.views import Seen, View, views
from showergrid.tasks.classes import tasks_of
from showergrid.training.data import Task, questions_of
from showergrid.training.device import name_of
from showergrid.training.fitting import estimator
from showergrid.training.loop import batches, build, parts, untrained

# Largest difference between a score of the exported network and that of evaluation, by the precision of the latter.
# The export computes in float32, in which the order of sums matters little; bfloat16 has 8 significant bits.
TOLERANCE = {"float32": 1e-4, "bf16": 5e-2, "auto": 5e-2}
EXAMPLES = 4  # test events whose images are written beside the export


class Answering(nn.Module):
    """A network and the answers to its questions: images (N, C, ...) float32 to (N, classes of all) float64."""

    def __init__(self, network: nn.Module, tasks: Sequence[Task]) -> None:
        super().__init__()
        self.network = network
        self.tasks = list(tasks)

    def forward(self, x: Tensor) -> Tensor:
        """Map images to the probability of each class, question by question."""
        given = parts(self.tasks, self.network(x))
        return torch.cat([task.answer(own) for task, own in zip(self.tasks, given, strict=True)], dim=1)


def check_network(cell: dict[str, Any]) -> None:
    """Refuse a cell that cannot be exported.

    Raises:
        InputError: its model is no PyTorch network.
    """
    if estimator(cell["model"]):
        raise InputError(f"{name_of(cell)} is no network, and TorchScript holds nothing else; ask it with predict.py")


def torchscript(weights: dict[str, Tensor], cell: dict[str, Any], shape: tuple[int, ...]) -> bytes:
    """TorchScript of a trained cell whose images have the `shape` (C, H, W) or (C, D, H, W); the batch size is free.

    `weights` and `cell` are what `read_model` returns. The same cell gives the same bytes.
    """
    tasks = tasks_of(cell)
    network = build(untrained(cell["model"]), shape, tasks, cell["seed"])
    network.load_state_dict(weights)
    written = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        # torch.jit is deprecated in favour of torch.export, whose files need a compiler of their own; LArSoft has
        # nothing but libtorch, which loads TorchScript
        warnings.simplefilter("ignore")
        torch.jit.save(
            torch.jit.trace(Answering(network, tasks).eval(), torch.zeros(2, *shape), check_trace=False), written
        )
    return _without_paths(written)


def _without_paths(file: io.BytesIO) -> bytes:
    """The archive without what depends on the project's path: tables of source lines, and an id computed from them."""
    kept = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            if not name.endswith((".debug_pkl", ".data/serialization_id")):
                new.writestr(zipfile.ZipInfo(name), old.read(name))
    return kept.getvalue()


def answers_of(file: bytes, images: Seen, size: int) -> np.ndarray:
    """(E, classes of all questions) float64: answers of the exported network to `images`, `size` of them at a time."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        network = torch.jit.load(io.BytesIO(file))
        scores = [network(torch.from_numpy(images.batch(rows))) for rows in batches(np.arange(len(images)), size)]
    return torch.cat(scores).numpy()


def difference(cell: dict[str, Any], exported: np.ndarray, evaluated: np.ndarray) -> float:
    """The largest difference of answers (E, classes of all questions) of the exported network from evaluation's.

    Raises:
        InputError: the difference is larger than rounding explains.
    """
    precision = cell["model"]["training"]["precision"]
    largest = float(np.abs(exported - evaluated).max())
    if not largest <= TOLERANCE[precision]:
        raise InputError(
            f"the exported network differs from evaluation by up to {largest:.3g}, and {precision} explains "
            f"{TOLERANCE[precision]:g}; make predictions.parquet and the export again"
        )
    return largest


def specification(cell: dict[str, Any], images: Mapping[str, Images], shape: tuple[int, ...]) -> dict[str, Any]:
    """The input and output of the exported network; config/README.md, Rules of images, says how an image is made.

    `images` maps the names of the cell's representations to their images; `shape` (C, *window) is that of the input.
    """
    seen, questions = views(cell), questions_of(cell)
    calibration = seen[0].calibration
    grid = {}
    for axis in AXES:
        low, high = calibration["axes"][axis]["min"], calibration["axes"][axis]["max"]
        count = calibration["pixels"][axis]
        grid[axis] = {"min_cm": low, "max_cm": high, "pixels": count, "pixel_cm": (high - low) / count}
    return {
        "format": f"TorchScript of PyTorch {torch.__version__.split('+')[0]}",
        "cell": {
            "representation": cell["representation"]["name"],
            "resolution": cell["resolution"],
            "model": cell["model"]["name"],
            "seed": cell["seed"],
        },
        "input": {"shape": ["N", *shape], "dtype": "float32", "empty_pixel": 0},
        "hits": {"position": "cm", "charge": "tick ADC"},
        "pixels": {"pixel": "round((r - min_cm) / (max_cm - min_cm) * pixels), half to even, float64", "axes": grid},
        "views": [_view(view, cell, images[view.representation.name]) for view in seen],
        "output": {
            "shape": ["N", sum(len(question.classes) for question in questions)],
            "dtype": "float64",
            "columns": [column for question in questions for column in columns_of(question)],
            "questions": [{"name": question.name, "classes": question.names} for question in questions],
            "meaning": "probability of each class, question by question; its largest is the answer to a question",
        },
        "rules": "config/README.md, Rules of images",
    }


def _view(view: View, cell: dict[str, Any], images: Images) -> dict[str, Any]:
    """The channels of the input from one view: their values, and the part of an event that they show."""
    window = view.window.model_dump(mode="json")
    direction = view.representation.model_dump(include={"direction"}, exclude_defaults=True)
    return {
        "channels": images.channels,
        "axes": images.axes,
        "order_of_hits": view.representation.order or cell["hits"]["order"],
        "values": {
            "representation": view.representation.module,
            "parameters": view.representation.parameters,
            "training_maximum": view.calibration["ranges"],
        },
        "window": {"shape": window["shape"]}
        if is_list(images.axes)
        else {**window, "no_direction_up_to_hits": FEW_HITS, **direction},
    }
