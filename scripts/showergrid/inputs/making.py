"""From hits to an input file: tables and sets as they are, images with origin, direction, charge centre and end."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from showergrid.core.errors import InputError
from showergrid.core.plugins import load
from showergrid.events.hits import Hits
from showergrid.events.order import reordered
from showergrid.inputs.input_file import writing
from showergrid.inputs.pixels import Grid, columns
from showergrid.inputs.settings import Direction, InputSettings

FEW_HITS = 30  # an event with this many hits or fewer has no direction (the reference's rule)
END_SHARE = 0.9  # share of the charge up to an event's end: the last hits are few, far away and mostly blips


def write_input(path: Path, chunks: Iterable[Hits], calibration: dict[str, Any], settings: InputSettings) -> None:
    """Make what a representation shows of all events in `chunks` on the grid and with the ranges of `calibration`.

    If the representation has an order of its own, the hits need their times.

    Raises:
        InputError: the calibration is of another resolution, or a shower does not fit the file's 16 bits.
    """
    if calibration["resolution"] != settings.resolution:
        raise InputError(
            f"calibration: made for resolution {calibration['resolution']}, not {settings.resolution}; "
            "give the file of this resolution"
        )
    module = load("representations", settings.representation.module)
    parameters = module.Parameters(**settings.representation.parameters)
    grid = Grid.of(calibration["axes"], settings.resolution)
    made = settings.representation.name, settings.resolution, module.KIND
    told = grid, calibration["ranges"], parameters
    if settings.representation.order:
        chunks = (reordered(hits, settings.representation.order) for hits in chunks)
    match module.KIND:
        case "table":
            with writing(path, *made, variables=len(module.names(parameters))) as writer:
                for hits in chunks:
                    writer.append(hits.event, module.rows(hits, *told))
        case "set":
            with writing(path, *made, variables=module.VARIABLES, of_hits=True) as writer:
                for hits in chunks:
                    listed = module.entries(hits, *told)
                    writer.append(hits.event, listed.values, listed.row, charge=listed.charge, hits=listed.hits)
        case "image":
            axes = module.axes(parameters)
            kept = columns(axes)
            with writing(path, *made, variables=module.CHANNELS, of_hits=True, axes=axes) as writer:
                for hits in chunks:
                    pixels = module.pixels(hits, *told)
                    writer.append(
                        hits.event,
                        pixels.values,
                        pixels.row,
                        charge=pixels.charge,
                        hits=pixels.hits,
                        coordinates=pixels.place,
                        centre=charge_centre(hits, grid)[:, kept],
                        end=shower_end(hits, grid)[:, kept],
                        direction=directions(hits, grid, settings.representation.direction)[:, kept],
                    )
        case "prongs":
            axes = module.axes(parameters)
            kept, views = columns(axes), module.channels(parameters)
            with writing(path, *made, variables=views, of_hits=True, axes=axes) as writer:
                for hits in chunks:
                    maps = module.maps(hits, *told)
                    writer.append(
                        hits.event[maps.event],
                        maps.values,
                        maps.row,
                        charge=maps.charge,
                        hits=maps.hits,
                        prong=maps.prong,
                        coordinates=maps.place,
                        centre=charge_centre(hits, grid)[maps.event][:, kept],
                        end=shower_end(hits, grid)[maps.event][:, kept],
                        direction=directions(hits, grid, settings.representation.direction)[maps.event][:, kept],
                    )


def directions(hits: Hits, grid: Grid, rule: Direction) -> np.ndarray:
    """(E, 3) int8: whether the event runs up (+1) or down (-1) each axis; 0 if it has FEW_HITS hits or fewer.

    `more_hits`: to the side of the first hit on which more hits lie. Positions are compared in cm, hits level with the
    first one count for neither side, and 0 if the sides tie. `half_of_hits`: up if more than half of all hits, the
    first one and those level with it included, lie on pixels of the `grid` above that of the first; else down.
    """
    start, count = hits.offsets[:-1], np.diff(hits.offsets)[:, None]
    if rule == "half_of_hits":
        above = np.add.reduceat((grid.relative(hits) > 0).astype(np.int64), start, axis=0)
        runs = np.where(2 * above > count, 1, -1)
    else:
        away = hits.position - hits.of_event(hits.position[start])
        side = (away > 0).view(np.int8) - (away < 0).view(np.int8)
        runs = np.sign(np.add.reduceat(side, start, axis=0, dtype=np.int64))
    return (runs * (count > FEW_HITS)).astype(np.int8)


def charge_centre(hits: Hits, grid: Grid) -> np.ndarray:
    """(E, 3) int64: pixel of the charge-weighted mean position, from the origin; 0 for an event without charge."""
    size = hits.event.size
    total = np.bincount(hits.row, weights=hits.charge, minlength=size)
    weighted = [np.bincount(hits.row, weights=hits.charge * r, minlength=size) for r in hits.position.T]
    first = hits.position[hits.offsets[:-1]]
    charged = (total > 0)[:, None]
    mean = np.divide(np.stack(weighted, axis=1), total[:, None], out=first.copy(), where=charged)
    return grid.pixel(mean) - grid.pixel(first)


def shower_end(hits: Hits, grid: Grid) -> np.ndarray:
    """(E, 3) int64: pixel, from the origin, of the first hit in stored order by which END_SHARE of the charge is seen.

    Charges are summed in whole steps, 2³² or more for the event's largest, so that the other events of the chunk do not
    change a digit of the sum.
    """
    start, row = hits.offsets[:-1], hits.row
    largest = np.maximum.reduceat(hits.charge, start)
    steps = hits.charge * np.ldexp(1.0, 33 - np.frexp(largest)[1])[row]
    seen = np.cumsum(np.rint(steps, out=steps).astype(np.int64))
    before = np.append(0, seen)[start]
    total = seen[hits.offsets[1:] - 1] - before
    enough = before + np.ceil(END_SHARE * total).astype(np.int64)
    missing = np.add.reduceat(seen < enough[row], start, dtype=np.int64)  # hits before the end
    return grid.pixel(hits.position[start + missing]) - grid.origin(hits)
