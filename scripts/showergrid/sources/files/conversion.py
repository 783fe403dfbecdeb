"""Convert columns of a file to hits in the study's frame and units, and check every value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.events.hits import AXES
from showergrid.sources.files.chunks import place
from showergrid.sources.files.formats.chunk import Chunk
from showergrid.sources.files.settings import CHARGES, ENERGIES, LENGTHS, TIMES, ColumnMap, Voxel, scaled

EXACT = 2**53  # whole numbers up to here are exact as float64, which is how CSV is read
LARGEST = float(np.finfo(np.float32).max)


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
    position = _position(chunk, columns, check)
    _check_inside(position, columns, detector, margin, check)
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


@dataclass(frozen=True)
class Checks:
    """Values of a chunk, and messages for the faults among them."""

    chunk: Chunk
    columns: ColumnMap
    path: Path

    def middle(self, names: Sequence[str]) -> np.ndarray:
        """(N,) float64: a column, or the middle of two."""
        for name in names:
            if self.chunk.columns[name].ndim != 1:
                count = self.chunk.columns[name].shape[1]
                raise InputError(f"{self.path}: column {name} holds {count} numbers a row; name one, such as {name}[0]")
        return np.mean([self.chunk.columns[name].astype(np.float64) for name in names], axis=0)

    def finite(self, name: str, values: np.ndarray) -> np.ndarray:
        """`values` if all are finite, as float32 too."""
        self.refuse(~np.isfinite(values), name, values, "this is no finite number; correct it, or leave the hit out")
        self.refuse(np.abs(values) > LARGEST, name, values, "this is too large for a 32-bit number; check the unit")
        return values

    def whole(self, name: str) -> np.ndarray:
        """A column as int64, (N,) or (N, k), if all its numbers are whole."""
        values = self.chunk.columns[name]
        if values.dtype.kind == "f":
            self.refuse(~np.isfinite(values), name, values, "this is no finite number; correct it")
            self.refuse(values != np.floor(values), name, values, "this must be a whole number; correct it")
            text = "whole numbers this large cannot be told apart; number the events anew"
            self.refuse(np.abs(values) > EXACT, name, values, text)
        elif values.dtype.kind == "u":
            self.refuse(values > np.iinfo(np.int64).max, name, values, "this is too large; number the events anew")
        return values.astype(np.int64)

    def refuse(self, wrong: np.ndarray, name: str, values: np.ndarray, text: str) -> None:
        """Raise if any value is `wrong`, (N,) or (N, k) bool; the message names the first."""
        if wrong.any():
            row = int(np.argmax(wrong.reshape(len(wrong), -1).any(axis=1)))
            value = values[row] if values.ndim == 1 else values[row][wrong[row]][0]
            raise self.fault(
                row, f", column {name}", f"{value:.9g}: {text}" if values.dtype.kind == "f" else f"{value}: {text}"
            )

    def fault(self, row: int, column: str, text: str) -> InputError:
        """A message that names the place of the `row`-th hit of the chunk."""
        origin = int(self.chunk.origin[row])
        where = place(self.path, self.columns, origin, self.chunk.entries)
        if self.chunk.entries:
            where += f", hit {row - int(np.searchsorted(self.chunk.origin, origin)) + 1}"
        return InputError(f"{self.path}: {where}{column}: {text}")


def _position(chunk: Chunk, columns: ColumnMap, check: Checks) -> np.ndarray:
    """(N, 3) [cm]."""
    if columns.voxel is None:
        read = [check.middle(getattr(columns, axis).column) for axis in AXES]
        names = [getattr(columns, axis).column[0] for axis in AXES]
    else:
        read = _indices(columns.voxel, check)
        names = [columns.voxel.column] * 3
    position = np.empty((chunk.origin.size, 3))
    for i, axis in enumerate(AXES):
        coordinate = getattr(columns, axis)
        check.finite(names[i], read[i])
        position[:, i] = scaled(read[i], coordinate.unit, LENGTHS) * (-1 if coordinate.flip else 1) + coordinate.offset
    return position


def _indices(voxel: Voxel, check: Checks) -> list[np.ndarray]:
    """Index of each voxel along x, y and z."""
    number = check.whole(voxel.column)
    wrong = (number < 0) | (number >= np.prod(voxel.shape))
    check.refuse(wrong, voxel.column, number, f"no voxel of {' x '.join(map(str, voxel.shape))}; correct voxel.shape")
    indices = np.unravel_index(number, voxel.shape, order="F" if voxel.fastest == "x" else "C")
    return [index.astype(np.float64) for index in indices]


def _check_inside(position: np.ndarray, columns: ColumnMap, detector: Box, margin: float, check: Checks) -> None:
    bounds = np.array([getattr(detector, axis) for axis in AXES])
    low, high = bounds[:, 0] - margin, bounds[:, 1] + margin
    outside = (position < low) | (position > high)
    if not outside.any():
        return
    row, i = (int(index) for index in np.argwhere(outside)[0])
    axis = AXES[i]
    # A hit that would lie inside if the file were in mm suggests a wrong unit
    millimetres = np.all((position / 10 >= low) & (position / 10 <= high), axis=1)[row]
    advice = (
        "if the file is in mm, give unit: mm"
        if millimetres
        else "if the file's origin or axes are others, give offset or flip"
    )
    named = getattr(columns, axis).column or [columns.voxel.column]
    raise check.fault(
        row,
        f", column {named[0]}",
        f"{axis} = {position[row, i]:.6g} cm is outside the detector ({bounds[i, 0]:g} to {bounds[i, 1]:g} cm) by more "
        f"than the margin of {margin:g} cm; {advice} in the column map (docs/ingest.md)",
    )
