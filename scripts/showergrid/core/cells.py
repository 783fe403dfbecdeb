"""What a grid is made of: cells, and places, which are cells that differ by their seed alone."""

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
        """Where its files are, below the study's folder."""
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
    """Where a cell lives below the study's folder."""
    return results / Cell(representation, resolution, model, seed).folder
