"""The direction of a shower, computed from its hits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.core.atomic import replacing
from showergrid.events.hits import Hits, open_table
from showergrid.events.order import shower_frame

POINT = 1e-3  # cm, far below what any detector measures and above the rounding of positions in float32

DIRECTIONS = pa.schema(
    [
        pa.field("event", pa.int64(), nullable=False),
        pa.field("angle", pa.float64()),  # degrees, 0 to 90; null for an event whose hits have no direction
    ]
)


def angles(hits: Hits) -> np.ndarray:
    """Angle (E,) [degree] between the axis of each shower and the beam, z; NaN if all hits are at one point.

    The axis is the line along which the charge spreads most, as in the order of hits. A line has no sense of direction,
    so the angle is 0 to 90.
    """
    depth, _ = shower_frame(hits.row, hits.event.size, hits.position, hits.charge)
    # The mean of position x depth is the axis but for its length: an eigenvector of the covariance of positions
    axis = np.stack(
        [np.bincount(hits.row, hits.charge * depth * hits.position[:, i], hits.event.size) for i in range(3)], axis=1
    )
    across = np.hypot(axis[:, 0], axis[:, 1])
    angle = np.degrees(np.arctan2(across, np.abs(axis[:, 2])))
    extent = np.maximum.reduceat(np.abs(depth), hits.offsets[:-1])
    return np.where(extent > POINT, angle, np.nan)


def write_directions(chunks: Iterable[Hits], path: Path) -> None:
    """Write directions.parquet: one row per event, sorted by event."""
    parts = [(hits.event, angles(hits)) for hits in chunks]
    event, angle = (np.concatenate(column) for column in zip(*parts, strict=True))
    table = pa.table([pa.array(event), pa.array(angle, from_pandas=True)], schema=DIRECTIONS)
    with replacing(path) as partial:
        pq.write_table(table, partial)


def read_directions(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Events (E,) int64 and their angles (E,) [degree], NaN where there is none.

    Raises:
        InputError: the file is missing, damaged or holds no directions.
    """
    table = open_table(path, DIRECTIONS).read()
    return table["event"].to_numpy(), table["angle"].to_numpy()
