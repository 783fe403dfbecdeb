"""A projection in colour: hue tells how far the hits of a pixel lie along the dropped axis, lightness their charge.

Per event the dropped axis is shifted to start at 0. Per pixel the shifted coordinate is pooled and the charge summed
over its hits. Hue grows from 0 to `hue_span` with the pooled coordinate, divided by its own largest value in training
events; lightness grows through `lightness_span` with the logarithm of the summed charge; saturation is fixed. The two
ranges are kept apart, so hue never depends on charge. Empty pixels are black.

Equal events moved along the dropped axis give equal images: the shift is made in float64 and the shifted coordinate is
counted in whole steps of 10 micrometres, a hundredth of a detector's resolution. Only the rounding of the stored
float32 positions remains, where it carries a hit over half a step: one step in the sum, about 1e-6 of the hue span.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from showergrid.core.settings import Settings
from showergrid.events.hits import AXES, Hits
from showergrid.inputs.pixels import Bins, Grid, Pixels, columns, scaled_charge

KIND = "image"
CHANNELS = 3  # red, green, blue
STEP = 1e-3  # cm


class Parameters(Settings):
    """How the colours are chosen."""

    axis: Literal["x", "y", "z"] = Field(description="axis that is dropped and becomes hue")
    depth_pool: Literal["sum", "mean"] = Field(description="coordinate of the hits behind one pixel")
    hue_span: float = Field(
        gt=0, le=360, description="hue of the largest pooled coordinate, where 0 and 360 are red [degrees]"
    )
    lightness_span: tuple[float, float] = Field(description="lightness of no charge and of the largest, 0 to 1")
    saturation: float = Field(gt=0, le=1, description="saturation of every occupied pixel, 0 to 1")
    headroom: float = Field(ge=1, le=10, description="full lightness stands for so many times the training maximum")

    @model_validator(mode="after")
    def _rising(self) -> Parameters:
        low, high = self.lightness_span
        if not 0 <= low < high <= 1:
            raise ValueError("lightness_span must be two numbers that rise, between 0 and 1")
        return self


def axes(parameters: Parameters) -> tuple[str, ...]:
    """The detector axes of the images, in the order of their dimensions."""
    return tuple(axis for axis in AXES if axis != parameters.axis)


def ranges(hits: Hits, grid: Grid, parameters: Parameters) -> dict[str, float]:
    """Largest pooled coordinate [cm] and summed charge [tick ADC] of a pixel; chunks are joined by their maximum."""
    pixel = _pixels(hits, grid, parameters)
    depth, charge = _pooled(pixel, hits, parameters), pixel.sum(hits.charge)
    return {"charge_sum": float(charge.max()), "depth": float(depth.max())}


def pixels(hits: Hits, grid: Grid, ranges: dict[str, float], parameters: Parameters) -> Pixels:
    """Colour a chunk of events; values (P, 3): red, green, blue, 0 to 1."""
    pixel = _pixels(hits, grid, parameters)
    depth, charge = _pooled(pixel, hits, parameters), pixel.sum(hits.charge)
    color = rgb(*hsl(depth, charge, ranges, parameters))
    return Pixels(pixel.row, pixel.place, color, charge=charge, hits=pixel.count())


def hsl(
    depth: np.ndarray, charge: np.ndarray, ranges: dict[str, float], parameters: Parameters
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hue [degrees], saturation and lightness (0 to 1), each (P,), of pooled depth (P,) [cm] and summed charge (P,).

    Values above those of the training events get the colour of the largest.
    """
    low, high = parameters.lightness_span
    share = np.clip(depth / ranges["depth"], 0, 1) if ranges["depth"] > 0 else np.zeros_like(depth)
    bright = np.clip(scaled_charge(charge, ranges["charge_sum"], parameters.headroom, logarithm=True), 0, 1)
    return share * parameters.hue_span, np.full_like(depth, parameters.saturation), low + (high - low) * bright


def rgb(hue: np.ndarray, saturation: np.ndarray, lightness: np.ndarray) -> np.ndarray:
    """(P, 3) red, green, blue (0 to 1) of hue [degrees], saturation and lightness (0 to 1), each (P,).

    CSS Color Module Level 4 (W3C), section 7.1, "Converting HSL colors to sRGB".
    """
    k = (np.array([0, 8, 4]) + hue[:, None] / 30) % 12  # (P, 3)
    chroma = (saturation * np.minimum(lightness, 1 - lightness))[:, None]
    return lightness[:, None] - chroma * np.clip(np.minimum(k - 3, 9 - k), -1, 1)


def _pixels(hits: Hits, grid: Grid, parameters: Parameters) -> Bins:
    return Bins.of(hits.row, grid.relative(hits)[:, columns(axes(parameters))])


def _pooled(pixel: Bins, hits: Hits, parameters: Parameters) -> np.ndarray:
    """(P,) pooled coordinate of the hits behind each pixel on the dropped axis [cm]."""
    depth = pixel.sum(_depth(hits, parameters)) * STEP
    return depth / pixel.count() if parameters.depth_pool == "mean" else depth


def _depth(hits: Hits, parameters: Parameters) -> np.ndarray:
    """(N,) whole steps from the event's lowest hit on the dropped axis."""
    coordinate = hits.position[:, AXES.index(parameters.axis)]
    lowest = np.minimum.reduceat(coordinate, hits.offsets[:-1])
    return np.rint((coordinate - lowest[hits.row]) / STEP)
