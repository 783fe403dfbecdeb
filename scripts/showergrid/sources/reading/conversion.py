"""Convert columns of a file to hits in the study's frame and units, and check every value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.events.detector import Box
from showergrid.events.hits import AXES
from showergrid.sources.reading.checks import Checks
from showergrid.sources.reading.formats.chunk import Chunk
from showergrid.sources.reading.positions import outside, positions, refuse_outside
from showergrid.sources.reading.settings import CHARGES, ENERGIES, TIMES, ColumnMap, Limits, scaled

SMALLEST = float(np.finfo(np.float32).smallest_subnormal)  # less is stored as 0


@dataclass(frozen=True)
class Rows:
    """Hits of a file in its order.

    entries: whether each entry of the file is an event. origin (N,) int64: row or entry of each hit; key (N, k) int64:
    the numbers of its event, None where there are none; kept (N,) bool: whether a hit is not left out; position (N, 3)
    float64 [cm]; charge (N,) float64 [tick ADC]; time (N,) float64 [ns]; pdg (N,) int64 as in the file; energy (N,)
    float64 [GeV]. The last three are None where the map names no column of the hits.
    """

    entries: bool
    origin: np.ndarray
    key: np.ndarray | None
    kept: np.ndarray
    position: np.ndarray
    charge: np.ndarray
    time: np.ndarray | None
    pdg: np.ndarray | None
    energy: np.ndarray | None

    def __getitem__(self, rows: slice | np.ndarray) -> Rows:
        """Some of the hits: a slice, or those that are chosen (N,) bool."""
        return Rows(self.entries, *(None if values is None else values[rows] for values in self._values()))

    def followed_by(self, other: Rows) -> Rows:
        """These hits and then the others."""
        both = zip(self._values(), other._values(), strict=True)
        return Rows(self.entries, *(None if mine is None else np.concatenate([mine, more]) for mine, more in both))

    def _values(self) -> list[np.ndarray | None]:
        return [getattr(self, field.name) for field in fields(self) if field.name != "entries"]


def converted(
    chunk: Chunk, columns: ColumnMap, detector: Box, limits: Limits, path: Path, left_out: Counter[str]
) -> Rows:
    """The hits of a chunk, in the study's units; those that `limits` leave out are marked, and added to `left_out`.

    Raises:
        InputError: a value is not finite, out of range, or not whole where it must be, or an entry has no hits; the
            message names file and row.
    """
    check = Checks(chunk, columns, path)
    key = keys(columns.event.columns, check)
    if key is None and not chunk.entries:
        raise InputError(
            f"{path}: has one row a hit: name in the column map the column that numbers the events (event)"
        )
    if "empty_events" in limits.skip:
        left_out["empty_events"] += chunk.empty.size
    elif chunk.empty.size:
        raise InputError(
            f"{path}: entry {chunk.empty[0]} has no hits; leave such events out of the file, or let them be left out "
            "(skip: [empty_events])"
        )
    charge, kept = _charge(chunk, columns, limits, check, left_out)
    position = positions(chunk, columns, check)
    for i, axis in enumerate(AXES):
        check.finite(columns.column_of_axis(axis), position[:, i], kept)
    wrong = outside(position, detector, limits.margin) & kept[:, None]
    if "hits_outside" in limits.skip:
        left_out["hits_outside"] += int(wrong.any(axis=1).sum())
        kept &= ~wrong.any(axis=1)
    else:
        refuse_outside(wrong, position, columns, detector, limits.margin, check)
    time = energy = pdg = None
    if columns.time is not None:
        time = scaled(check.middle(columns.time.column), columns.time.unit, TIMES)
        check.finite(columns.time.column[0], time, kept)
    if columns.labels is None:
        energy, pdg = labels(columns, check)
    return Rows(chunk.entries, chunk.origin, key, kept, position, charge, time, pdg, energy)


def _charge(
    chunk: Chunk, columns: ColumnMap, limits: Limits, check: Checks, left_out: Counter[str]
) -> tuple[np.ndarray, np.ndarray]:
    """(N,) float64 [tick ADC] and (N,) bool: the charges, and which of them are not left out."""
    name = columns.charge.column[0]
    charge = scaled(check.middle(columns.charge.column), columns.charge.unit, CHARGES)
    kept = np.ones(chunk.origin.size, bool)
    if "hits_without_charge" in limits.skip:
        kept = (charge >= SMALLEST) & (charge < np.inf)
        left_out["hits_without_charge"] += int(np.sum(~kept))
    check.finite(name, charge, kept)
    text = "a charge must be above 0; leave out hits without charge (skip: [hits_without_charge])"
    check.refuse((charge < SMALLEST) & kept, name, charge, text)
    return charge, kept


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
