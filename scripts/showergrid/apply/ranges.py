"""Find the hits that lie outside the ranges of the events that a cell was trained on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from showergrid.core.plugins import load
from showergrid.events.hits import AXES, Hits
from showergrid.inputs.pixels import Grid
from showergrid.inputs.views import views


class Ranges:
    """The ranges of a cell's calibration, and how far the hits that passed so far lie outside of them."""

    def __init__(self, cell: dict[str, Any]) -> None:
        """`cell` is the description in a model.safetensors."""
        self.views = {view.representation.name: view for view in views(cell)}
        self.grid = Grid.of(next(iter(self.views.values())).calibration["axes"], cell["resolution"])  # the same in all
        self.largest: dict[str, dict[str, float]] = {name: {} for name in self.views}
        self.excess = np.zeros(3)  # cm, on each axis
        self.events: list[np.ndarray] = []

    def passing(self, chunks: Iterable[Hits]) -> Iterator[Hits]:
        """Yield the chunks unchanged, and record what lies outside."""
        for hits in chunks:
            excess = np.maximum(self.grid.minimum - hits.position, hits.position - self.grid.maximum)  # (N, 3)
            self.excess = np.maximum(self.excess, excess.max(axis=0))
            self.events.append(np.add.reduceat((excess > 0).any(axis=1).astype(np.int64), hits.offsets[:-1]))
            for name, view in self.views.items():
                module = load("representations", view.representation.module)
                maxima = module.ranges(hits, self.grid, module.Parameters(**view.representation.parameters))
                before = self.largest[name]
                self.largest[name] = {key: max(value, before.get(key, value)) for key, value in maxima.items()}
            yield hits

    @property
    def outside(self) -> np.ndarray:
        """(E,) int64: number of hits of each event outside of the range of an axis."""
        return np.concatenate(self.events)

    def warnings(self) -> list[str]:
        """One line for positions out of range, and one for each other range that was exceeded."""
        outside = self.outside
        lines = []
        if outside.any():
            far = ", ".join(f"{cm:.3g} cm in {axis}" for axis, cm in zip(AXES, self.excess, strict=True) if cm > 0)
            lines.append(
                f"{outside.sum()} hits of {np.count_nonzero(outside)} of {outside.size} events lie outside of the "
                f"ranges of the cell's axes, by up to {far}"
            )
        for name, view in self.views.items():
            for key, trained in view.calibration["ranges"].items():
                if (largest := self.largest[name][key]) > trained:
                    lines.append(
                        f"{name}: {key} is up to {largest:.6g}, and was up to {trained:.6g} in the training events"
                    )
        return lines
