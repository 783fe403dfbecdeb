"""How many neutrinos there are of each energy: flat, or a histogram that a file holds."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.nu.generator_settings import Flux


@dataclass(frozen=True)
class FluxBins:
    """Bins of energy: edges (B + 1,) [GeV], and the share of the neutrinos `below` the end of each bin (B,)."""

    edges: np.ndarray
    below: np.ndarray

    @property
    def highest(self) -> float:
        """The largest energy [GeV]."""
        return float(self.edges[-1])

    def draw(self, count: int, random: np.random.Generator) -> np.ndarray:
        """(count,) energies [GeV], evenly within each bin."""
        row = np.searchsorted(self.below, random.random(count), side="right")
        return self.edges[row] + random.random(count) * np.diff(self.edges)[row]


def read_spectrum(settings: Flux) -> FluxBins:
    """The spectrum between the ends that the settings give.

    Raises:
        InputError: the file of the histogram is missing, or has a wrong row, or no neutrino between these ends.
    """
    low, high = settings.energy
    if settings.histogram is None:
        return FluxBins(np.array([low, high]), np.array([1.0]))
    edges, contents = _rows(Path(settings.histogram))
    starts, ends = np.clip(edges[:-1], low, high), np.clip(edges[1:], low, high)
    with np.errstate(invalid="ignore", divide="ignore"):
        inside = contents * (ends - starts) / np.diff(edges)
    if not inside.sum() > 0:
        raise InputError(f"{settings.histogram}: no neutrinos between {low:g} and {high:g} GeV; change flux.energy")
    kept = inside > 0
    if np.any(np.diff(np.flatnonzero(kept)) > 1):
        kept[np.flatnonzero(kept)[0] : np.flatnonzero(kept)[-1]] = True
    return FluxBins(np.append(starts[kept], ends[kept][-1]), np.cumsum(inside[kept]) / inside.sum())


def _rows(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Edges (B + 1,) [GeV] and contents (B,); the last bin is as wide as that before it."""
    if not path.is_file():
        raise InputError(f"flux.histogram: no file {path}; name a CSV file of lower edges [GeV] and neutrinos a bin")
    edges, contents = [], []
    with path.open(newline="") as file:
        for number, row in enumerate(csv.reader(file), start=1):
            try:
                edge, content = map(float, row)
            except ValueError:
                if number == 1:  # names of the columns
                    continue
                raise InputError(f"{path}: row {number}: {','.join(row)!r} is no edge and number; correct it") from None
            if not (np.isfinite(edge) and np.isfinite(content)) or content < 0 or (edges and edge <= edges[-1]):
                raise InputError(f"{path}: row {number}: edges must rise and numbers must not be negative; correct it")
            edges.append(edge)
            contents.append(content)
    if not edges:
        raise InputError(f"{path}: holds no rows; give lower edges [GeV] and neutrinos a bin")
    if len(edges) == 1:
        raise InputError(f"{path}: holds one row; give two or more, as the last bin is as wide as that before it")
    return np.array([*edges, 2 * edges[-1] - edges[-2]]), np.array(contents)
