"""The views of three planes of wires as the channels of one image: wires to the right, the drift time upwards.

A plane whose wires stand at an angle a to the vertical measures w = z cos a - y sin a across them; all planes share the
drift time, and so x. The image axes are x and z, in whose place each view has its own w; that of vertical wires is z.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from showergrid.core.errors import InputError
from showergrid.core.settings import Settings
from showergrid.events.hits import Hits
from showergrid.inputs.making import charge_centre
from showergrid.inputs.pixels import Bins, Grid, Pixels, scaled_charge

KIND = "image"
CHANNELS = 3  # one a view
X, Y, Z = range(3)

Angle = Annotated[float, Field(gt=-90, lt=90)]


class Parameters(Settings):
    """Which wires see the event, and how their charge is scaled."""

    angles: tuple[Angle, Angle, Angle] = Field(
        default=(60, -60, 0), description="angle of each plane's wires to the vertical [degrees]"
    )
    align: Literal["first_hit", "charge_centre"] = Field(
        default="first_hit", description="what lies on the same pixel of all views: the first hit, or each one's centre"
    )
    log_trans: bool = Field(default=False, description="scale the logarithm of the charge instead of the charge")
    headroom: float = Field(
        default=1.15, ge=1, le=10, description="pixel value 1 stands for so many times the training maximum"
    )


def axes(parameters: Parameters) -> tuple[str, ...]:
    """The axes of the images: the drift, and z, in whose place a view has its w."""
    return ("x", "z")


def ranges(hits: Hits, grid: Grid, parameters: Parameters) -> dict[str, float]:
    """Largest charge that a pixel of a view sums [tick ADC]; chunks are joined by their maximum."""
    return {"charge_sum": float(_seen(hits, grid, parameters)[1].max())}


def pixels(hits: Hits, grid: Grid, ranges: dict[str, float], parameters: Parameters) -> Pixels:
    """Show a chunk of events in all views; values (P, 3), 0 in a view that sees nothing in the pixel.

    Charge and hits of a pixel are summed over the views, so that a hit seen by all of them counts three times.
    """
    pixel, charge = _seen(hits, grid, parameters)
    value = scaled_charge(charge, ranges["charge_sum"], parameters.headroom, parameters.log_trans)
    return Pixels(pixel.row, pixel.place, value, charge=charge.sum(axis=1), hits=pixel.count())


def across(position: np.ndarray, angle: float) -> np.ndarray:
    """(N,) z cos a - y sin a of positions (N, 3) [cm]: the distance across wires at an `angle` a [degrees]."""
    a = np.deg2rad(angle)
    return position[:, Z] * np.cos(a) - position[:, Y] * np.sin(a)


def _seen(hits: Hits, grid: Grid, parameters: Parameters) -> tuple[Bins, np.ndarray]:
    """The pixels that any view sees, and the charge (P, 3) [tick ADC] that each view sees in them.

    Raises:
        InputError: hits of single views are to be counted from the first hit, which the other views don't see.
    """
    centred = parameters.align == "charge_centre"
    if hits.view is not None and not centred:
        raise InputError(
            "wire_views: hits that single views see have no first hit in common; give align: charge_centre"
        )
    row, position = hits.row, hits.position - grid.minimum
    common = charge_centre(hits, grid)[:, [X, Z]] if centred else 0
    rows, places, charges = [], [], []
    for v, angle in enumerate(parameters.angles):
        sees = slice(None) if hits.view is None else hits.view == v
        w = across(position, angle) if hits.view is None else position[sees, Z]
        flat = np.stack([position[sees, X], w], axis=1)
        own, charge = row[sees], hits.charge[sees]
        start = _means(own, flat, charge, hits.event.size) if centred else flat[hits.offsets[:-1]]
        away = _pixel(flat, grid) - (_pixel(start, grid) - common)[own]
        rows.append(own)
        places.append(away)
        charges.append(charge)
    pixel = Bins.of(np.concatenate(rows), np.concatenate(places))
    view = np.repeat(np.arange(CHANNELS), [own.size for own in rows])[pixel.order]
    summed = np.bincount(
        pixel.index * CHANNELS + view, np.concatenate(charges)[pixel.order], CHANNELS * pixel.start.size
    )
    return pixel, summed.reshape(-1, CHANNELS)


def _pixel(flat: np.ndarray, grid: Grid) -> np.ndarray:
    """(N, 2) int64: pixels of drift and w (N, 2) [cm], from the low corner of the grid, as Grid rounds them."""
    return np.rint(flat / (grid.maximum - grid.minimum)[[X, Z]] * grid.count[[X, Z]]).astype(np.int64)


def _means(row: np.ndarray, flat: np.ndarray, charge: np.ndarray, events: int) -> np.ndarray:
    """(E, 2): the means of drift and w (N, 2) [cm] of each event's hits, by their charge; 0 where there is none."""
    total = np.bincount(row, charge, events)
    sums = np.stack([np.bincount(row, charge * along, events) for along in flat.T], axis=1)
    return np.divide(sums, total[:, None], out=np.zeros_like(sums), where=total[:, None] > 0)
