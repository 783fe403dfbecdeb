"""Classify the events of tables with a trained cell: with its own calibration and its network."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from showergrid.apply.file_tables import ABOUT, tables_of, variables_in
from showergrid.apply.scores import Scores
from showergrid.apply.settings import Unlabelled
from showergrid.evaluation.answers import answer
from showergrid.events.hits import read_events
from showergrid.inputs.input_file import InputFile, read_input
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.variables import Variables, write_variables
from showergrid.inputs.views import cut_views, views
from showergrid.tasks.asked import tasks_of


def score_tables(weights: dict[str, Tensor], cell: dict[str, Any], settings: Unlabelled) -> Scores:
    """Classify the events of the tables that `settings` name.

    Args:
        weights: those of the cell.
        cell: its description, as `read_model` returns both.
        settings: files and what their columns mean.

    Raises:
        InputError: a file cannot be used, or the cell does not see such tables.
    """
    files: dict[str, InputFile] = {}
    with tables_of(settings) as (tables, tally):
        events = read_events(tables["events"]).select(ABOUT)
        outside, lines = np.zeros(events.num_rows, dtype=np.int64), []
        for name, view in {view.representation.name: view for view in views(cell)}.items():
            asked = InputSettings(representation=view.representation, resolution=view.resolution)
            variables = variables_in(tables, asked)
            left = left_ranges(variables, view.calibration)
            outside += left.sum(axis=1)
            lines += _warnings(name, left, variables, view.calibration)
            path = tables["events"].with_name(f"{name}.safetensors")
            write_variables(path, variables, view.calibration, asked)
            files[name] = read_input(path)
        seen = cut_views(cell, files, events["event"].to_numpy())
        answers = answer(weights, cell, tasks_of(cell), seen)
        return Scores(events, outside, answers, [*tally.lines_left_out(), *lines], tally.counts())


def left_ranges(variables: Variables, calibration: dict[str, Any]) -> np.ndarray:
    """(E, F) int64: how many values of each event and variable lie outside of the range of the training events."""
    ranges = [calibration["variables"][name] for name in variables.names]
    low, high = (np.array([of[end] for of in ranges]) for end in ("min", "max"))
    before = np.zeros((1, len(ranges)), dtype=np.int64)
    counted = np.cumsum((variables.values < low) | (variables.values > high), axis=0)
    return np.diff(np.concatenate([before, counted])[variables.offsets], axis=0)


def _warnings(name: str, left: np.ndarray, variables: Variables, calibration: dict[str, Any]) -> list[str]:
    """A line for each variable of the representation `name` whose range some events have `left`, (E, F)."""
    lines = []
    for column, events in zip(variables.names, (left > 0).sum(axis=0), strict=True):
        trained = calibration["variables"][column]
        if events:
            lines.append(
                f"warning: {name}: {column} of {events} of {len(left)} events lies outside of {trained['min']:.6g} to "
                f"{trained['max']:.6g}, the range of the training events"
            )
    return lines
