"""Angles of showers made by hand, and of lines in any direction."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from showergrid.core.errors import InputError
from showergrid.events.directions import angles, read_directions, write_directions
from showergrid.events.hits import Hits


def lines(directions: list[tuple[float, float, float]], start=(150.0, -150.0, 400.0)) -> Hits:
    """One event of 20 hits along each direction."""
    steps = np.linspace(0, 30, 20)[:, None]
    unit = [np.array(direction) / np.linalg.norm(direction) for direction in directions]
    position = np.concatenate([np.array(start) + steps * vector for vector in unit])
    count = len(directions)
    charge = np.tile(np.linspace(3, 1, 20), count)
    return Hits(np.arange(count) * 5, np.arange(count + 1) * 20, position, charge)


def test_by_hand():
    degrees = angles(lines([(0, 0, 1), (0, 0, -1), (1, 0, 0), (0, 3, 3), (1, 1, 1), (0, 1, -np.sqrt(3))]))
    np.testing.assert_allclose(degrees, [0, 0, 90, 45, np.degrees(np.arctan(np.sqrt(2))), 30], atol=1e-6)


@given(st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda vector: np.linalg.norm(vector) > 0.1))
def test_a_line_has_its_own_angle(direction):
    x, y, z = direction
    expected = np.degrees(np.arctan2(np.hypot(x, y), abs(z)))
    np.testing.assert_allclose(angles(lines([direction])), expected, atol=1e-5)


def test_hits_at_one_point_have_no_angle(tmp_path):
    hits = lines([(0, 0, 1), (0, 1, 1)])
    hits.position[:20] = hits.position[0]
    degrees = angles(hits)
    assert np.isnan(degrees[0])
    assert degrees[1] == pytest.approx(45)
    write_directions([hits.only(np.array([True, False])), hits.only(np.array([False, True]))], tmp_path / "d.parquet")
    assert pq.read_table(tmp_path / "d.parquet")["angle"].null_count == 1
    event, angle = read_directions(tmp_path / "d.parquet")
    assert event.tolist() == [0, 5]
    np.testing.assert_array_equal(angle, degrees)


def test_another_file_is_refused(tmp_path):
    (tmp_path / "d.parquet").write_text("no table")
    with pytest.raises(InputError, match=r"d\.parquet: cannot be read as Parquet"):
        read_directions(tmp_path / "d.parquet")
