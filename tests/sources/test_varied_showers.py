"""The same showers of a shard, read out as by another detector."""

import numpy as np
import pytest

from showergrid.sources.lartpc.settings import Readout, Simulation
from showergrid.sources.lartpc.showers import simulate_shard, vary_shard

CLASSES = (11, 22)


@pytest.fixture
def shard(detector_box, simulation, readout):
    """The second shard as the study has it, and in three other detectors; some showers of it are drawn again."""
    settings = Simulation(**{**simulation, "showers": 24, "shard_size": 12, "min_hits": 60})
    own = Readout(**readout)
    varied = {
        "nominal": own,
        "louder": own.model_copy(update={"gain": 2 * own.gain}),
        "dirty": own.model_copy(update={"lifetime": 5000.0}),
    }
    hits, events = simulate_shard(1, CLASSES, settings, own, detector_box, "axis")
    return hits, events, vary_shard(1, CLASSES, settings, own, detector_box, "axis", varied)


def test_the_study_s_own_readout_gives_its_own_hits(shard):
    hits, events, varied = shard
    assert b'"11": 0' not in events.schema.metadata[b"redrawn"] or b'"22": 0' not in events.schema.metadata[b"redrawn"]
    assert np.array_equal(varied["nominal"]["event"].to_numpy(), hits["event"].to_numpy() + 12)
    for column in ("x", "y", "z", "charge", "time"):
        assert np.array_equal(varied["nominal"][column].to_numpy(), hits[column].to_numpy()), column


def test_gain_scales_the_charge_and_nothing_else(shard):
    """Signal, noise and threshold all go with the gain."""
    _, _, varied = shard
    own, louder = varied["nominal"], varied["louder"]
    assert np.array_equal(louder["event"].to_numpy(), own["event"].to_numpy())
    np.testing.assert_allclose(louder["charge"].to_numpy(), 2 * own["charge"].to_numpy(), rtol=1e-5)
    np.testing.assert_allclose(louder["x"].to_numpy(), own["x"].to_numpy(), rtol=1e-5, atol=1e-4)


def test_dirty_argon_loses_charge_of_the_same_showers(shard):
    _, _, varied = shard
    own, dirty = (
        np.bincount(table["event"].to_numpy() - 12, table["charge"].to_numpy(), 12)
        for table in (varied["nominal"], varied["dirty"])
    )
    assert np.all(dirty < own)
    assert np.corrcoef(own, dirty)[0, 1] > 0.8
