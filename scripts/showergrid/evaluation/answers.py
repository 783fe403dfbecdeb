"""Ask a trained network about every event of a study."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.events.hits import read_events
from showergrid.events.split import SETS, read_split
from showergrid.inputs.image_file import KEY
from showergrid.inputs.views import Seen
from showergrid.training.fitting import estimator
from showergrid.training.loop import Labelled, answers, build, name_of, outputs, prepare, untrained, within_memory
from showergrid.training.settings import Training


def labelled(images: Seen, events: pa.Table, classes: list[dict[str, Any]]) -> Labelled:
    """`images` of some of the `events` with their labels.

    Raises:
        InputError: an event has a PDG code that is none of the classes'.
    """
    codes = np.array([entry["pdg"] for entry in classes])
    rows = np.searchsorted(events["event"].to_numpy(), images.event)
    pdg = events["pdg"].to_numpy()[rows]
    label = (pdg[:, None] == codes).argmax(1)
    if (wrong := codes[label] != pdg).any():
        raise InputError(
            f"event {images.event[wrong][0]}: PDG code {pdg[wrong][0]} is none of the classes' {codes.tolist()}"
        )
    return Labelled(images, label.astype(np.int64))


def write_model(path: Path, weights: dict[str, Tensor], description: str) -> None:
    """Write model.safetensors: the weights, and what they are of as JSON under one metadata key."""
    tensors = {name: weights[name].contiguous() for name in sorted(weights)}
    with replacing(path) as partial:
        partial.write_bytes(save(tensors, {KEY: description}))  # its save_file keeps the file from all other users


def read_model(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Weights and description of a model.safetensors.

    Raises:
        InputError: it is damaged, or was not written by `write_model`.
    """
    try:
        with safe_open(path, framework="pt") as file:
            description = json.loads(file.metadata()[KEY])
            return {name: file.get_tensor(name) for name in file.keys()}, description  # noqa: SIM118
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: not a model of showergrid ({error}); delete it to have it made again") from None


def answer(weights: dict[str, Tensor], cell: dict[str, Any], images: Seen) -> np.ndarray:
    """Probability of each class (E, classes) float64 that a trained cell gives the events of `images`.

    `weights` and `cell` are what `read_model` returns.
    """
    if module := estimator(cell["model"]):
        return module.predict(weights, images)
    settings = Training(**cell["model"]["training"])
    device = prepare(settings)
    network = build(untrained(cell["model"]), images.shape, len(cell["classes"]), cell["seed"])
    network.load_state_dict(weights)
    with within_memory(cell, device):
        return answers(network.to(device), settings, images, device).numpy()


def features(weights: dict[str, Tensor], cell: dict[str, Any], images: Seen) -> np.ndarray:
    """What the network of a trained cell hands to its classifier, `head`, for the events of `images`: (E, F) float32.

    Raises:
        InputError: it has no classifier of that name.
    """
    settings = Training(**cell["model"]["training"])
    device = prepare(settings)
    network = build(untrained(cell["model"]), images.shape, len(cell["classes"]), cell["seed"])
    network.load_state_dict(weights)
    if not hasattr(network, "head"):
        raise InputError(f"{name_of(cell)}: its network has no features apart from its answer; join another one")
    network.head = nn.Identity()
    with within_memory(cell, device):
        return outputs(network.to(device), settings, images, device).numpy()


def load_backbones(network: nn.Module, paths: Sequence[Path]) -> None:
    """Put the networks of trained cells, without their classifiers, into the backbones of a joined network."""
    for backbone, path in zip(network.backbones, paths, strict=True):
        weights, _ = read_model(path)
        backbone.load_state_dict({name: tensor for name, tensor in weights.items() if not name.startswith("head.")})


def write_predictions(path: Path, events: pa.Table, split: Path, score: np.ndarray) -> None:
    """Write predictions.parquet, sorted by event; `score` (E,) float64 follows the events table."""
    _, sets = read_split(split)
    table = events.select(["event", "pdg", "energy", "n_hits"])
    table = table.append_column("split", pa.array(sets.tolist(), pa.string())).append_column("score", pa.array(score))
    with replacing(path) as partial:
        pq.write_table(table, partial)


def events_and_split(events: Path, split: Path) -> tuple[pa.Table, dict[str, np.ndarray]]:
    """The events table sorted by event, and the events (n,) int64 of each set.

    Raises:
        InputError: the two files are not of the same events.
    """
    table = read_events(events).sort_by("event")
    event, sets = read_split(split)
    if not np.array_equal(event, table["event"].to_numpy()):
        raise InputError(f"{split}: divides other events than those of {events}; make it again with split")
    return table, {name: event[sets == name] for name in SETS}
