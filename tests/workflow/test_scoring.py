"""A trained cell applied to hits gives the scores of its evaluation."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from showergrid.apply.scoring import score
from showergrid.events.hits import read_hits
from showergrid.training.model_file import read_model

CELLS = [
    ("projection_y", 100, "complex"),
    ("projection_y", 200, "simple"),
    ("color_y", 200, "efficientnet_lite0"),
    ("voxels", 100, "simple"),
    ("start_end", 100, "simple"),
    ("hits", 200, "transformer"),
    ("features", 200, "xgboost"),
]
ROWS = (16_384, 700, 1 << 20, 16_384, 900, 700, 700)  # rows of a chunk


def evaluated(folder):
    """Events and scores of predictions.parquet."""
    table = pq.read_table(folder / "predictions.parquet")
    return table["event"].to_numpy(), table["particle.electron"].to_numpy()


@pytest.mark.parametrize(("place", "rows"), list(zip(CELLS, ROWS, strict=True)))
def test_the_same_events_have_the_same_bytes_in_chunks_of_any_size(finished, place, rows):
    folder = finished.cell(*place, 19)
    events, scores = evaluated(folder)
    event, answers = score(*read_model(folder / "model.safetensors"), hits_of(finished, rows))
    probability = answers["particle"]
    assert np.array_equal(event, events)
    assert probability[:, 0].tobytes() == scores.tobytes()
    assert probability.sum(1) == pytest.approx(1)


@pytest.mark.parametrize("place", CELLS)
def test_some_of_the_events_have_the_same_scores_but_for_rounding(finished, place):
    folder = finished.cell(*place, 19)
    events, scores = evaluated(folder)
    chosen = events[1::3]
    chunks = (hits.only(np.isin(hits.event, chosen)) for hits in hits_of(finished))
    event, answers = score(*read_model(folder / "model.safetensors"), chunks)
    probability = answers["particle"]
    assert np.array_equal(event, chosen)
    # bfloat16, in which the tiny study computes, has 8 significant bits
    assert probability[:, 0] == pytest.approx(scores[1::3], abs=2**-8)


def hits_of(project, rows=16_384):
    return read_hits(project.results / "data/hits.parquet", rows)
