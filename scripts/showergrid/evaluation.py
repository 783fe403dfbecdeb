"""Ask a trained network about every event of a study."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from showergrid.atomic import replacing
from showergrid.datasets import Window, cut
from showergrid.errors import InputError
from showergrid.hits import read_events
from showergrid.images import Images
from showergrid.settings.images import WindowSettings
from showergrid.training import Labelled

METADATA = "showergrid"  # safetensors files with several metadata keys are not the same bytes twice


def labelled(
    images: Images, events: pa.Table, chosen: np.ndarray, window: dict[str, Any], classes: list[dict[str, Any]]
) -> Labelled:
    """Windows and labels of the `chosen` events (n,) int64.

    Raises:
        InputError: an event has a PDG code that is none of the classes'.
    """
    codes = np.array([entry["pdg"] for entry in classes])
    rows = np.searchsorted(events["event"].to_numpy(), chosen)
    pdg = events["pdg"].to_numpy()[rows]
    label = (pdg[:, None] == codes).argmax(1)
    if (wrong := codes[label] != pdg).any():
        raise InputError(f"event {chosen[wrong][0]}: PDG code {pdg[wrong][0]} is none of the classes' {codes.tolist()}")
    return Labelled(cut(images, chosen, Window.of(WindowSettings(**window), images.axes)), label.astype(np.int64))


def read_split(path: Path) -> dict[str, np.ndarray]:
    """Events (n,) int64 of each part of split.parquet, sorted."""
    table = pq.read_table(path)
    parts = ("train", "validation", "test")
    return {part: np.sort(table.filter(pc.equal(table["split"], part))["event"].to_numpy()) for part in parts}


def write_model(path: Path, weights: dict[str, Tensor], description: str) -> None:
    """Write model.safetensors: the weights, and what they are of as JSON under one metadata key."""
    with replacing(path) as partial:
        save_file({name: weights[name].contiguous() for name in sorted(weights)}, partial, {METADATA: description})


def read_model(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Weights and description of a model.safetensors.

    Raises:
        InputError: it is damaged, or was not written by `write_model`.
    """
    try:
        with safe_open(path, framework="pt") as file:
            description = json.loads(file.metadata()[METADATA])
            return {name: file.get_tensor(name) for name in file.keys()}, description  # noqa: SIM118
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: not a model of showergrid ({error}); delete it to have it made again") from None


def write_predictions(path: Path, events: pa.Table, split: dict[str, np.ndarray], score: np.ndarray) -> pa.Table:
    """Write predictions.parquet, sorted by event; `score` (E,) float64 follows the events table."""
    part = np.empty(len(events), dtype=object)
    for name, chosen in split.items():
        part[np.searchsorted(events["event"].to_numpy(), chosen)] = name
    table = events.select(["event", "pdg", "energy", "n_hits"])
    table = table.append_column("split", pa.array(part, pa.string())).append_column("score", pa.array(score))
    with replacing(path) as partial:
        pq.write_table(table, partial)
    return table


def all_events(path: Path) -> pa.Table:
    """The events table sorted by event."""
    return read_events(path).sort_by("event")
