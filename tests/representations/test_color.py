"""Colour, tested in HSL: what hue and lightness say, what they must not depend on, and the way to RGB."""

import colorsys

import numpy as np
import pytest
import slow_images
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from synthetic_hits import CENTIMETRES, hits_of, random_events

from showergrid.events.hits import AXES
from showergrid.inputs.pixels import Grid
from showergrid.representations import color

VALUES = {
    "axis": "y",
    "depth_pool": "sum",
    "hue_span": 180.0,
    "lightness_span": (0.2, 0.8),
    "saturation": 0.9,
    "headroom": 1.15,
}
PARAMETERS = color.Parameters(**VALUES)
RANGES = {"charge_sum": 1000.0, "depth": 10.0}


def hsl_image(event, grid=CENTIMETRES, ranges=RANGES, parameters=PARAMETERS) -> dict:
    """Hue, saturation, lightness of each pixel, read back from the colours of the image."""
    pixels = color.pixels(hits_of([event]), grid, ranges, parameters)
    image = {}
    for place, (red, green, blue) in zip(pixels.place.tolist(), pixels.values, strict=True):
        hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
        image[tuple(place)] = (hue * 360, saturation, lightness)
    return image


def test_layout():
    assert color.axes(PARAMETERS) == ("x", "z")
    assert color.CHANNELS == 3


def test_hue_and_lightness_by_hand():
    # summed coordinates from y = 2 upwards: 0 and 1 + 4 = 5 of 10 -> half of the hue span
    ranges = {"charge_sum": 99 / 1.15, "depth": 10.0}
    event = [(0, 2, 0, 0), (1, 3, 0, 4), (1, 6, 0, 5)]  # log1p(9) / log1p(99) = 1/2
    image = hsl_image(event, ranges=ranges)
    assert image[0, 0] == pytest.approx((0, 0.9, 0.2))
    assert image[1, 0] == pytest.approx((90, 0.9, 0.5))


def test_sums_above_the_training_range_are_clipped():
    event = [(0, 0, 0, 1), (1, 8, 0, 1e6), (1, 8, 0, 1e6)]
    assert hsl_image(event)[1, 0] == pytest.approx((180, 0.9, 0.8))


def test_hue_never_depends_on_charge():
    for event in random_events(7, 10):
        brighter = [(x, y, z, 3 * charge + 7) for x, y, z, charge in event]
        image, brightened = hsl_image(event), hsl_image(brighter)
        assert image.keys() == brightened.keys()
        hues = np.array([[image[key][0], brightened[key][0]] for key in image])
        np.testing.assert_allclose(hues[:, 0], hues[:, 1], atol=1e-9)
        assert any(image[key][2] != brightened[key][2] for key in image)


def test_hue_has_a_range_of_its_own():
    hits = hits_of([[(0, 0, 0, 5000), (1, 3, 1, 7), (1, 5, 1, 8)], [(0, 0, 0, 1), (0, 6, 0, 2)]])
    ranges = color.ranges(hits, CENTIMETRES, PARAMETERS)
    assert ranges == pytest.approx({"charge_sum": 5000, "depth": 8})


def moved(event, shift: float, axis: int):
    return [tuple(r + shift if a == axis else r for a, r in enumerate(hit)) for hit in event]


@pytest.mark.parametrize("shift", [-73.1, 1e-7, 1 / 3, 19.999, 512.0])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_moving_along_the_dropped_axis_changes_nothing(shift, axis):
    parameters = color.Parameters(**{**VALUES, "axis": AXES[axis]})
    for event in random_events(8, 30):
        images = [
            color.pixels(hits_of([e]), CENTIMETRES, RANGES, parameters) for e in (event, moved(event, shift, axis))
        ]
        assert np.array_equal(images[0].place, images[1].place)
        assert np.array_equal(images[0].values, images[1].values)


def test_moving_in_stored_float32_changes_no_more_than_its_rounding():
    for event in random_events(9, 50):
        stored = [tuple(float(np.float32(r)) for r in hit) for hit in moved(event, 137.77, 1)]
        exact, rounded = (hsl_image(e, ranges={"charge_sum": 1e3, "depth": 1e3}) for e in (event, stored))
        assert exact.keys() == rounded.keys()
        np.testing.assert_allclose(list(exact.values()), list(rounded.values()), atol=1e-3)  # of 180 degrees


@pytest.mark.parametrize("depth_pool", ["sum", "mean"])
@pytest.mark.parametrize("axis", AXES)
def test_random_events_against_the_slow_implementation(axis, depth_pool):
    ranges = {"x": (40.0, 160.0), "y": (45.0, 155.0), "z": (30.0, 170.0)}
    grid = Grid(25, *np.array([ranges[a] for a in AXES]).T, np.array([1, 1, 1.25]))
    values = {**VALUES, "axis": axis, "depth_pool": depth_pool, "hue_span": 300.0}
    learnt = {"charge_sum": 2500.0, "depth": 200.0}
    for event in random_events(10, 12):
        slow = slow_images.color(
            event, ranges, 25, **values, largest_depth=learnt["depth"], largest_charge=learnt["charge_sum"]
        )
        image = hsl_image(event, grid, learnt, color.Parameters(**values))
        assert list(image) == sorted(slow)
        # half a step of 10 micrometres for each of a pixel's hits, as a share of the hue span
        np.testing.assert_allclose(list(image.values()), [slow[key] for key in image], atol=0.01)
        pixels = color.pixels(hits_of([event]), grid, learnt, color.Parameters(**values))
        expected = slow_images.rgb(slow)
        np.testing.assert_allclose(pixels.values, [expected[tuple(key)] for key in pixels.place.tolist()], atol=2e-4)


@given(st.floats(0, 360), st.floats(0, 1), st.floats(0, 1))
def test_rgb_is_that_of_the_standard_library(hue, saturation, lightness):
    rgb = color.rgb(np.array([hue]), np.array([saturation]), np.array([lightness]))[0]
    np.testing.assert_allclose(rgb, colorsys.hls_to_rgb(hue / 360, lightness, saturation), atol=1e-12)


def test_an_event_without_depth_is_red():
    assert hsl_image([(0, 1, 0, 5), (1, 1, 1, 5)], ranges={**RANGES, "depth": 0.0})[1, 1][0] == 0


def test_lightness_must_rise():
    with pytest.raises(ValidationError, match="lightness_span"):
        color.Parameters(**{**VALUES, "lightness_span": (0.8, 0.2)})
