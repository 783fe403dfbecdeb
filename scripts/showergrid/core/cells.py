"""The parts of a grid: inputs, cells, and places, each a group of cells that differ by their seed alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def input_name(representation: str, resolution: int | None) -> str:
    """The name of an input in paths: a representation at its resolution, or alone (None) where nothing is binned."""
    return representation if resolution is None else f"{representation}/c{resolution}"


def parts_of_input(name: str) -> tuple[str, int | None]:
    """Representation and resolution of an input, by its name in paths."""
    representation, _, resolution = name.partition("/c")
    return representation, int(resolution) if resolution else None


@dataclass(frozen=True, order=True)
class Cell:
    """One trained network of the grid."""

    representation: str
    resolution: int | None
    model: str
    seed: int

    @property
    def input(self) -> str:
        """The name of its input in paths."""
        return input_name(self.representation, self.resolution)

    @property
    def folder(self) -> str:
        """Folder of its files, below the study's folder."""
        return f"cells/{self.input}/{self.model}/seed{self.seed}"


@dataclass(frozen=True)
class Place:
    """Cells that differ by their seed alone; `levels` are the values of an ablation that led to it."""

    representation: str
    resolution: int | None
    model: str
    seeds: tuple[int, ...]
    levels: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, int | None, str]:
        """Representation, resolution and model."""
        return self.representation, self.resolution, self.model


def cell_folder(results: Path, representation: str, resolution: int | None, model: str, seed: int) -> Path:
    """Folder of a cell in the study's folder `results`."""
    return results / Cell(representation, resolution, model, seed).folder
