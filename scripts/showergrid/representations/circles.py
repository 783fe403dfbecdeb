"""A collision as circles: one for each muon, each jet and the missing transverse momentum (MET).

The image of Madrazo et al., arXiv:1708.07034, and Ochoa et al., doi 10.1007/978-3-031-45438-7_3: R = alpha ln(pT / GeV)
is the radius of a circle around (eta, phi), both scaled, in a frame that is drawn with a margin on a white ground; MET
stands at eta = 0. As there phi does not wrap: a circle is drawn once, around its phi between -pi and pi, and cut off at
the frame. An image is RGB, 0 to 1, and its first row is the top (the largest phi). Circles are drawn in the order
muons, MET, jets, each kind by falling pT, a later one above the earlier.

The input file holds the objects; pixels are made with a batch. A pixel takes as much of a line's colour as the line
covers of it across its own direction: 1 inside, a share at the edges. Lines have widths in points of an image of
`drawn_pixels` at `dpi`, and both scale with the resolution.
"""

from __future__ import annotations

import itertools
import math
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from showergrid.core.errors import InputError
from showergrid.inputs.collisions import Objects, leading
from showergrid.inputs.input_file import ranges_of
from showergrid.inputs.variables import Tables, Variables

KIND = "image"
CHANNELS = 3  # red, green, blue
COUNTED = "px"
MUON, MET, JET = range(3)  # in the order of drawing
EVENTS_A_BLOCK = 32  # drawn together, so that their pixels stay in the cache
INCH = 72  # points
TINY = np.finfo(np.float32).tiny

Share = Annotated[float, Field(ge=0, le=1)]
Color = tuple[Share, Share, Share]
Width = Annotated[float, Field(gt=0)]
Alpha = Annotated[float, Field(gt=0)]


class Parameters(Objects):
    """What is drawn, and how: the defaults are the published study's, with all that it draws."""

    muons: int = Field(default=2, ge=0, description="muons drawn at most, those of largest pT")
    jets: int = Field(default=4, ge=0, description="jets drawn at most, those of largest pT")
    exact_jets: bool = Field(default=False, description="refuse events with fewer jets than are drawn at most")
    met: bool = Field(default=True, description="draw the missing transverse momentum")
    charge: bool = Field(default=True, description="draw positive muons with their own width")
    muon_alpha: Alpha = Field(default=0.25, description="radius of a muon's circle by ln pT")
    jet_alpha: Alpha = Field(default=0.1, description="radius of a jet's circle by ln pT")
    met_alpha: Alpha = Field(default=0.1, description="radius of the circle of MET by its logarithm")
    smallest_radius: float = Field(default=0.05, gt=0, description="radius that no circle falls short of")
    place_scale: float = Field(default=0.4, gt=0, description="factor of eta and phi of a centre")
    frame: float = Field(default=math.pi, gt=0, description="the frame reaches from minus to plus this in both axes")
    margin: float = Field(default=7.2, ge=0, description="ground around the frame [points]; Matplotlib's tight margin")
    drawn_pixels: int = Field(default=244, ge=1, description="size of the image that points are told of [pixels]")
    dpi: float = Field(default=96, gt=0, description="pixels of that image an inch; a point is 1/72 of one")
    muon_width: Width = Field(default=1, description="width of a muon's line [points]")
    positive_width: Width = Field(
        default=2, description="width of a positive muon's line, where charge is drawn [points]"
    )
    jet_width: Width = Field(default=1.5, description="width of a jet's line [points]")
    met_width: Width = Field(default=1.5, description="width of the line of MET [points]")
    muon_color: Color = Field(default=(1, 0, 0), description="of a muon's line: red, green, blue, 0 to 1")
    jet_color: Color = Field(default=(0, 0, 1), description="of a jet's line")
    met_color: Color = Field(default=(0, 0, 0), description="of the line of MET")
    ground: Color = Field(default=(1, 1, 1), description="of the ground")

    @model_validator(mode="after")
    def _leaves_a_frame(self) -> Parameters:
        if 2 * self.margin * self.dpi / INCH >= self.drawn_pixels:
            raise ValueError(
                f"margin = {self.margin:g} points at either side leaves no frame in {self.drawn_pixels} pixels"
            )
        return self


def axes(parameters: Parameters) -> tuple[str, ...]:
    """The axes of the images, in the order of their dimensions."""
    return ("phi", "eta")


def reads(parameters: Parameters) -> dict[str, list[str]]:
    """The tables that are read, and their columns."""
    objects = ["kind", "pt", "eta", "phi", *(["charge"] if parameters.charge else [])]
    return {**({"events": ["met", "met_phi"]} if parameters.met else {}), parameters.collection: objects}


def variables(tables: Tables, parameters: Parameters) -> Variables:
    """The objects that are drawn of each event, in the order of drawing: kind (MUON, MET or JET), pt, eta, phi, charge.

    Raises:
        InputError: an event has fewer jets than `exact_jets` asks for.
    """
    muons, _ = leading(tables, parameters.muon_kinds, parameters.muons)
    jets, _ = leading(tables, parameters.jet_kinds, parameters.jets)
    number = np.bincount(tables.row[jets], minlength=tables.event.size)
    if parameters.exact_jets and (fewer := number < parameters.jets).any():
        raise InputError(
            f"circles: event {tables.event[fewer.argmax()]} has {number[fewer.argmax()]} jets, and exact_jets asks for "
            f"{parameters.jets}; let the source select events with as many, or leave exact_jets out"
        )
    names = ["pt", "eta", "phi", *(["charge"] if parameters.charge else [])]
    parts = [
        (MUON, tables.row[muons], [tables.of_entry[name][muons] for name in names]),
        (JET, tables.row[jets], [tables.of_entry[name][jets] for name in names]),
    ]
    if parameters.met:
        none = np.zeros(tables.event.size)
        met = {"pt": tables.of_event["met"], "eta": none, "phi": tables.of_event["met_phi"], "charge": none}
        parts.insert(MET, (MET, np.arange(tables.event.size), [met[name] for name in names]))
    row = np.concatenate([row for _, row, _ in parts])
    values = np.concatenate(
        [np.column_stack([np.full(row.size, float(kind)), *columns]) for kind, row, columns in parts]
    )
    offsets = np.append(0, np.cumsum(np.bincount(row, minlength=tables.event.size)))
    return Variables(tables.event, offsets, values[np.argsort(row, kind="stable")], ["kind", *names])


def draw(offsets: np.ndarray, values: np.ndarray, resolution: int, parameters: Parameters) -> np.ndarray:
    """(N, 3, R, R) float32, channels last in memory: the images of N events with R = `resolution`.

    Event i owns the objects offsets[i] to offsets[i + 1] of `values` (p, F), as `variables` gives them.
    """
    events = offsets.size - 1
    images = np.empty((events, resolution, resolution, 3), dtype=np.float32)
    images[:] = np.tile(np.float32(parameters.ground), (resolution, resolution, 1))
    circles, colors = _circles(values, resolution, parameters)
    margin = parameters.margin * _point(resolution, parameters)
    frame = math.ceil(margin - 0.5), math.floor(resolution - margin - 0.5) + 1  # pixels whose centres lie in it
    for first in range(0, events, EVENTS_A_BLOCK):
        block = images[first : first + EVENTS_A_BLOCK]
        start = offsets[first : first + EVENTS_A_BLOCK + 1]
        own = slice(start[0], start[-1])
        _draw(block, start - start[0], circles[own], colors[own], frame)
    return np.moveaxis(images, 3, 1)


def _point(resolution: int, parameters: Parameters) -> float:
    """Pixels of an image of this resolution in a point."""
    return parameters.dpi / INCH * resolution / parameters.drawn_pixels


def _circles(values: np.ndarray, resolution: int, parameters: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Of each object the centre from the left and from the top, radius and width [pixels] (p, 4), and colour (p, 3)."""
    p, point = parameters, _point(resolution, parameters)
    kind = values[:, 0].astype(np.int64)
    pt, eta, phi = values[:, 1:4].T.astype(np.float64)
    radius = np.array([p.muon_alpha, p.met_alpha, p.jet_alpha])[kind] * np.log(np.maximum(pt, TINY))
    width = np.array([p.muon_width, p.met_width, p.jet_width])[kind]
    if p.charge:
        width = np.where((kind == MUON) & (values[:, 4] > 0), p.positive_width, width)
    unit = (resolution - 2 * p.margin * point) / (2 * p.frame)  # pixels
    middle = resolution / 2
    circles = [
        middle + eta * p.place_scale * unit,
        middle - phi * p.place_scale * unit,
        np.maximum(radius, p.smallest_radius) * unit,
        width * point,
    ]
    return np.stack(circles, axis=1), np.array([p.muon_color, p.met_color, p.jet_color], dtype=np.float32)[kind]


def _draw(
    images: np.ndarray, offsets: np.ndarray, circles: np.ndarray, colors: np.ndarray, frame: tuple[int, int]
) -> None:
    """Draw circles (p, 4) with their colours (p, 3) into `images` (N, R, R, 3), all within the `frame` of pixels.

    The first circles of all events are drawn, then the second ones, so that no pixel is drawn twice at once.
    """
    event = np.repeat(np.arange(len(images)), np.diff(offsets))
    place = np.arange(event.size) - offsets[event]
    order = np.argsort(place, kind="stable")
    pixel, circle, covered = _rings(circles[order], images.shape[1], frame)
    pixel += event[order][circle] * images.shape[1] ** 2
    at, canvas = 3 * pixel, images.reshape(-1)
    channels = [color[circle] for color in colors[order].T]
    ends = np.searchsorted(circle, np.append(0, np.cumsum(np.bincount(place))))
    for first, end in itertools.pairwise(ends):
        touched, covers = at[first:end], covered[first:end]
        for channel, color in enumerate(channels):
            under = canvas[touched + channel]
            canvas[touched + channel] = under + covers * (color[first:end] - under)


def _rings(circles: np.ndarray, size: int, frame: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pixels of an image of `size` that the lines of circles (n, 4) touch within the `frame`, circle by circle.

    Returns the pixel (q,) int64, row by row from the top left, its circle (q,) int64, and the share of it that the line
    covers (q,) float32.
    """
    low, high = frame
    x, y, radius, width = circles.T
    outer = radius + width / 2 + 0.5
    first = np.clip(np.ceil(y - outer - 0.5), low, high).astype(np.int64)
    last = np.clip(np.floor(y + outer - 0.5) + 1, low, high).astype(np.int64)
    row, circle = ranges_of(first, np.maximum(first, last))
    # In each row a line covers columns from the outer edge to the inner one, and from there to the outer one again
    above = (row + 0.5 - y[circle]) ** 2
    half = np.sqrt(np.maximum(outer[circle] ** 2 - above, 0))
    inner = np.maximum(radius - width / 2 - 0.5, 0)
    hole = np.sqrt(np.maximum(inner[circle] ** 2 - above, 0))
    middle = x[circle] - 0.5
    left = np.floor(middle - hole) + 1
    edges = np.stack(
        [np.ceil(middle - half), left, np.maximum(left, np.ceil(middle + hole)), np.floor(middle + half) + 1]
    )
    begin, left_end, right, end = np.clip(edges, low, high).astype(np.int64)
    starts = np.stack([begin, right], axis=1).ravel()
    column, span = ranges_of(starts, np.maximum(starts, np.stack([left_end, end], axis=1).ravel()))
    line = span >> 1
    owner = circle[line]
    across = column.astype(np.float32) + np.float32(0.5) - x.astype(np.float32)[owner]
    away = np.sqrt(across * across + above.astype(np.float32)[line])
    reach = (width / 2 + 0.5).astype(np.float32)[owner]
    covered = reach - np.abs(away - radius.astype(np.float32)[owner])
    thickest = np.minimum(width, 1).astype(np.float32)[owner]
    return row[line] * size + column, owner, np.clip(covered, 0, thickest)
