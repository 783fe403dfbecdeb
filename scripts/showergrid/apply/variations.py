"""Score the same test showers with a trained cell as other readouts see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from torch import Tensor

from showergrid.apply.scoring import score
from showergrid.core.progress import progress
from showergrid.events.hits import Hits, read_hits


def scored(
    weights: dict[str, Tensor],
    cell: dict[str, Any],
    hits: Mapping[str, Sequence[Path]],
    events: pa.Table,
    test: np.ndarray,
) -> pa.Table:
    """Scores of the `test` events (n,) int64 in every variation: columns variation, event, pdg, score.

    An event that left no hit in a variation has no row there. `weights` and `cell` are what `read_model` returns,
    `hits` the tables of each variation, `events` the study's table.

    Raises:
        InputError: a table is damaged, or a shower does not fit an image.
    """
    pdg = dict(zip(events["event"].to_pylist(), events["pdg"].to_pylist(), strict=True))
    parts = []
    for name, paths in progress(list(hits.items()), "variations", "variation"):
        event, probability = score(weights, cell, _only(paths, test))
        parts.append(
            pa.table(
                {
                    "variation": pa.repeat(name, event.size),
                    "event": event,
                    "pdg": pa.array([pdg[number] for number in event.tolist()], pa.int32()),
                    "score": probability[:, 0],
                }
            )
        )
    return pa.concat_tables(parts)


def _only(paths: Sequence[Path], test: np.ndarray) -> Iterator[Hits]:
    """The hits of the test events, chunk by chunk, with their time for representations that order hits by it."""
    for path in paths:
        for chunk in read_hits(path, time=True):
            chosen = np.isin(chunk.event, test)
            if chosen.any():
                yield chunk.only(chosen)
