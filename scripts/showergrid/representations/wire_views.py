"""The views of three planes of wires as the channels of one image: wires to the right, the drift time upwards.

A plane whose wires stand at an angle a to the vertical measures w = z cos a - y sin a across them; all planes share the
drift time, and so x. The image axes are x and z, in whose place each view has its own w; that of vertical wires is z.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from showergrid.core.settings import Settings
from showergrid.events.hits import Hits
from showergrid.inputs.pixels import Bins, Grid, Pixels, scaled_charge
from showergrid.inputs.wires import AXES, Angle, on_wires, summed

KIND = "image"
CHANNELS = 3  # one a view


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
    return AXES


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


def _seen(hits: Hits, grid: Grid, parameters: Parameters) -> tuple[Bins, np.ndarray]:
    """The pixels that any view sees, and the charge (P, 3) [tick ADC] that each view sees in them."""
    wires = on_wires(hits, grid, parameters.angles, parameters.align)
    return summed(hits.row[wires.hit], wires, hits.charge, CHANNELS)
