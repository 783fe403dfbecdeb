"""What inputs are made from: tables of events, the split, and, of hits, the ranges of their axes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from showergrid.core.progress import progress
from showergrid.events.hits import read_hits
from showergrid.events.split import events_of
from showergrid.inputs.calibration import calibrate_input, hits_of_events, read_calibration
from showergrid.inputs.declared import is_made_of_hits
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.variables import calibrate_variables, read_variables_of, write_variables


def calibrated(
    settings: InputSettings, tables: Sequence[Path], split: Path, calibration: Sequence[Path]
) -> dict[str, Any]:
    """What a representation takes from the training events.

    Args:
        settings: representation and resolution.
        tables: hits.parquet; or events.parquet, and behind it the collection that is read, if one is.
        split: split.parquet.
        calibration: that of the hits; none where none are read.

    Raises:
        InputError: a table lacks what is read, or there are no training events.
    """
    training = events_of(split, "train")
    if is_made_of_hits(settings.representation.module):
        chunks = hits_of_events(progress(read_hits(*tables), "calibrate", "chunk"), training)
        return calibrate_input(chunks, read_calibration(*calibration), settings)
    variables = read_variables_of(settings, tables)
    return calibrate_variables(variables.only(np.isin(variables.event, training)), settings)


def write_inputs(path: Path, settings: InputSettings, tables: Sequence[Path], calibration: dict[str, Any]) -> None:
    """Write the input file of all events of `tables`, as those of `calibrated`, with its result.

    Raises:
        InputError: the calibration is of another input, or an event cannot be shown.
    """
    if is_made_of_hits(settings.representation.module):
        chunks = read_hits(*tables, time=settings.representation.order == "truth_time")
        write_input(path, progress(chunks, "inputs", "chunk"), calibration, settings)
    else:
        write_variables(path, read_variables_of(settings, tables), calibration, settings)
