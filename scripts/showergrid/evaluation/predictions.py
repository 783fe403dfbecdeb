"""predictions.parquet: the scores that a trained cell gives every event of its study."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.core.atomic import replacing
from showergrid.events.split import read_split


def write_predictions(path: Path, events: pa.Table, split: Path, score: np.ndarray) -> None:
    """Write predictions.parquet, sorted by event; `score` (E,) float64 is in the order of `events`."""
    _, sets = read_split(split)
    table = events.select(["event", "pdg", "energy", "n_hits"])
    table = table.append_column("split", pa.array(sets.tolist(), pa.string())).append_column("score", pa.array(score))
    with replacing(path) as partial:
        pq.write_table(table, partial)
