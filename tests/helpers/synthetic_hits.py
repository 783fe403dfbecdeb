"""Hand-made and random hits for tests: an event is a list of (x, y, z, charge), its origin first."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.events.hits import EVENTS, HITS, Hits
from showergrid.inputs.pixels import Grid

Event = list[tuple[float, float, float, float]]

# 8 x 8 x 10 pixels over 8 x 8 x 10 cm: a pixel is a centimetre
STRETCH = {"x": 1.0, "y": 1.0, "z": 1.25}  # of the reference's detector
CENTIMETRES = Grid(8, np.zeros(3), np.array([8.0, 8.0, 10.0]), np.array([1, 1, 1.25]))
CALIBRATION = {
    "resolution": 8,
    "axes": {axis: {"min": 0.0, "max": 8.0 * STRETCH[axis], "stretch": STRETCH[axis]} for axis in ("x", "y", "z")},
    "pixels": {"x": 8, "y": 8, "z": 10},
}


def hits_of(events: list[Event], first: int = 0) -> Hits:
    rows = np.array([hit for event in events for hit in event], dtype=np.float64).reshape(-1, 4)
    offsets = np.append(0, np.cumsum([len(event) for event in events])).astype(np.int64)
    return Hits(np.arange(first, first + len(events)), offsets, rows[:, :3], rows[:, 3])


def random_events(seed: int, n: int, largest: int = 80, extent: float = 30.0) -> list[Event]:
    """Showers in a box of 200 cm, some of few hits; all numbers are float32, as in hits.parquet.

    Every fourth event has coordinates in whole centimetres, so that hits share voxels, tie, and lie on pixel edges.
    """
    random = np.random.default_rng(seed)
    events = []
    for i in range(n):
        size = int(random.integers(3, largest))
        place = random.uniform(60, 140, 3) + random.normal(0, extent, (size, 3))
        place = np.rint(place) if i % 4 == 0 else place
        charge = random.exponential(500, size) + 1
        events.append(np.column_stack([place, charge]).astype(np.float32).astype(float).tolist())
    return [[tuple(hit) for hit in event] for event in events]


def write_hits(path: Path, events: list[Event], rows_a_group: int = 1 << 20) -> Path:
    hits = hits_of(events)
    columns = {"event": hits.row, "charge": hits.charge, "time": np.zeros(hits.charge.size)}
    columns |= dict(zip("xyz", hits.position.T, strict=True))
    arrays = [pa.array(columns[field.name].astype(field.type.to_pandas_dtype())) for field in HITS]
    pq.write_table(pa.Table.from_arrays(arrays, schema=HITS), path, row_group_size=rows_a_group)
    return path


def write_events(path: Path, pdg: np.ndarray) -> Path:
    n = pdg.size
    columns = {
        "event": np.arange(n),
        "pdg": pdg.astype(np.int32),
        "energy": np.ones(n, np.float32),
        "n_hits": np.full(n, 3, np.int32),
        "source": ["shard"] * n,
        "number": np.arange(n),
    }
    pq.write_table(pa.table(columns, schema=EVENTS), path)
    return path
