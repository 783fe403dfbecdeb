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
from showergrid.evaluation.predictions import with_answers
from showergrid.events.hits import Hits, read_hits
from showergrid.training.data import questions_of


def scored(
    weights: dict[str, Tensor],
    cell: dict[str, Any],
    hits: Mapping[str, Sequence[Path]],
    events: pa.Table,
    test: np.ndarray,
) -> pa.Table:
    """Answers for the `test` events (n,) int64 in every variation: columns variation, event, and those of predictions.

    An event that left no hit in a variation has no row there. `weights` and `cell` are what `read_model` returns,
    `hits` the tables of each variation, `events` the study's table.

    Raises:
        InputError: a table is damaged, or a shower does not fit an image.
    """
    questions = questions_of(cell)
    events = events.sort_by("event")
    truth, numbers = {asked.name: asked.truth(events) for asked in questions}, events["event"].to_numpy()
    parts = []
    for name, paths in progress(list(hits.items()), "variations", "variation"):
        event, answers = score(weights, cell, _only(paths, test))
        label = {asked: of_all[np.searchsorted(numbers, event)] for asked, of_all in truth.items()}
        about = pa.table({"variation": pa.repeat(name, event.size), "event": event})
        parts.append(with_answers(about, questions, label, answers))
    return pa.concat_tables(parts)


def _only(paths: Sequence[Path], test: np.ndarray) -> Iterator[Hits]:
    """The hits of the test events, chunk by chunk, with their time for representations that order hits by it."""
    for path in paths:
        for chunk in read_hits(path, time=True):
            chosen = np.isin(chunk.event, test)
            if chosen.any():
                yield chunk.only(chosen)
