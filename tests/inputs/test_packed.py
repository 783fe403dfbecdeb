"""Occupied pixels without the empty ones: the same pixels as in dense windows, event by event."""

import numpy as np
import pytest

from showergrid.inputs.kinds import Input, Share
from showergrid.inputs.packed import Packed
from showergrid.inputs.window import Cut

EVENTS = 5


@pytest.fixture
def windows() -> dict:
    """Windows of 6 x 7 pixels with two channels; the second event has none inside, the last is full."""
    random = np.random.default_rng(1)
    counts = np.array([4, 0, 1, 9, 42])
    return {
        "event": 10 + np.arange(EVENTS),
        "shape": (2, 6, 7),
        "offsets": np.append(0, np.cumsum(counts)),
        "position": np.concatenate([np.sort(random.choice(42, n, replace=False)) for n in counts]).astype(np.int32),
        "values": random.random((2, counts.sum()), dtype=np.float32),
        "share": Share(np.ones(EVENTS), np.ones(EVENTS)),
        "name": "view",
    }


@pytest.mark.parametrize("rows", [[0, 1, 2, 3, 4], [3, 1, 0], [1], []])
def test_pixels_are_those_of_the_dense_windows(windows, rows):
    seen, rows = Packed(**windows), np.array(rows, dtype=np.int64)
    assert seen.inputs == {"view": Input("pixels", (2, 6, 7))}
    batch = seen.batch(rows)
    assert list(batch) == ["view", "view.place", "view.count"]
    values, place, count = batch.values()
    assert (values.dtype, place.dtype, count.dtype) == (np.float32, np.int64, np.int64)
    assert count.tolist() == [[4, 0, 1, 9, 42][row] for row in rows]
    images = np.zeros((rows.size, 2, 6, 7), np.float32)
    images[np.repeat(np.arange(rows.size), count), :, *place.T] = values
    assert np.array_equal(images, Cut(**windows).batch(rows)["view"])
    key = np.ravel_multi_index((np.repeat(np.arange(rows.size), count), *place.T), (EVENTS, 6, 7))
    assert np.all(np.diff(key) > 0)
