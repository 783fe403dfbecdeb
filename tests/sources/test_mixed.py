"""Hits of the same showers, each as one of several readouts sees it."""

from __future__ import annotations

import numpy as np
import pytest

from showergrid.core.errors import InputError
from showergrid.sources.lartpc.further_settings import Idealised, Mixed, check_further
from showergrid.sources.lartpc.mixed import drawn
from showergrid.sources.lartpc.settings import Readout, Simulation
from showergrid.sources.lartpc.showers import simulate_shard, vary_shard

CLASSES = (11, 22)
STILL = {"noise": 0.0, "diffusion": {"longitudinal": 0.0, "transverse": 0.0}}  # nothing is left to chance
LIFETIMES = (2000, 10_000, None)


def showers(simulation: dict) -> Simulation:
    """A shard of 12 of them; some are drawn again."""
    return Simulation(**{**simulation, "showers": 24, "shard_size": 12, "min_hits": 60})


def of_event(table, event: int):
    return table.filter(table["event"].to_numpy() == event).drop_columns("event")


def test_each_shower_is_seen_by_the_readout_that_is_drawn_for_it(detector_box, simulation, readout):
    settings, own = showers(simulation), Readout(**readout)
    several = Mixed(name="several", readouts=[{**STILL, "lifetime": lifetime} for lifetime in LIFETIMES])
    single = Mixed(name="single", readouts=[{**STILL, "lifetime": 2000}])
    asked = 1, CLASSES, settings, own, detector_box, "axis"
    plain, plain_events = simulate_shard(*asked)
    hits, mixed, alone, events = simulate_shard(*asked, [], [several, single])
    alone_by = {str(number): seen for number, seen in enumerate(several.read_out_by(own))}
    by_readout = list(vary_shard(*asked, alone_by).values())
    draw = drawn(3, range(12, 24), settings.seed, "several")
    assert set(draw.tolist()) == {0, 1, 2}
    assert np.array_equal(np.unique(mixed["event"].to_numpy()), np.arange(12))
    for event in range(12):
        assert of_event(mixed, event).equals(of_event(by_readout[draw[event]], 12 + event))
        assert of_event(alone, event).equals(of_event(by_readout[0], 12 + event))
    # The study's own showers are as without, and once more the bytes are the same
    assert hits.equals(plain)
    assert events.equals(plain_events)
    assert events.schema.metadata == plain_events.schema.metadata
    assert simulate_shard(*asked, [], [several])[1].equals(mixed)


def test_the_draw_is_even_and_no_size_of_shards_changes_it():
    draw = drawn(4, range(10_000), 1, "varied")
    # 2,500 of each, with a standard deviation of sqrt(10,000 x 1/4 x 3/4) = 43
    np.testing.assert_allclose(np.bincount(draw), 2500, atol=4.5 * 43)
    assert np.array_equal(np.concatenate([drawn(4, range(k, k + 7), 1, "varied") for k in (0, 7, 14)]), draw[:21])
    assert not np.array_equal(drawn(4, range(100), 2, "varied"), draw[:100])
    assert not np.array_equal(drawn(4, range(100), 1, "other"), draw[:100])


def test_a_shower_that_its_readout_does_not_see_is_seen_by_the_study_s_own(detector_box, simulation, readout):
    """Of a life of 2 us a millionth is left after 4 cm, and without noise nothing else makes a hit."""
    settings, own = showers(simulation), Readout(**readout)
    blind = Mixed(name="blind", readouts=[{"lifetime": 2, "noise": 0.0}, {**STILL, "lifetime": 2000}])
    hits, mixed, _ = simulate_shard(1, CLASSES, settings, own, detector_box, "axis", [], [blind])
    unseen = np.flatnonzero(drawn(2, range(12, 24), settings.seed, "blind") == 0)
    assert 0 < unseen.size < 12
    same = [event for event in range(12) if of_event(mixed, event).equals(of_event(hits, event))]
    assert same == unseen.tolist()


def test_noise_and_diffusion_of_a_mixture_are_its_own(detector_box, simulation, readout):
    """The study's own readout sees the same showers with other noise."""
    settings, own = showers(simulation), Readout(**readout)
    hits, mixed, _ = simulate_shard(
        1, CLASSES, settings, own, detector_box, "axis", [], [Mixed(name="own", readouts=[{}])]
    )
    first, second = (np.bincount(table["event"].to_numpy(), table["charge"].to_numpy(), 12) for table in (hits, mixed))
    assert not np.array_equal(first, second)
    np.testing.assert_allclose(second, first, rtol=0.1)


def test_what_cannot_be_is_refused(readout):
    own = Readout(**readout)
    with pytest.raises(InputError, match=r"showers\.mixed: two tables would have the name hits"):
        check_further([], [Mixed(name="hits", readouts=[{}])], own)
    with pytest.raises(InputError, match="two tables would have the name both"):
        check_further([Idealised(name="both")], [Mixed(name="both", readouts=[{}])], own)
    with pytest.raises(InputError, match=r"config: showers\.mixed: varied: readouts: 2: lifetime = -1"):
        check_further([], [Mixed(name="varied", readouts=[{}, {"lifetime": -1}])], own)
    with pytest.raises(InputError, match=r"varied: readouts: 1: life = 1: unknown key; valid: field, density"):
        check_further([], [Mixed(name="varied", readouts=[{"life": 1}])], own)
