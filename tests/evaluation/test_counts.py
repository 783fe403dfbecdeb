"""Intervals of counted events, against published numbers and the definitions."""

import numpy as np
import pytest
from scipy.stats import poisson

from showergrid.evaluation.counts import garwood, wilson


@pytest.mark.parametrize(
    ("kept", "total", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson(kept, total, low, high):
    assert wilson(kept, total, 0.95) == pytest.approx((low, high), abs=5e-5)
    mirrored = 1 - np.array(wilson(total - kept, total, 0.95))
    assert mirrored[::-1] == pytest.approx((low, high), abs=5e-5)


def test_of_no_events_a_share_is_anything():
    assert wilson(0, 0, 0.95) == (0, 1)


def test_garwood():
    counts = np.array([0, 1, 3, 50])
    low, high = garwood(counts, 0.9)
    assert low[0] == 0
    np.testing.assert_allclose(poisson.sf(counts[1:] - 1, low[1:]), 0.05)
    np.testing.assert_allclose(poisson.cdf(counts, high), 0.05)
