"""Inputs made of variables as they are: rows of the events table, or lists of objects; scaled by training events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from showergrid.core.errors import InputError
from showergrid.core.plugins import load
from showergrid.events.collections import read_collection, read_variables
from showergrid.events.hits import read_events
from showergrid.inputs.input_file import writing
from showergrid.inputs.settings import InputSettings

Scale = Literal["z_score", "min_max", "none"]


@dataclass(frozen=True)
class Variables:
    """Variables of events, or of entries that events own: event i owns the rows offsets[i] to offsets[i + 1].

    event (E,) int64, sorted; offsets (E + 1,) int64; values (N, F) float64; names of the F variables.
    """

    event: np.ndarray
    offsets: np.ndarray
    values: np.ndarray
    names: Sequence[str]

    def only(self, chosen: np.ndarray) -> Variables:
        """The events for which chosen (E,) bool is true."""
        size = np.diff(self.offsets)
        offsets = np.append(0, np.cumsum(size[chosen]))
        return Variables(self.event[chosen], offsets, self.values[np.repeat(chosen, size)], self.names)


def read_variables_of(settings: InputSettings, tables: Sequence[Path]) -> Variables:
    """What a representation reads of all events: `tables` are events.parquet and, if it reads one, a collection.

    Raises:
        InputError: a table cannot be read, or lacks a column.
    """
    module = load("representations", settings.representation.module)
    parameters = module.Parameters(**settings.representation.parameters)
    _, columns = module.reads(parameters)
    if module.KIND == "table":
        event, values = read_variables(tables[0], columns)
        return Variables(event, np.arange(event.size + 1), values, columns)
    event = np.sort(read_events(tables[0])["event"].to_numpy())
    listed = read_collection(tables[1], columns)
    size = np.zeros(event.size, dtype=np.int64)
    size[np.searchsorted(event, listed.event)] = np.diff(listed.offsets)
    values = np.stack([listed.values[name] for name in columns], axis=1).astype(np.float64)
    if parameters.sort is not None:
        row = np.repeat(np.arange(event.size), size)
        values = values[np.lexsort((-listed.values[parameters.sort], row))]
    return Variables(event, np.append(0, np.cumsum(size)), values, columns)


def calibrate_variables(training: Variables) -> dict[str, Any]:
    """Mean, standard deviation, smallest and largest value of each variable in the training events.

    Raises:
        InputError: there are none, or a variable has a single value.
    """
    if not training.values.size:
        raise InputError("calibration: the training events have no entry; check that split and events belong together")
    if (alone := np.ptp(training.values, axis=0) == 0).any():
        name = training.names[int(np.argmax(alone))]
        raise InputError(f"calibration: {name} has one value in all training events, and tells nothing; leave it out")
    measured = {"mean": np.mean, "std": np.std, "min": np.min, "max": np.max}
    numbers = {key: of(training.values, axis=0).tolist() for key, of in measured.items()}
    return {
        "events": int(training.event.size),
        "variables": {name: {key: numbers[key][i] for key in measured} for i, name in enumerate(training.names)},
    }


def scaled(values: np.ndarray, ranges: Sequence[Mapping[str, float]], scale: Scale) -> np.ndarray:
    """(N, F) float64: the values (N, F) of variables on a common scale, given the ranges of each of the F.

    z_score: mean 0, standard deviation 1 in the training events; min_max: 0 to 1 there; none: as they are.
    """
    if scale == "none":
        return values
    mean, std, low, high = (np.array([of[key] for of in ranges]) for key in ("mean", "std", "min", "max"))
    return (values - mean) / std if scale == "z_score" else (values - low) / (high - low)


def write_variables(path: Path, variables: Variables, calibration: dict[str, Any], settings: InputSettings) -> None:
    """Write an input file of variables with the scale of their representation.

    Raises:
        InputError: the calibration is of other variables.
    """
    if set(calibration.get("variables", ())) != set(variables.names):
        raise InputError("calibration: made for other variables; make it again with calibrate_inputs")
    module = load("representations", settings.representation.module)
    parameters = module.Parameters(**settings.representation.parameters)
    ranges = [calibration["variables"][name] for name in variables.names]
    values = scaled(variables.values, ranges, parameters.scale)
    row = None
    if module.KIND == "set":
        row = np.repeat(np.arange(variables.event.size), np.diff(variables.offsets))
    with writing(path, settings.representation.name, None, module.KIND, len(variables.names)) as writer:
        writer.append(variables.event, values, row)
