"""Ranges of the axes, of the charge and of what a representation sums, learnt from the training events alone.

Only those of the axes may be learnt from the validation events too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError
from showergrid.core.plugins import load
from showergrid.events.hits import AXES, Hits
from showergrid.inputs.pixels import Grid
from showergrid.inputs.settings import InputSettings


def hits_of_events(chunks: Iterable[Hits], events: np.ndarray) -> Iterator[Hits]:
    """Yield the hits of `events` (int64, any order) of each chunk, leaving out chunks without any."""
    for chunk in chunks:
        kept = chunk.only(np.isin(chunk.event, events))
        if kept.event.size:
            yield kept


def calibrate_data(
    chunks: Iterable[Hits], training: np.ndarray, stretch: Mapping[str, float], padding: float = 0.0
) -> dict[str, Any]:
    """Range of each axis [cm] in the events of `chunks`, and the largest charge [tick ADC] of the `training` ones.

    A range begins `padding` [cm] below the smallest coordinate and ends as much above the largest. `training`: int64,
    any order; `stretch`: for each axis, the pixels on it per pixel in x.

    Raises:
        InputError: no event, or an axis or the charge has no extent.
    """
    low, high, charge, events = np.full(3, np.inf), np.full(3, -np.inf), -np.inf, 0
    for hits in chunks:
        low = np.minimum(low, hits.position.min(axis=0))
        high = np.maximum(high, hits.position.max(axis=0))
        learnt = np.isin(hits.event, training)
        charge = max(charge, float(hits.charge[learnt[hits.row]].max(initial=-np.inf)))
        events += int(np.count_nonzero(learnt))
    if not events:
        raise InputError("calibration: there is no hit of a training event; check that split and hits belong together")
    for axis, extent in zip(AXES, high - low, strict=True):
        if not (np.isfinite(extent) and extent > 0):
            raise InputError(f"calibration: the hits have no finite extent in {axis}; check the hits")
    if not (np.isfinite(charge) and charge > 0):
        raise InputError(f"calibration: the largest charge is {charge}, it must be positive; check the hits")
    low, high = low - padding, high + padding
    axes = {
        axis: {"min": float(low[a]), "max": float(high[a]), "stretch": stretch[axis]} for a, axis in enumerate(AXES)
    }
    return {"axes": axes, "charge_max": charge, "events": events}


def calibrate_input(training: Iterable[Hits], data: dict[str, Any], settings: InputSettings) -> dict[str, Any]:
    """The grid of one resolution and the ranges of one representation on it, from chunks of training events.

    `data` is the result of `calibrate_data`.
    """
    module = load("representations", settings.representation.module)
    parameters = module.Parameters(**settings.representation.parameters)
    grid = Grid.of(data["axes"], settings.resolution)
    ranges: dict[str, float] = {}
    for hits in training:
        chunk_ranges = module.ranges(hits, grid, parameters)
        ranges = {name: max(value, ranges.get(name, value)) for name, value in chunk_ranges.items()}
    if not ranges:
        raise InputError("calibration: there is no hit of a training event; check that split and hits belong together")
    pixels = {axis: int(n) for axis, n in zip(AXES, grid.count, strict=True)}
    return {"resolution": settings.resolution, "axes": data["axes"], "pixels": pixels, "ranges": ranges}


def write_calibration(path: Path, calibration: dict[str, Any]) -> None:
    """Write a calibration as JSON."""
    with replacing(path) as beside:
        beside.write_text(json.dumps(calibration, indent=2, sort_keys=True) + "\n")


def read_calibration(path: Path) -> dict[str, Any]:
    """Read a calibration.

    Raises:
        InputError: the file is not a calibration.
    """
    try:
        calibration = json.loads(path.read_text())
        if "variables" not in calibration:
            Grid.of(calibration["axes"], 1)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a calibration; make the file again with calibrate") from error
    return calibration
