"""What planes of wires see of hits: each hit at its drift and at its distance across the wires of every plane.

A plane whose wires stand at an angle a to the vertical measures w = z cos a - y sin a across them; all planes share the
drift time, and so x. The image axes are x and z, in whose place each view has its own w; that of vertical wires is z.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from showergrid.core.errors import InputError
from showergrid.events.hits import Hits
from showergrid.inputs.making import charge_centre
from showergrid.inputs.pixels import Bins, Grid

X, Y, Z = range(3)
AXES = ("x", "z")  # of the images: the drift, and z, in whose place a view has its w

Angle = Annotated[float, Field(gt=-90, lt=90)]


@dataclass(frozen=True)
class WireHits:
    """Hits as the wires see them, K in all: one entry for each view that sees a hit, view by view.

    hit (K,) int64: index of the hit; view (K,) int64; place (K, 2) int64: pixels of drift and w from the origin of the
    event.
    """

    hit: np.ndarray
    view: np.ndarray
    place: np.ndarray


def on_wires(hits: Hits, grid: Grid, angles: Sequence[float], align: str) -> WireHits:
    """The hits on planes of wires at the `angles` to the vertical [degrees].

    `align`: what lies on the same pixel of all views, the `first_hit` or each one's `charge_centre`.

    Raises:
        InputError: hits of single views are to be counted from the first hit, which the other views don't see.
    """
    centred = align == "charge_centre"
    if hits.view is not None and not centred:
        raise InputError(
            "wire_views: hits that single views see have no first hit in common; give align: charge_centre"
        )
    row, position = hits.row, hits.position - grid.minimum
    common = charge_centre(hits, grid)[:, [X, Z]] if centred else 0
    seen, places = [], []
    for v, angle in enumerate(angles):
        sees = np.arange(row.size) if hits.view is None else np.flatnonzero(hits.view == v)
        w = across(position, angle) if hits.view is None else position[sees, Z]
        flat = np.stack([position[sees, X], w], axis=1)
        own = row[sees]
        start = _means(own, flat, hits.charge[sees], hits.event.size) if centred else flat[hits.offsets[:-1]]
        places.append(_pixel(flat, grid) - (_pixel(start, grid) - common)[own])
        seen.append(sees)
    view = np.repeat(np.arange(len(angles)), [own.size for own in seen])
    return WireHits(np.concatenate(seen), view, np.concatenate(places))


def summed(row: np.ndarray, wires: WireHits, charge: np.ndarray, views: int) -> tuple[Bins, np.ndarray]:
    """The pixels of maps that any of the `views` sees, and the charge (P, V) [tick ADC] that each view sees in them.

    row (K,) int64: the map of each entry; charge (N,) of the hits.
    """
    pixel = Bins.of(row, wires.place)
    held = np.bincount(
        pixel.index * views + wires.view[pixel.order], charge[wires.hit[pixel.order]], views * pixel.start.size
    )
    return pixel, held.reshape(-1, views)


def across(position: np.ndarray, angle: float) -> np.ndarray:
    """(N,) z cos a - y sin a of positions (N, 3) [cm]: the distance across wires at an `angle` a [degrees]."""
    a = np.deg2rad(angle)
    return position[:, Z] * np.cos(a) - position[:, Y] * np.sin(a)


def _pixel(flat: np.ndarray, grid: Grid) -> np.ndarray:
    """(N, 2) int64: pixels of drift and w (N, 2) [cm], from the low corner of the grid, as Grid rounds them."""
    return np.rint(flat / (grid.maximum - grid.minimum)[[X, Z]] * grid.count[[X, Z]]).astype(np.int64)


def _means(row: np.ndarray, flat: np.ndarray, charge: np.ndarray, events: int) -> np.ndarray:
    """(E, 2): the means of drift and w (N, 2) [cm] of each event's hits, by their charge; 0 where there is none."""
    total = np.bincount(row, charge, events)
    sums = np.stack([np.bincount(row, charge * along, events) for along in flat.T], axis=1)
    return np.divide(sums, total[:, None], out=np.zeros_like(sums), where=total[:, None] > 0)
