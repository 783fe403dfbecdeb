"""Inputs made of variables of the events or of their objects, as they stand in tables or computed; no hit is read.

Tables and sets are scaled by the training events; images are drawn of variables as they are (drawn.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from showergrid.core.errors import InputError
from showergrid.core.plugins import load
from showergrid.core.settings import Settings
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

    @classmethod
    def of_events(cls, event: np.ndarray, columns: Mapping[str, np.ndarray]) -> Variables:
        """One row for each event (E,) int64, of `columns` (E,) by name."""
        return cls(event, np.arange(event.size + 1), np.stack(list(columns.values()), axis=1), list(columns))

    def only(self, chosen: np.ndarray) -> Variables:
        """The events for which chosen (E,) bool is true."""
        size = np.diff(self.offsets)
        offsets = np.append(0, np.cumsum(size[chosen]))
        return Variables(self.event[chosen], offsets, self.values[np.repeat(chosen, size)], self.names)


@dataclass(frozen=True)
class Tables:
    """What a representation reads of all events: their columns, and those of a collection.

    event (E,) int64, sorted; of_event: (E,) float64 by column; offsets (E + 1,) int64: event i owns the entries
    offsets[i] to offsets[i + 1]; of_entry: (N,) float64 by column.
    """

    event: np.ndarray
    of_event: Mapping[str, np.ndarray]
    offsets: np.ndarray
    of_entry: Mapping[str, np.ndarray]

    @property
    def row(self) -> np.ndarray:
        """(N,) int64: the place of each entry's event in `event`."""
        return np.repeat(np.arange(self.event.size), np.diff(self.offsets))


def read_variables_of(settings: InputSettings, tables: Sequence[Path]) -> Variables:
    """What a representation takes of all events: `tables` are events.parquet and, if it reads one, a collection.

    Raises:
        InputError: a table cannot be read, lacks a column, or an event cannot be shown.
    """
    module = load("representations", settings.representation.module)
    parameters = module.Parameters(**settings.representation.parameters)
    return module.variables(_read(module.reads(parameters), tables, _imputes(parameters)), parameters)


def _imputes(parameters: Settings) -> bool:
    """Whether a representation takes events of which values are missing."""
    return getattr(parameters, "impute", None) is not None


def _read(wanted: Mapping[str, Sequence[str]], tables: Sequence[Path], gaps: bool) -> Tables:
    """The columns that are `wanted` of the events, of which values may be missing if `gaps`, and of a collection."""
    of_event: dict[str, np.ndarray] = {}
    if columns := wanted.get("events"):
        event, values = read_variables(tables[0], columns, gaps)
        of_event = dict(zip(columns, values.T, strict=True))
    else:
        event = np.sort(read_events(tables[0])["event"].to_numpy())
    size, of_entry = np.zeros(event.size, dtype=np.int64), {}
    for columns in (columns for table, columns in wanted.items() if table != "events"):
        listed = read_collection(tables[1], columns)
        size[np.searchsorted(event, listed.event)] = np.diff(listed.offsets)
        of_entry = listed.values
    return Tables(event, of_event, np.append(0, np.cumsum(size)), of_entry)


def calibrate_variables(training: Variables, settings: InputSettings) -> dict[str, Any]:
    """Mean, standard deviation, smallest and largest value of each variable in the training events.

    Where missing values are imputed, their median comes first, which then stands for them.

    Raises:
        InputError: there are none, or a variable that is to be scaled has a single value.
    """
    module = load("representations", settings.representation.module)
    parameters = module.Parameters(**settings.representation.parameters)
    if not training.values.size:
        raise InputError("calibration: the training events have no entry; check that split and events belong together")
    measured = {"mean": np.mean, "std": np.std, "min": np.min, "max": np.max}
    if _imputes(parameters):
        training = replace(training, values=_imputed(training.values, medians(training)))
        measured["median"] = np.median  # the same with its own in the gaps
    to_scale = module.KIND != "image" and parameters.scale != "none"
    if to_scale and (alone := np.ptp(training.values, axis=0) == 0).any():
        name = training.names[int(np.argmax(alone))]
        raise InputError(f"calibration: {name} has one value in all training events, and tells nothing; leave it out")
    numbers = {key: of(training.values, axis=0).tolist() for key, of in measured.items()}
    return {
        "events": int(training.event.size),
        "variables": {name: {key: numbers[key][i] for key in measured} for i, name in enumerate(training.names)},
    }


def medians(training: Variables) -> np.ndarray:
    """(F,) float64: the median of each variable of the training events that have it.

    Raises:
        InputError: none has it.
    """
    if (lacking := np.isnan(training.values).all(axis=0)).any():
        name = training.names[int(np.argmax(lacking))]
        raise InputError(f"calibration: {name} is missing in all training events; leave it out")
    return np.nanmedian(training.values, axis=0)


def _imputed(values: np.ndarray, median: np.ndarray) -> np.ndarray:
    """(N, F): `values` with the median (F,) where one is missing."""
    return np.where(np.isnan(values), median, values)


def scaled(values: np.ndarray, ranges: Sequence[Mapping[str, float]], scale: Scale) -> np.ndarray:
    """(N, F) float64: the values (N, F) of variables on a common scale, given the ranges of each of the F.

    z_score: mean 0, standard deviation 1 in the training events; min_max: 0 to 1 there; none: as they are.
    """
    if scale == "none":
        return values
    mean, std, low, high = (np.array([of[key] for of in ranges]) for key in ("mean", "std", "min", "max"))
    return (values - mean) / std if scale == "z_score" else (values - low) / (high - low)


def write_variables(path: Path, variables: Variables, calibration: dict[str, Any], settings: InputSettings) -> None:
    """Write an input file of variables: those of tables and sets with the scale of their representation.

    Raises:
        InputError: the calibration is of other variables.
    """
    if set(calibration.get("variables", ())) != set(variables.names):
        raise InputError("calibration: made for other variables; make it again with calibrate_inputs")
    module = load("representations", settings.representation.module)
    parameters = module.Parameters(**settings.representation.parameters)
    values, row = variables.values, None
    if module.KIND != "image":
        ranges = [calibration["variables"][name] for name in variables.names]
        if _imputes(parameters):
            values = _imputed(values, np.array([of["median"] for of in ranges]))
        values = scaled(values, ranges, parameters.scale)
    if module.KIND != "table":
        row = np.repeat(np.arange(variables.event.size), np.diff(variables.offsets))
    place = settings.representation.name, settings.resolution
    with writing(path, *place, module.KIND, len(variables.names)) as writer:
        writer.append(variables.event, values, row)
