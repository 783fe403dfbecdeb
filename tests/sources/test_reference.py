"""The default study's showers beside the published numbers of the reference: medians of hits and of extents.

Agreement within 20 % is asked for, 30 % at 0.1 GeV; three standard errors of our small samples are added.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from studies import configuration

from showergrid.core.seeds import generator
from showergrid.events.detector import Box
from showergrid.report.data.settings import PublishedData
from showergrid.sources.lartpc.showers import simulate_shard
from showergrid.sources.showers import Parameters

STUDY = configuration()
PUBLISHED = PublishedData(**configuration("reference")["published"]["data"])
CODES = [code for kind in STUDY["questions"][0]["classes"] for code in kind["values"]]


def showers(count: int, **changes) -> tuple[pa.Table, pa.Table]:
    """Hits and events of so many showers of the default study, with some settings changed."""
    settings = Parameters(**{**STUDY["showers"], "showers": count, "shard_size": count, **changes})
    return simulate_shard(0, CODES, settings, settings.readout, Box(**STUDY["detector"]), STUDY["order"])


def close(values: np.ndarray, published: float, tolerance: float) -> bool:
    """Whether the median of `values` (n,) is that of the reference within tolerance and statistics."""
    random = generator(1, "bootstrap")
    medians = [np.median(random.choice(values, values.size)) for _ in range(200)]
    return abs(np.median(values) / published - 1) <= tolerance + 3 * np.std(medians) / published


@pytest.mark.parametrize("point", PUBLISHED.hits, ids=lambda point: f"{point.energy} GeV")
def test_median_of_hits(point):
    low, high = STUDY["showers"]["energy"]
    energy = max(point.energy - point.width / 2, low), min(point.energy + point.width / 2, high)
    hits = showers(80, energy=energy)[1]["n_hits"].to_numpy()
    assert close(hits, point.hits, 0.3 if point.energy <= 0.1 else 0.2), np.median(hits)


@pytest.fixture(scope="module")
def extents() -> np.ndarray:
    """Largest less smallest coordinate of 300 showers, (300, 3) [cm]."""
    hits, events = showers(300)
    begin = np.append(0, np.cumsum(events["n_hits"].to_numpy())[:-1])
    position = np.stack([hits[axis].to_numpy() for axis in ("x", "y", "z")], axis=1)
    return np.maximum.reduceat(position, begin) - np.minimum.reduceat(position, begin)


@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_median_of_extents(extents, axis):
    ours = extents[:, "xyz".index(axis)]
    assert close(ours, getattr(PUBLISHED.quartiles, axis)[1], 0.2), np.median(ours)


def test_the_smallest_events_have_as_few_hits():
    assert STUDY["showers"]["min_hits"] == PUBLISHED.smallest
