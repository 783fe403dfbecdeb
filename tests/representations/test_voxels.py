"""Voxels: hand-computed ones, and random events against the slow implementation."""

import numpy as np
import pytest
import slow_images
from synthetic_hits import CENTIMETRES, hits_of, random_events

from showergrid.events.hits import AXES
from showergrid.inputs.pixels import Grid
from showergrid.representations import voxels


def parameters(cube_pool="mean", log_trans=False) -> voxels.Parameters:
    return voxels.Parameters(cube_pool=cube_pool, log_trans=log_trans, headroom=1.15)


def image(event, chosen, grid=CENTIMETRES) -> dict:
    pixels = voxels.pixels(hits_of([event]), grid, {"charge": 100.0}, chosen)
    return {tuple(place): value for place, value in zip(pixels.place.tolist(), pixels.values[:, 0], strict=True)}


def test_layout():
    assert voxels.axes(parameters()) == ("x", "y", "z")
    assert voxels.CHANNELS == 1


@pytest.mark.parametrize(("cube_pool", "charge"), [("mean", 30), ("max", 60)])
def test_pooling_by_hand(cube_pool, charge):
    event = [(1, 0, 1, 10), (1.4, 0.4, 0.6, 20), (0.6, 0.4, 1, 60), (1, 3, 0, 23)]
    assert image(event, parameters(cube_pool)) == pytest.approx({(0, 0, 0): charge / 115, (0, 3, -1): 0.2})


@pytest.mark.parametrize("cube_pool", ["mean", "max"])
@pytest.mark.parametrize("log_trans", [False, True])
def test_random_events_against_the_slow_implementation(cube_pool, log_trans):
    ranges = {"x": (40.0, 160.0), "y": (45.0, 155.0), "z": (30.0, 170.0)}
    grid = Grid(30, *np.array([ranges[axis] for axis in AXES]).T, np.array([1, 1, 1.25]))
    for event in random_events(6, 12):
        slow = slow_images.voxels(event, ranges, 30, cube_pool, log_trans, 1.15, 100.0)
        pixels = image(event, parameters(cube_pool, log_trans), grid)
        assert list(pixels) == sorted(slow)
        expected = [slow[key][0] for key in pixels]
        np.testing.assert_allclose(list(pixels.values()), expected, rtol=1e-14 if log_trans else 0)
