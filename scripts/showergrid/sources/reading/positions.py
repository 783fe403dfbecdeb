"""Positions of hits in the study's frame, and what is said of those outside of the detector."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from showergrid.events.detector import Box
from showergrid.events.hits import AXES
from showergrid.sources.reading.checks import Checks
from showergrid.sources.reading.chunks import read
from showergrid.sources.reading.formats.chunk import Chunk
from showergrid.sources.reading.settings import LENGTHS, ColumnMap, Voxel, scaled


def positions(chunk: Chunk, columns: ColumnMap, check: Checks) -> np.ndarray:
    """(N, 3) [cm], of the hits of a chunk; not finite where the file's numbers are not."""
    if columns.voxel is None:
        values = [check.middle(getattr(columns, axis).column) for axis in AXES]
    else:
        values = _indices(columns.voxel, check)
    position = np.empty((chunk.origin.size, 3))
    for i, axis in enumerate(AXES):
        coordinate = getattr(columns, axis)
        cm = scaled(values[i], coordinate.unit, LENGTHS)
        position[:, i] = (-cm if coordinate.flip else cm) + coordinate.offset
    return position


def outside(position: np.ndarray, detector: Box, margin: float) -> np.ndarray:
    """(N, 3) bool: where a position (N, 3) [cm] is outside of the detector by more than `margin` [cm]."""
    wrong = np.empty(position.shape, bool)
    for i, (low, high) in enumerate(_bounds(detector)):  # axis by axis: NumPy is slow in steps of three
        wrong[:, i] = (position[:, i] < low - margin) | (position[:, i] > high + margin)
    return wrong


def refuse_outside(
    wrong: np.ndarray, position: np.ndarray, columns: ColumnMap, detector: Box, margin: float, check: Checks
) -> None:
    """Raise if a hit is outside: wrong (N, 3) bool of the positions (N, 3) [cm] of a chunk.

    To say what bounds or unit the file asks for, it is read once more.

    Raises:
        InputError: any hit is outside; or the rest of the file cannot be read.
    """
    if not wrong.any():
        return
    row, i = (int(index) for index in np.argwhere(wrong)[0])
    low, high = _bounds(detector)[i]
    ranges = _ranges(check.path, columns)
    advice = (
        "in mm the file would fill the detector: give x, y and z unit: mm in the column map"
        if _fills_in_mm(ranges, columns, detector, margin)
        else "correct unit, flip or offset in the column map (docs/ingest.md)"
    )
    block = ", ".join(f"{axis}: [{_outwards(*ranges[j])}]" for j, axis in enumerate(AXES))
    raise check.fault(
        row,
        f", column {columns.column_of_axis(AXES[i])}",
        f"{AXES[i]} = {position[row, i]:.9g} cm is outside the detector ({low:g} to {high:g} cm) by more than the "
        f"margin of {margin:g} cm; {advice}, leave such hits out (skip: [hits_outside]), or give the file's own "
        f"detector, here the ranges of its hits: detector: {{{block}}}",
    )


def _indices(voxel: Voxel, check: Checks) -> list[np.ndarray]:
    """Index of each voxel along x, y and z."""
    number = check.whole(voxel.column)
    wrong = (number < 0) | (number >= np.prod(voxel.shape))
    check.refuse(wrong, voxel.column, number, f"no voxel of {' x '.join(map(str, voxel.shape))}; correct voxel.shape")
    indices = np.unravel_index(number, voxel.shape, order="F" if voxel.fastest == "x" else "C")
    return [index.astype(np.float64) for index in indices]


def _bounds(detector: Box) -> np.ndarray:
    """(3, 2) [cm]."""
    return np.array([getattr(detector, axis) for axis in AXES])


def _ranges(path: Path, columns: ColumnMap) -> np.ndarray:
    """(3, 2) [cm]: the smallest and largest coordinates of all hits of a file that have finite ones."""
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for chunk in read(path, columns, columns.position_columns, columns.table, columns.event):
        position = positions(chunk, columns, Checks(chunk, columns, path))
        position = position[np.isfinite(position).all(axis=1)]
        low = np.minimum(low, position.min(axis=0, initial=np.inf))
        high = np.maximum(high, position.max(axis=0, initial=-np.inf))
    return np.column_stack([low, high])


def _fills_in_mm(ranges: np.ndarray, columns: ColumnMap, detector: Box, margin: float) -> bool:
    """Whether hits of these ranges (3, 2) [cm] would fit and half fill the detector if the file's lengths were in mm.

    Any small detector fits into a larger one; that alone does not speak for a unit.
    """
    if columns.voxel is not None or any(getattr(columns, axis).unit != "cm" for axis in AXES):
        return False
    offset = np.array([[getattr(columns, axis).offset] for axis in AXES])
    converted = (ranges - offset) * LENGTHS["mm"] + offset
    fits = not outside(converted.T, detector, margin).any()
    return fits and bool(np.all(np.ptp(converted, axis=1) >= np.ptp(_bounds(detector), axis=1) / 2))


def _outwards(low: float, high: float) -> str:
    """A range as text, rounded outwards to a round number of about a hundredth of it."""
    step = 10.0 ** np.floor(np.log10((high - low) / 100)) if high > low else 1.0
    first, last = np.floor(low / step), np.ceil(high / step)
    return f"{first * step:.9g}, {max(last, first + 1) * step:.9g}"
