"""Convert columns of a file to hits in the study's frame and units, and check every value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.events.hits import AXES
from showergrid.sources.files.checks import Checks
from showergrid.sources.files.formats.chunk import Chunk
from showergrid.sources.files.positions import outside, positions, refuse_outside
from showergrid.sources.files.settings import CHARGES, ENERGIES, TIMES, ColumnMap, scaled


@dataclass(frozen=True)
class Rows:
    """Hits of a file in its order.

    entries: whether each entry of the file is an event. origin (N,) int64: row or entry of each hit; key (N, k) int64:
    the numbers of its event, None where there are none; position (N, 3) float64 [cm]; charge (N,) float64 [tick ADC];
    time (N,) float64 [ns]; pdg (N,) int64 as in the file; energy (N,) float64 [GeV]. The last three are None where the
    map names no column of the hits.
    """

    entries: bool
    origin: np.ndarray
    key: np.ndarray | None
    position: np.ndarray
    charge: np.ndarray
    time: np.ndarray | None
    pdg: np.ndarray | None
    energy: np.ndarray | None

    def __getitem__(self, rows: slice) -> Rows:
        """A slice of the hits."""
        return Rows(self.entries, *(None if values is None else values[rows] for values in self._values()))

    def followed_by(self, other: Rows) -> Rows:
        """These hits and then the others."""
        both = zip(self._values(), other._values(), strict=True)
        return Rows(self.entries, *(None if mine is None else np.concatenate([mine, more]) for mine, more in both))

    def _values(self) -> list[np.ndarray | None]:
        return [getattr(self, field.name) for field in fields(self) if field.name != "entries"]


def converted(chunk: Chunk, columns: ColumnMap, detector: Box, margin: float, path: Path) -> Rows:
    """The hits of a chunk, in the study's units.

    Raises:
        InputError: a value is not finite, out of range, or not whole where it must be; the message names file and row.
    """
    check = Checks(chunk, columns, path)
    key = keys(columns.event.columns, check)
    if key is None and not chunk.entries:
        raise InputError(
            f"{path}: has one row a hit: name in the column map the column that numbers the events (event)"
        )
    position = positions(chunk, columns, check)
    for i, axis in enumerate(AXES):
        check.finite(columns.column_of_axis(axis), position[:, i])
    refuse_outside(outside(position, detector, margin), position, columns, detector, margin, check)
    charge = check.finite(
        columns.charge.column[0], scaled(check.middle(columns.charge.column), columns.charge.unit, CHARGES)
    )
    check.refuse(
        charge.astype(np.float32) <= 0,
        columns.charge.column[0],
        charge,
        "a charge must be above 0; leave out hits without charge",
    )
    time = energy = pdg = None
    if columns.time is not None:
        time = check.finite(columns.time.column[0], scaled(check.middle(columns.time.column), columns.time.unit, TIMES))
    if columns.labels is None:
        energy, pdg = labels(columns, check)
    return Rows(chunk.entries, chunk.origin, key, position, charge, time, pdg, energy)


def labels(columns: ColumnMap, check: Checks) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Energy (N,) [GeV] and pdg (N,) of the rows of a chunk, None where the map names no column."""
    energy = pdg = None
    if columns.energy is not None:
        name = columns.energy.column[0]
        energy = check.finite(name, scaled(check.middle(columns.energy.column), columns.energy.unit, ENERGIES))
        check.refuse(
            energy.astype(np.float32) <= 0,
            name,
            energy,
            "an energy must be above 0; correct it, or leave it out of the column map",
        )
    if columns.pdg is not None and columns.pdg.column:
        pdg = check.whole(columns.pdg.column[0])
    return energy, pdg


def keys(names: Sequence[str], check: Checks) -> np.ndarray | None:
    """(N, k) int64: the values of the columns that number the events."""
    return np.column_stack([check.whole(name) for name in names]) if names else None
