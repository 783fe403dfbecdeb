"""Checks of the values in a file: whole, finite, in range; a message names the first that is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.reading.chunks import place
from showergrid.sources.reading.formats.chunk import Chunk
from showergrid.sources.reading.settings import FileFormat

EXACT = 2**53  # whole numbers up to here are exact as float64, which is how CSV is read
LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Checks:
    """Values of a chunk, and messages for the faults among them."""

    chunk: Chunk
    columns: FileFormat
    path: Path

    def middle(self, names: Sequence[str]) -> np.ndarray:
        """(N,) float64: a column, or the middle of two; no zero is below 0."""
        first, *others = (np.add(self.single(name), 0.0, dtype=np.float64) for name in names)
        for other in others:
            first += other
        return first / len(names) if others else first

    def single(self, name: str) -> np.ndarray:
        """(N,): a column that holds one value a row."""
        values = self.chunk.columns[name]
        if values.ndim != 1:
            count = values.shape[1]
            raise InputError(f"{self.path}: column {name} holds {count} numbers a row; name one, such as {name}[0]")
        return values

    def finite(self, name: str, values: np.ndarray, among: np.ndarray | bool = True) -> np.ndarray:
        """`values` if all those `among` (N,) bool are finite, as float32 too."""
        if values.size and values.min() >= -LARGEST and values.max() <= LARGEST:  # not if there is a NaN
            return values
        text = f"this is no finite number; correct it, or leave the {self.columns.thing} out"
        self.refuse(~np.isfinite(values) & among, name, values, text)
        text = "this is too large for a 32-bit number; check the unit"
        self.refuse((np.abs(values) > LARGEST) & among, name, values, text)
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
        """A message that names the place of the `row`-th row of the chunk."""
        origin = int(self.chunk.origin[row])
        where = place(self.path, self.columns, origin, self.chunk.entries)
        if self.chunk.entries:
            where += f", {self.columns.thing} {row - int(np.searchsorted(self.chunk.origin, origin)) + 1}"
        return InputError(f"{self.path}: {where}{column}: {text}")
