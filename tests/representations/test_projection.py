"""Projections: hand-computed pixels, and random events against the slow implementation."""

import itertools

import numpy as np
import pytest
import slow_images
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_hits import CENTIMETRES, hits_of, random_events

from showergrid.events.hits import AXES
from showergrid.inputs.pixels import Bins, Grid
from showergrid.representations import projection

RANGES = {"charge": 100.0}


def parameters(axis="y", cube_pool="mean", projection_pool="max", log_trans=False) -> projection.Parameters:
    return projection.Parameters(
        axis=axis, cube_pool=cube_pool, projection_pool=projection_pool, log_trans=log_trans, headroom=1.15
    )


def image(event, chosen, grid=CENTIMETRES, ranges=RANGES) -> dict:
    pixels = projection.pixels(hits_of([event]), grid, ranges, chosen)
    return {tuple(place): value for place, value in zip(pixels.place.tolist(), pixels.values[:, 0], strict=True)}


def test_kept_axes_in_image_order():
    assert [projection.axes(parameters(axis)) for axis in AXES] == [("y", "z"), ("x", "z"), ("x", "y")]
    assert projection.CHANNELS == 1


def test_rounding_is_half_to_even():
    # pixels of x: 0.5 -> 0, 1.5 -> 2, 2.5 -> 2, 3.5 -> 4; the origin, pixel 0, is the first hit
    event = [(0.5, 0, 0, 23), (1.5, 0, 0, 46), (2.5, 0, 0, 69), (3.5, 0, 0, 92)]
    assert image(event, parameters()) == pytest.approx({(0, 0): 0.2, (2, 0): 0.5, (4, 0): 0.8})


def test_a_pixel_is_as_wide_in_z_as_in_x():
    event = [(0, 0, 0, 1), (8, 0, 10, 1)]
    assert set(image(event, parameters())) == {(0, 0), (8, 10)}


# three hits in the voxel y = 0 and one in y = 3, all behind one pixel
SHARED = [(1, 0, 1, 10), (1, 0, 1, 20), (1, 0, 1, 60), (1, 3, 1, 50)]


@pytest.mark.parametrize(
    ("cube_pool", "projection_pool", "charge"),
    [("mean", "max", 50), ("mean", "mean", 40), ("max", "max", 60), ("max", "mean", 55)],
)
def test_pools(cube_pool, projection_pool, charge):
    assert image(SHARED, parameters("y", cube_pool, projection_pool)) == pytest.approx({(0, 0): charge / 115})


def test_each_axis_can_be_dropped():
    event = [(1, 2, 3, 23), (2, 4, 6, 46)]
    assert image(event, parameters("x")) == pytest.approx({(0, 0): 0.2, (2, 3): 0.4})
    assert image(event, parameters("y")) == pytest.approx({(0, 0): 0.2, (1, 3): 0.4})
    assert image(event, parameters("z")) == pytest.approx({(0, 0): 0.2, (1, 2): 0.4})


def test_logarithm():
    assert image([(1, 1, 1, 9)], parameters(log_trans=True), ranges={"charge": 99 / 1.15}) == pytest.approx(
        {(0, 0): 0.5}
    )


def test_charge_and_hits_of_a_pixel_are_summed():
    pixels = projection.pixels(hits_of([SHARED, [(0, 0, 0, 3)]]), CENTIMETRES, RANGES, parameters())
    assert pixels.charge.tolist() == [140, 3]
    assert pixels.hits.tolist() == [4, 1]
    assert pixels.row.tolist() == [0, 1]


def test_range_is_the_largest_hit():
    assert projection.ranges(hits_of([SHARED, [(0, 0, 0, 3)]]), CENTIMETRES, parameters()) == {"charge": 60}


@pytest.mark.parametrize(
    ("axis", "cube_pool", "projection_pool", "log_trans"),
    list(itertools.product("xyz", ("mean", "max"), ("mean", "max"), (False, True))),
)
def test_random_events_against_the_slow_implementation(axis, cube_pool, projection_pool, log_trans):
    events = random_events(5, 12)
    ranges = {"x": (40.0, 160.0), "y": (45.0, 155.0), "z": (30.0, 170.0)}
    grid = Grid(50, *np.array([ranges[axis] for axis in AXES]).T, np.array([1, 1, 1.25]))
    chosen = parameters(axis, cube_pool, projection_pool, log_trans)
    for event in events:
        slow = slow_images.projection(
            event, ranges, 50, axis, cube_pool, projection_pool, log_trans, 1.15, RANGES["charge"]
        )
        pixels = image(event, chosen, grid)
        assert list(pixels) == sorted(slow)  # the same pixels, in lexicographic order
        expected = [slow[key][0] for key in pixels]
        # the very numbers, except that the logarithm of NumPy may differ from that of the C library in its last digit
        np.testing.assert_allclose(list(pixels.values()), expected, rtol=1e-14 if log_trans else 0)


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.integers(-2, 3), st.integers(-2, 3), st.integers(-(2**62), 2**62)), min_size=1, max_size=40)
)
def test_bins_of_any_extent_are_lexicographic(entries):
    table = np.array([(row + 2, a, 0) for row, a, _ in entries], dtype=np.int64)
    wide = np.array([b for *_, b in entries], dtype=np.int64) // 4
    bins = Bins.of(table[:, 0], np.column_stack([table[:, 1], wide, wide]))
    keys = [(int(row), *place) for row, place in zip(bins.row, bins.place.tolist(), strict=True)]
    assert keys == sorted({(row + 2, a, b // 4, b // 4) for row, a, b in entries})
    assert bins.count().sum() == len(entries)
    assert bins.order.tolist() == np.lexsort((wide, table[:, 1], table[:, 0])).tolist()  # stable
    coarse, again = bins.of_first(1), Bins.of(bins.row, bins.place[:, :1])
    for name in ("row", "place", "index", "start"):
        np.testing.assert_array_equal(getattr(coarse, name), getattr(again, name))
    assert coarse.sum(bins.count()).tolist() == again.sum(bins.count()).tolist()
