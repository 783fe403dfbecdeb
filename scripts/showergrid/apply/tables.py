"""Classify the events of tables with a trained cell: with its own calibration and its network."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from torch import Tensor

from showergrid.apply.settings import Unlabelled
from showergrid.core.errors import InputError
from showergrid.core.plugins import load
from showergrid.evaluation.answers import answer
from showergrid.events.hits import read_events
from showergrid.inputs.declared import is_made_of_hits
from showergrid.inputs.input_file import InputFile, read_input
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.variables import Variables, read_variables_of, write_variables
from showergrid.inputs.views import View, cut_views, views
from showergrid.sources.reading.tables import ingest_tables
from showergrid.tasks.classes import tasks_of

ABOUT = ["event", "source", "number"]


def score_tables(
    weights: dict[str, Tensor], cell: dict[str, Any], settings: Unlabelled
) -> tuple[pa.Table, np.ndarray, dict[str, np.ndarray]]:
    """Classify the events of the tables that `settings` name.

    Args:
        weights: those of the cell.
        cell: its description, as `read_model` returns both.
        settings: files and what their columns mean.

    Returns:
        The events (event, source, number); how many of the variables of each lie outside of the ranges of the cell's
        training events, (E,) int64; and by question the probabilities (E, classes) float64.

    Raises:
        InputError: a file cannot be used, or the cell does not see such tables.
    """
    files: dict[str, InputFile] = {}
    with tempfile.TemporaryDirectory() as folder:
        tables = {name: Path(folder, f"{name}.parquet") for name in ("events", *settings.collections)}
        ingest_tables(settings.events, settings.collections, tables)
        events = read_events(tables["events"]).select(ABOUT)
        outside = np.zeros(events.num_rows, dtype=np.int64)
        for name, view in {view.representation.name: view for view in views(cell)}.items():
            asked = InputSettings(representation=view.representation, resolution=view.resolution)
            variables = read_variables_of(asked, _tables_read(view, tables))
            outside += _outside(variables, view.calibration)
            path = Path(folder, f"{name}.safetensors")
            write_variables(path, variables, view.calibration, asked)
            files[name] = read_input(path)
        seen = cut_views(cell, files, events["event"].to_numpy())
        return events, outside, answer(weights, cell, tasks_of(cell), seen)


def _tables_read(view: View, tables: dict[str, Path]) -> list[Path]:
    """The tables that a view is made of, the events first."""
    module = load("representations", view.representation.module)
    if is_made_of_hits(view.representation.module):
        raise InputError(f"the cell sees {view.representation.name}, made of hits; name files of hits, not events")
    read = dict.fromkeys(("events", *module.reads(module.Parameters(**view.representation.parameters))))
    if lacking := [name for name in read if name not in tables]:
        raise InputError(f"the cell sees {lacking[0]}, which the files lack; name theirs below collections")
    return [tables[name] for name in read]


def _outside(variables: Variables, calibration: dict[str, Any]) -> np.ndarray:
    """(E,) int64: how many values of each event lie outside of the ranges of the training events."""
    ranges = [calibration["variables"][name] for name in variables.names]
    low, high = (np.array([of[end] for of in ranges]) for end in ("min", "max"))
    wrong = ((variables.values < low) | (variables.values > high)).sum(axis=1)
    row = np.repeat(np.arange(variables.event.size), np.diff(variables.offsets))
    return np.bincount(row, wrong, variables.event.size).astype(np.int64)
