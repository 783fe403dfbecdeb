"""Occupied pixels without the empty ones: the same pixels as in dense windows, event by event."""

import numpy as np
import pytest

from showergrid.core.errors import InputError
from showergrid.inputs.kinds import Input, Share
from showergrid.inputs.packed import Packed
from showergrid.inputs.window import Cut

EVENTS = 5
STARTS = np.array([[0, 0], [1, 1], [-2, 3], [5, -4], [0, 7]])  # low corners, from the origins


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
    seen, rows = Packed(**windows, start=STARTS), np.array(rows, dtype=np.int64)
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
    assert np.array_equal(seen.values[:, seen.parts(rows)].T, values)


def owner(seen: Packed) -> np.ndarray:
    """The event of each pixel, from 0."""
    return np.repeat(np.arange(len(seen)), np.diff(seen.offsets))


def test_places_find_their_pixels(windows):
    """Pixels in another order, beside them places outside of windows, and events that are not there."""
    seen = Packed(**windows, start=STARTS)
    order = np.random.default_rng(2).permutation(seen.position.size)
    of = owner(seen)[order]
    place = np.stack(np.unravel_index(seen.position[order], (6, 7)), axis=1) + STARTS[of]
    assert np.array_equal(seen.pixel_of(seen.event[of], place), order)
    corner = STARTS[4]
    outside = corner + np.array([[-1, 0], [0, -1], [6, 0], [0, 7], [0, 0]])
    assert seen.pixel_of(np.array([14, 14, 14, 14, 9]), outside).tolist() == [-1] * 5
    assert seen.pixel_of(np.array([14, 14]), corner + np.array([[0, 0], [5, 6]])).tolist() == [14, 55]
    with pytest.raises(InputError, match="they are not those of which the inputs were made"):
        seen.pixel_of(np.array([11]), np.array([[1, 1]]))  # an event whose window is empty
