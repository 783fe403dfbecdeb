"""Further hits of the same showers, for which the truth stands in for steps of readout and reconstruction."""

from __future__ import annotations

import numpy as np
import pytest

from showergrid.core.errors import InputError
from showergrid.sources.lartpc.further_settings import Idealised, check_further
from showergrid.sources.lartpc.idealised import turned
from showergrid.sources.lartpc.readout import TimedHits
from showergrid.sources.lartpc.settings import Readout, Simulation
from showergrid.sources.lartpc.showers import simulate_shard

CLASSES = (11, 22)
IDEALISED = [
    Idealised(name="turned", turned=True),
    Idealised(
        name="clean", readout={"noise": 0.0, "lifetime": None, "diffusion": {"longitudinal": 0, "transverse": 0}}
    ),
]


@pytest.fixture
def shards(detector_box, simulation, readout):
    """A shard without and with idealised hits; some showers of it are drawn again."""
    settings = Simulation(**{**simulation, "showers": 24, "shard_size": 12, "min_hits": 60})
    asked = 1, CLASSES, settings, Readout(**readout), detector_box, "axis"
    return simulate_shard(*asked), simulate_shard(*asked, IDEALISED)


def columns(table) -> dict[str, np.ndarray]:
    return {name: table[name].to_numpy() for name in table.column_names}


def offsets(table) -> np.ndarray:
    """(N, 3): from the first hit of the event."""
    values = columns(table)
    position = np.stack([values[axis] for axis in "xyz"], axis=1).astype(float)
    first = np.flatnonzero(np.diff(values["event"], prepend=-1))
    return position - position[first][values["event"]]


def test_a_flight_along_a_known_direction_becomes_one_along_z():
    direction = np.array([[0.6, 0.0, 0.8], [2, 3, 6]]) / np.array([[1], [7]])
    depth = np.array([0, 1, 5.0])
    start = np.array([[1.0, 2, 3], [-4, 5, 6]])
    position = (start[:, None] + depth[:, None] * direction[:, None]).reshape(-1, 3)
    event, ones = np.repeat([0, 1], 3), np.ones(6)
    got = turned(TimedHits(event, position, ones, ones), direction).position
    expected = start[:, None] + depth[:, None] * np.array([0.0, 0, 1])
    np.testing.assert_allclose(got, expected.reshape(-1, 3), atol=1e-12)
    # 7 along y: 3 along the second direction, of length 7, and sqrt(40) across it, in the plane of y and z
    above = start[1] + [[0.0, 0, 0], [0, 7, 0]]
    got = turned(TimedHits(event[:2], above, ones[:2], ones[:2]), direction[1:]).position
    np.testing.assert_allclose(got[1], start[1] + [0, np.sqrt(40), 3], atol=1e-12)
    # In the plane of x and z a right angle to the left stays one: (0.8, 0, -0.6) x 5 from the first start
    beside = np.array([[1.0, 2, 3], [5, 2, 0]])
    got = turned(TimedHits(event[:2], beside, ones[:2], ones[:2]), direction[:1]).position
    np.testing.assert_allclose(got[1], [6, 2, 3], atol=1e-12)


def test_the_study_s_own_hits_are_as_without(shards):
    (hits, events), (same, *_, same_events) = shards
    assert hits.equals(same)
    assert events.equals(same_events)
    assert events.schema.metadata == same_events.schema.metadata


def test_turned_hits_are_the_same_by_true_time(shards):
    (hits, _), (_, turn, _, _) = shards
    own, ideal = columns(hits), columns(turn)
    by_time = np.lexsort((own["time"], own["event"]))
    for name in ("event", "charge", "time"):
        np.testing.assert_array_equal(ideal[name], own[name][by_time])
    before = offsets(hits.take(by_time))
    after = offsets(turn)
    np.testing.assert_allclose(np.linalg.norm(after, axis=1), np.linalg.norm(before, axis=1), atol=1e-3)
    charge = own["charge"][by_time]
    # Half of a shower's charge flies within 17 degrees of its primary, cos .956; before it was 20 degrees off
    forward = charge @ after[:, 2] / (charge @ np.linalg.norm(after, axis=1))
    assert forward > charge @ before[:, 2] / (charge @ np.linalg.norm(before, axis=1))
    assert forward > 0.9


def test_an_undisturbed_readout_sees_more_charge_of_the_same_showers(shards):
    (hits, _), (_, _, clean, _) = shards
    own, ideal = (np.bincount(*(table[name].to_numpy() for name in ("event", "charge"))) for table in (hits, clean))
    assert np.all(ideal > own)
    assert np.corrcoef(own, ideal)[0, 1] > 0.99
    assert np.all(np.diff(clean["time"].to_numpy())[np.diff(clean["event"].to_numpy()) == 0] >= 0)


def test_what_cannot_be_is_refused(readout):
    own = Readout(**readout)
    with pytest.raises(InputError, match="two tables would have the name hits"):
        check_further([Idealised(name="hits")], [], own)
    with pytest.raises(InputError, match="two tables would have the name split"):
        check_further([Idealised(name="split")], [], own)
    with pytest.raises(InputError, match=r"config: showers\.idealised: clean: readout: noise = -1"):
        check_further([Idealised(name="clean", readout={"noise": -1})], [], own)
