"""One event from all sides, against plain loops; and what the colours of an image mean."""

import colorsys

import numpy as np
import pytest
from synthetic_hits import CENTIMETRES, hits_of, random_events

from showergrid.events.hits import AXES
from showergrid.inputs.settings import Representation
from showergrid.report.figures.event_views import VIEWS, event3d_figure, view, views_figure
from showergrid.report.figures.legends import has_hue, legend_colors
from showergrid.report.settings.event_figures import DrawnRepresentation
from showergrid.representations import color

EVENTS = [(1, 2, 3, 10), (1, 2.2, 3, 5), (2, 2, 3, 7), (1, 5, 3, 1)]


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        ("x", {(0, 0): 22, (3, 0): 1}),  # y, z
        ("y", {(0, 0): 16, (1, 0): 7}),  # x, z
        ("z", {(0, 0): 15, (1, 0): 7, (0, 3): 1}),  # x, y
    ],
)
def test_a_view_sums_the_charge_behind_each_pixel(axis, expected):
    shown = view(hits_of([EVENTS]), CENTIMETRES, axis)
    assert shown.axes == tuple(name for name in AXES if name != axis)
    assert dict(zip(map(tuple, shown.place.tolist()), shown.charge, strict=True)) == expected
    np.testing.assert_allclose(shown.pixel, [1, 1])


def test_every_view_has_the_whole_charge():
    for event in random_events(4, 6):
        hits = hits_of([event])
        totals = [view(hits, CENTIMETRES, axis).charge.sum() for axis in VIEWS]
        np.testing.assert_allclose(totals, hits.charge.sum())


@pytest.mark.parametrize("event", [random_events(5, 1)[0], [(1, 2, 3, 10)]], ids=["a shower", "a single hit"])
def test_figures_of_an_event_are_the_same_twice(event, tmp_path):
    hits = hits_of([event])
    for name in ("one", "other"):
        event3d_figure(hits, "event", tmp_path / f"{name}.3d.pdf")
        views_figure({"electron": hits}, CENTIMETRES, {"electron": "event"}, tmp_path / f"{name}.views.pdf")
    for kind in ("3d", "views"):
        assert (tmp_path / f"one.{kind}.pdf").read_bytes() == (tmp_path / f"other.{kind}.pdf").read_bytes()


PARAMETERS = color.Parameters(
    axis="y", depth_pool="mean", hue_span=270, lightness_span=(0.1, 0.6), saturation=1, headroom=1.15
)
RANGES = {"depth": 8.0, "charge_sum": 1000.0}


def test_the_legend_has_the_colour_of_a_pixel_of_that_depth_and_charge():
    for depth, charge in [(0.0, 1.0), (2.5, 40.0), (7.0, 999.0), (8.0, 5000.0)]:
        first = (0.0, 0.0, 0.0, 1.0)  # the lowest hit, from which depth counts
        pixels = color.pixels(hits_of([[first, (3.0, depth, 0.0, charge)]]), CENTIMETRES, RANGES, PARAMETERS)
        drawn = pixels.values[np.all(pixels.place == [3, 0], axis=1)]
        legend = legend_colors(color, PARAMETERS, RANGES, np.array([1.0, depth]), np.array([3.0, charge, 7.0]))
        assert legend.shape == (3, 2, 3)
        np.testing.assert_array_equal(legend[1, 1], drawn[0])


def test_hue_runs_to_the_right_and_lightness_upwards():
    depth, charge = np.linspace(0, 8, 9), np.geomspace(1, 1000, 7)
    legend = legend_colors(color, PARAMETERS, RANGES, depth, charge)
    hls = np.array([[colorsys.rgb_to_hls(*rgb) for rgb in row] for row in legend])
    np.testing.assert_allclose(hls[:, :, 0] * 360, np.broadcast_to(270 * depth / 8, (7, 9)), atol=1e-9)
    assert np.all(np.diff(hls[:, :, 1], axis=0) > 0)


@pytest.mark.parametrize(("module", "expected"), [("color", True), ("projection", False), ("voxels", False)])
def test_which_representations_have_a_hue(module, expected):
    drawn = DrawnRepresentation(representation=Representation(name=module, module=module, parameters={}), resolution=9)
    assert has_hue(drawn) is expected
