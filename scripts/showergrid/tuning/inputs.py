"""Inputs whose parameters a search has chosen: calibration and input file in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from showergrid.inputs.calibration import write_calibration
from showergrid.inputs.data import calibrated, write_inputs
from showergrid.inputs.settings import InputSettings


@dataclass(frozen=True)
class InputData:
    """What inputs are made from: tables and the calibration of the hits as for `calibrated`, and split.parquet."""

    tables: Sequence[Path]
    split: Path
    calibration: Sequence[Path]

    def make(self, settings: InputSettings, calibration: Path, path: Path) -> None:
        """Write the input file of all events to `path`, and its own calibration."""
        ranges = calibrated(settings, self.tables, self.split, self.calibration)
        write_calibration(calibration, ranges)
        write_inputs(path, settings, self.tables, ranges)
