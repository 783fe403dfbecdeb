"""The parts of a grid: cells, and places, each a group of cells that differ by their seed alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, order=True)
class Cell:
    """One trained network of the grid."""

    representation: str
    resolution: int
    model: str
    seed: int

    @property
    def folder(self) -> str:
        """Folder of its files, below the study's folder."""
        return f"cells/{self.representation}/c{self.resolution}/{self.model}/seed{self.seed}"


@dataclass(frozen=True)
class Place:
    """Cells that differ by their seed alone; `levels` are the values of an ablation that led to it."""

    representation: str
    resolution: int
    model: str
    seeds: tuple[int, ...]
    levels: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, int, str]:
        """Representation, resolution and model."""
        return self.representation, self.resolution, self.model


def cell_folder(results: Path, representation: str, resolution: int, model: str, seed: int) -> Path:
    """Folder of a cell in the study's folder `results`."""
    return results / Cell(representation, resolution, model, seed).folder
