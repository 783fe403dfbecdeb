"""The shower as a plain table: variables that a physicist would cut on, all about its start, in a fixed order.

Hits that share a voxel of the grid are merged into one hit with the voxel's place and their summed charge. The start
is the event's first hit. The features of the spheres around it are, radius by radius: the charge and the hits inside,
which tell one minimum ionising particle from a pair; the quartiles of the charges inside, which tell the same with less
weight on the tail of single large losses; and the shape of the charge inside, which tells a straight track from two
that part: the standard deviations along its three principal axes, the largest first (square roots of the eigenvalues of
the charge-weighted covariance). The charge and the hits of the whole event follow.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from showergrid.core.settings import Settings
from showergrid.events.hits import Hits
from showergrid.inputs.pixels import Bins, Grid, scaled_charge

KIND = "table"
COUNTED = "features"
Radius = Annotated[float, Field(gt=0)]


class Parameters(Settings):
    """The spheres in which features are measured."""

    radii: list[Radius] = Field(
        min_length=1, description="spheres around the first hit whose charge and hits are counted [cm]"
    )
    quartile_radii: list[Radius] = Field(description="spheres of whose charges the quartiles are taken [cm]")
    spread_radii: list[Radius] = Field(description="spheres in which the charge has a shape [cm]")
    headroom: float = Field(ge=1, le=10, description="charge 1 stands for so many times the training maximum")

    @model_validator(mode="after")
    def _rising(self) -> Parameters:
        for key in ("radii", "quartile_radii", "spread_radii"):
            if any(low >= high for low, high in pairwise(getattr(self, key))):
                raise ValueError(f"{key} must rise")
        return self


def names(parameters: Parameters) -> list[str]:
    """The names of the features, in their order."""
    return [
        *(f"{what} within {radius:g} cm" for what in ("charge", "hits") for radius in parameters.radii),
        *(f"charge quartile {i} within {radius:g} cm" for radius in parameters.quartile_radii for i in (1, 2, 3)),
        *(f"spread {i} within {radius:g} cm" for radius in parameters.spread_radii for i in (1, 2, 3)),
        "charge",
        "hits",
    ]


def ranges(hits: Hits, grid: Grid, parameters: Parameters) -> dict[str, float]:
    """Largest charge of an event [tick ADC]; chunks are joined by their maximum."""
    return {"charge_event": float(np.bincount(hits.row, hits.charge).max())}


def rows(hits: Hits, grid: Grid, ranges: dict[str, float], parameters: Parameters) -> np.ndarray:
    """(E, F) float64: the features of a chunk of events."""
    voxel = Bins.of(hits.row, grid.relative(hits))
    events, charge = hits.event.size, voxel.sum(hits.charge)
    offset = voxel.place * grid.size  # (B, 3) cm
    distance = np.sqrt(np.einsum("ij,ij->i", offset, offset))
    total, count = np.bincount(voxel.row, charge, events), np.bincount(voxel.row, minlength=events)
    measured = [
        *within(voxel.row, distance, charge, events, parameters.radii).T,
        *within(voxel.row, distance, np.ones_like(charge), events, parameters.radii).T,
        *(
            quartile
            for radius in parameters.quartile_radii
            for quartile in quartiles(voxel.row[distance < radius], charge[distance < radius], events).T
        ),
        *(
            spread
            for radius in parameters.spread_radii
            for spread in spreads(*(values[distance < radius] for values in (voxel.row, offset, charge)), events).T
        ),
        total,
        count,
    ]
    charges = [name.startswith("charge") for name in names(parameters)]
    values = np.stack(measured, axis=1)  # (E, F)
    values[:, charges] = scaled_charge(values[:, charges], ranges["charge_event"], parameters.headroom, logarithm=True)
    return values


def within(row: np.ndarray, distance: np.ndarray, weight: np.ndarray, events: int, radii: list[float]) -> np.ndarray:
    """(E, R) float64: the sum of `weight` (B,) nearer to the start than each of the ascending `radii` [cm]."""
    shell = np.searchsorted(radii, distance, side="right")
    size = len(radii) + 1
    summed = np.bincount(row * size + shell, weight, events * size).reshape(events, size)
    return np.cumsum(summed, axis=1)[:, :-1]


def quartiles(row: np.ndarray, charge: np.ndarray, events: int) -> np.ndarray:
    """(E, 3) float64: lower quartile, median and upper quartile of the charges (B,) of each event.

    Every event must have a charge. Each result is one of the charges: the smallest that a quarter, a half or three
    quarters of them do not exceed.
    """
    count = np.bincount(row, minlength=events)
    first = np.cumsum(count) - count
    place = first[:, None] + (count[:, None] * np.array([1, 2, 3]) + 3) // 4 - 1
    return charge[np.lexsort((charge, row))][place]


def spreads(row: np.ndarray, offset: np.ndarray, charge: np.ndarray, events: int) -> np.ndarray:
    """(E, 3) float64: standard deviations [cm] of the charge along its principal axes, the largest first.

    offset (B, 3) [cm], charge (B,); 0 for an event with fewer than two places.
    """
    total = np.bincount(row, charge, events)
    total = np.where(total > 0, total, 1)
    centre = np.stack([np.bincount(row, charge * r, events) / total for r in offset.T], axis=1)
    away = offset - centre[row]
    covariance = np.empty((events, 3, 3))
    for i in range(3):
        for j in range(3):
            covariance[:, i, j] = np.bincount(row, charge * away[:, i] * away[:, j], events) / total
    return np.sqrt(np.maximum(np.linalg.eigvalsh(covariance), 0))[:, ::-1]
