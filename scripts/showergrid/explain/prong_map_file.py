"""Heat maps of events and of their prongs as a file: a row for each map that an answer may rest on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from showergrid.core.atomic import replacing
from showergrid.explain.prong_heatmaps import Looked
from showergrid.inputs.input_file import ranges_of
from showergrid.inputs.prongs import EVENT, ProngCuts


def write_prong_maps(
    path: Path,
    answers: pa.Table,
    seen: ProngCuts,
    looked: Looked,
    event_places: np.ndarray,
    prong_places: np.ndarray,
) -> None:
    """Write prong_heatmaps.parquet: for each of the A `answers`, in a row each, all maps of its copy of an event.

    Behind the columns of the answers stand `map`, the number of the prong that is seen, EVENT for the event; the
    `attention` to the map; and of its occupied pixels `place`, `value` and `heat`, the latter two by view. The places,
    (p, 2) and (p', 2) int64, are counted from the event's origin.
    """
    copy = np.append(np.arange(len(seen)), np.repeat(np.arange(len(seen)), np.diff(seen.offsets)))  # of each map
    number = np.append(np.full(len(seen), EVENT), seen.number)
    size = np.append(np.diff(seen.of_events.offsets), np.diff(seen.of_prongs.offsets))
    order = np.lexsort((number, copy))
    end = np.cumsum(size)
    pixels, _ = ranges_of((end - size)[order], end[order])
    offsets = pa.array(np.append(0, np.cumsum(size[order])).astype(np.int32))
    columns: Mapping[str, np.ndarray] = {
        "place": np.concatenate([event_places, prong_places]).astype(np.int16),
        "value": np.concatenate([seen.of_events.values, seen.of_prongs.values], axis=1).T,
        "heat": np.concatenate([looked.event_heat, looked.prong_heat], axis=1).T,
    }
    table = answers.take(pa.array(copy[order]))
    table = table.append_column("map", pa.array(number[order].astype(np.int32)))
    attention = np.append(looked.event_attention, looked.prong_attention)
    table = table.append_column("attention", pa.array(attention[order]))
    for name, values in columns.items():
        flat = pa.array(np.ascontiguousarray(values[pixels]).ravel())
        entries = pa.FixedSizeListArray.from_arrays(flat, values.shape[1])
        table = table.append_column(name, pa.ListArray.from_arrays(offsets, entries))
    with replacing(path) as partial:
        pq.write_table(table.combine_chunks(), partial, compression="zstd")
