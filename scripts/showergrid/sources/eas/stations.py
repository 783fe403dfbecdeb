"""Where the tanks of a triangular grid lie in a shower."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from showergrid.sources.eas.settings import Tanks

AREA_TOP, AREA_SIDE = 10.2, 4.3  # m2, of a tank of 1.8 m radius and 1.2 m of water: NIM A 798 (2015) 172
RADIUS, DEPTH = 1.8, 1.2  # m


@dataclass(frozen=True)
class Stations:
    """Tanks of a shower, each (T,).

    x, y: on the ground from the core [m]; distance: from the axis [m]; azimuth: about the axis in the shower's plane
    [rad], 0 where the shower comes from (early); ahead: how far along the axis a tank lies above the plane of the core
    [m].
    """

    x: np.ndarray
    y: np.ndarray
    distance: np.ndarray
    azimuth: np.ndarray
    ahead: np.ndarray


def stations(core: tuple[float, float], zenith: float, azimuth: float, settings: Tanks) -> Stations:
    """Tanks near enough to an axis from the direction zenith, azimuth [rad], its core [m] counted from a tank."""
    reach = int(np.ceil(settings.distance / np.cos(zenith) / settings.spacing * 2 / np.sqrt(3))) + 1
    i, j = (index.ravel() for index in np.meshgrid(*[np.arange(-reach, reach + 1)] * 2))
    x = (i + j / 2) * settings.spacing - core[0]
    y = j * np.sqrt(3) / 2 * settings.spacing - core[1]
    along = x * np.cos(azimuth) + y * np.sin(azimuth)  # to where the shower comes from
    across = -x * np.sin(azimuth) + y * np.cos(azimuth)
    up = along * np.cos(zenith)
    distance = np.hypot(up, across)
    near = distance < settings.distance
    made = Stations(x, y, distance, np.arctan2(across, up), along * np.sin(zenith))
    return Stations(**{name: values[near] for name, values in vars(made).items()})


def core(spacing: float, random: np.random.Generator) -> tuple[float, float]:
    """A place in a cell of the grid [m]."""
    a, b = random.random(2)
    return (a + b / 2) * spacing, b * np.sqrt(3) / 2 * spacing


def projected(zenith: float) -> float:
    """Area of a tank across a direction [m2]."""
    return AREA_TOP * np.cos(zenith) + AREA_SIDE * np.sin(zenith)
