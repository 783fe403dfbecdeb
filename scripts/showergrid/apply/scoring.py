"""Score the hits of any events with a trained cell: with its own calibration, its window and its network.

The bytes of a score depend on the batch of its event, since the order of the sums in a network's kernels does. The same
events in the same order get the same bytes as in evaluation, however the hits are cut into chunks; some of the events
alone, or another order, give the same scores but for rounding.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from showergrid.core.errors import InputError
from showergrid.evaluation.answers import answer
from showergrid.events.hits import Hits
from showergrid.inputs.input_file import read_input
from showergrid.inputs.kinds import Seen
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.views import cut_views, views
from showergrid.tasks.asked import tasks_of


def model_of(cell: Path) -> Path:
    """The model file in the folder `cell`, or `cell` itself if it is a file.

    Raises:
        InputError: there is no such file.
    """
    path = cell / "model.safetensors" if cell.is_dir() else cell
    if not path.is_file():
        raise InputError(f"{path}: there is no trained cell; correct the name, or have it made by snakemake")
    return path


def score(
    weights: dict[str, Tensor], cell: dict[str, Any], chunks: Iterable[Hits]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Numbers of all events in `chunks`, (E,) int64, and by question the probabilities (E, classes) float64.

    `weights` and `cell` are what `read_model` returns. The hits stand in the order of the cell's study, and have their
    time where its representation has an order of its own by time.

    Raises:
        InputError: a shower does not fit an image, or a network the memory.
    """
    seen = seen_of(cell, chunks)
    return seen.event, answer(weights, cell, tasks_of(cell), seen)


def seen_of(cell: dict[str, Any], chunks: Iterable[Hits]) -> Seen:
    """What the network of `cell` sees of all events in `chunks`, in their order."""
    of = {view.representation.name: view for view in views(cell)}
    files = {}
    with tempfile.TemporaryDirectory() as folder:
        for (name, view), same in zip(of.items(), itertools.tee(chunks, len(of)), strict=True):
            path = Path(folder, f"{len(files)}.safetensors")
            settings = InputSettings(representation=view.representation, resolution=view.resolution)
            write_input(path, same, view.calibration, settings)
            files[name] = read_input(path)
        return cut_views(cell, files, next(iter(files.values())).event)
