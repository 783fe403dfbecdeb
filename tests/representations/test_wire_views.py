"""Three views of wires: hand-computed wires, symmetries of the planes, conserved charge, and pixels of single views."""

import dataclasses

import numpy as np
import pytest
from synthetic_hits import CENTIMETRES, hits_of, random_events

from showergrid.core.errors import InputError
from showergrid.events.hits import Hits
from showergrid.inputs.making import charge_centre
from showergrid.inputs.pixels import Grid
from showergrid.inputs.wires import across
from showergrid.representations import projection, wire_views
from showergrid.representations.wire_views import Parameters

RANGES = {"charge_sum": 100.0}
ROOM = Grid(400, np.array([-200.0, -200.0, 0.0]), np.array([200.0, 200.0, 500.0]), np.array([1, 1, 1.25]))  # 1 cm
RANDOM = random_events(3, 40)


def shown(hits: Hits, grid: Grid = ROOM, **keys) -> list[dict]:
    """The charge of each pixel that a view sees, by event, view and place."""
    pixels = wire_views.pixels(hits, grid, RANGES, Parameters(**{"headroom": 1, **keys}))
    return [
        {
            (row, *place): value
            for row, place, value in zip(pixels.row, pixels.place.tolist(), pixels.values[:, v] * 100, strict=True)
            if value
        }
        for v in range(3)
    ]


def test_the_distance_across_wires():
    """w = z cos a - y sin a, with cos 60 = 1/2 and sin 60 = 0.8660; at 35.7 degrees 0.8121 and 0.5835."""
    point = np.array([[7.0, 10.0, 4.0]])
    assert across(point, 0)[0] == 4
    assert across(point, 60)[0] == pytest.approx(2 - 8.660254)
    assert across(point, -60)[0] == pytest.approx(2 + 8.660254)
    assert across(point, 35.7)[0] == pytest.approx(4 * 0.812084 - 10 * 0.583541, abs=1e-5)
    assert across(np.array([[0.0, 10.0, 10 * np.sqrt(3)]]), 60)[0] == pytest.approx(0, abs=1e-12)  # along such a wire


def test_hand_computed_pixels():
    """One hit 10 cm above the first and 4 cm behind it: -6.66, 10.66 and 4 cm across the wires."""
    hits = hits_of([[(0, 0, 0, 30), (3, 10, 4, 50)]])
    views = shown(hits, Grid(400, np.array([-200.0, 0, 0]), np.array([200.0, 400, 500]), np.array([1, 1, 1.25])))
    assert views == [{(0, 0, 0): 30, (0, 3, column): 50} for column in (-7, 11, 4)]


def test_the_view_of_vertical_wires_is_the_projection_along_them():
    hits = hits_of(RANDOM)
    chosen = projection.Parameters(axis="y", cube_pool="mean", projection_pool="max", log_trans=False, headroom=1)
    seen = projection.pixels(hits, ROOM, {"charge": 1.0}, chosen)
    charges = {(r, *p): q for r, p, q in zip(seen.row, seen.place.tolist(), seen.charge, strict=True)}
    assert shown(hits)[2] == pytest.approx(charges)


def test_turned_upside_down_two_views_change_places():
    hits = hits_of(RANDOM)
    turned = dataclasses.replace(hits, position=hits.position * [1, -1, 1])
    straight, upside = shown(hits), shown(turned)
    # the wires of both start at the same corner of the grid, from which y is counted: pixels may differ by rounding
    for mine, theirs in ((0, 1), (1, 0), (2, 2)):
        assert sum(straight[mine].values()) == pytest.approx(sum(upside[theirs].values()))
        assert _columns(straight[mine]) == pytest.approx(_columns(upside[theirs]), abs=1)


def _columns(view: dict) -> list[float]:
    """The mean column of each event's charge."""
    sums = np.zeros((2, len(RANDOM)))
    for (row, _, column), charge in view.items():
        sums[:, row] += charge * column, charge
    return (sums[0] / sums[1]).tolist()


def test_an_event_that_is_moved_by_whole_pixels_looks_the_same():
    hits = hits_of(RANDOM)
    moved = dataclasses.replace(hits, position=hits.position + np.array([8, 0, 16]))
    assert shown(hits)[2] == shown(moved)[2]
    aside = dataclasses.replace(hits, position=hits.position + np.array([0, 40, 0]))
    assert shown(hits)[2] == shown(aside)[2]


@pytest.mark.parametrize("align", ["first_hit", "charge_centre"])
def test_every_view_sees_all_charge(align):
    hits = hits_of(RANDOM)
    charge = np.bincount(hits.row, hits.charge)
    for view in shown(hits, align=align):
        seen = np.zeros(len(RANDOM))
        for (row, *_), value in view.items():
            seen[row] += value
        np.testing.assert_allclose(seen, charge, rtol=1e-12)
    pixels = wire_views.pixels(hits, ROOM, RANGES, Parameters(align=align))
    np.testing.assert_allclose(np.bincount(pixels.row, pixels.charge), 3 * charge, rtol=1e-12)
    assert pixels.hits.sum() == 3 * hits.charge.size


def test_centres_of_all_views_lie_on_one_pixel():
    hits = hits_of(RANDOM)
    centre = charge_centre(hits, ROOM)[:, [0, 2]]
    for view in shown(hits, align="charge_centre"):
        columns = np.array(_columns(view))
        assert np.abs(columns - centre[:, 1]).max() <= 1  # a column is rounded, and so is the centre


def test_chunks_do_not_matter():
    together = wire_views.pixels(hits_of(RANDOM), ROOM, RANGES, Parameters(align="charge_centre"))
    for i, event in enumerate(RANDOM):
        alone = wire_views.pixels(hits_of([event]), ROOM, RANGES, Parameters(align="charge_centre"))
        own = together.row == i
        assert alone.place.tobytes() == together.place[own].tobytes()
        assert alone.values.tobytes() == together.values[own].tobytes()


def test_range_is_the_largest_sum_of_a_view():
    """Two hits above each other share a vertical wire, the second and third one of a slanted plane: 80 and 70."""
    hits = hits_of([[(0, 0, 0, 30), (0, 5, 0, 50), (0, 0, 8, 20)]])
    assert wire_views.ranges(hits, CENTIMETRES, Parameters()) == {"charge_sum": 80}


def test_logarithm_of_the_sum():
    hits = hits_of([[(0, 0, 0, 9)]])
    pixels = wire_views.pixels(hits, ROOM, {"charge_sum": 99.0}, Parameters(log_trans=True, headroom=1))
    np.testing.assert_allclose(pixels.values, [[0.5, 0.5, 0.5]])


MAP = dataclasses.replace(
    hits_of([[(5, 5, 2, 10), (7, 4, 4, 30), (5, 9, 9, 20), (6, 1, 1, 8), (6, 3, 3, 8)]]), view=np.array([0, 0, 1, 2, 2])
)


def test_pixels_of_single_views_are_placed_around_their_own_centres():
    """View 0: centre (6.5, 3.5) rounds to (6, 4); view 1: (5, 9); view 2: (6, 2). All: (6, 4.63) to (6, 5).

    The first hit is (5, 2), so that the common centre is (1, 3) from it.
    """
    views = shown(MAP, CENTIMETRES, align="charge_centre")
    assert views == [{(0, 0, 1): 10, (0, 2, 3): 30}, {(0, 1, 3): 20}, {(0, 1, 2): 8, (0, 1, 4): 8}]


def test_pixels_of_single_views_have_no_first_hit():
    with pytest.raises(InputError, match="align: charge_centre"):
        wire_views.pixels(MAP, CENTIMETRES, RANGES, Parameters())


def test_wires_that_lie_level_are_refused():
    with pytest.raises(ValueError, match="angles"):
        Parameters(angles=(90, -60, 0))
