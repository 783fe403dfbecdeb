"""Physics features: by hand on small showers, and against NumPy on random ones."""

import numpy as np
import pytest
from synthetic_hits import CENTIMETRES, hits_of, random_events

from showergrid.inputs.pixels import Bins
from showergrid.representations import features

RANGES = {"charge_event": 1000.0}


def parameters(radii=(0.5, 1.5, 4), spread_radii=(4,), quartile_radii=(1.5, 10)) -> features.Parameters:
    several = {"quartile_radii": list(quartile_radii), "spread_radii": list(spread_radii)}
    return features.Parameters(radii=list(radii), **several, headroom=1.0)


def table(events, chosen) -> np.ndarray:
    rows = features.rows(hits_of(events), CENTIMETRES, RANGES, chosen)
    assert rows.shape == (len(events), len(features.names(chosen)))
    return rows


def scaled(charge) -> np.ndarray:
    return np.log1p(np.array(charge, float)) / np.log1p(1000.0)


def test_by_hand():
    # at 0, 1, 3 and 5 cm along z; the last lies beyond the spheres
    row = table([[(1, 1, 1, 10), (1, 1, 2, 20), (1, 1, 4, 30), (1, 1, 6, 40)]], parameters())[0]
    named = dict(zip(features.names(parameters()), row, strict=True))
    assert [named[f"charge within {r} cm"] for r in ("0.5", "1.5", "4")] == pytest.approx(scaled([10, 30, 60]))
    assert [named[f"hits within {r} cm"] for r in ("0.5", "1.5", "4")] == [1, 2, 3]
    assert [named[f"charge quartile {i} within 1.5 cm"] for i in (1, 2, 3)] == pytest.approx(scaled([10, 10, 20]))
    assert [named[f"charge quartile {i} within 10 cm"] for i in (1, 2, 3)] == pytest.approx(scaled([10, 20, 30]))
    mean = (20 * 1 + 30 * 3) / 60
    along = np.sqrt((10 * mean**2 + 20 * (1 - mean) ** 2 + 30 * (3 - mean) ** 2) / 60)
    assert [named[f"spread {i} within 4 cm"] for i in (1, 2, 3)] == pytest.approx([along, 0, 0], abs=1e-7)
    assert (named["charge"], named["hits"]) == (pytest.approx(scaled(100)), 4)


def test_random_events_against_numpy():
    chosen = parameters((2, 20, 45), (30, 60))
    events = random_events(8, 10)
    rows = table(events, chosen)
    for event, row in zip(events, rows, strict=True):
        single = hits_of([event])
        voxel = Bins.of(single.row, CENTIMETRES.relative(single))
        charge, place = voxel.sum(single.charge), voxel.place.astype(float)
        near = [np.linalg.norm(place, axis=1) < r for r in (2, 20, 45)]
        quartiles = [
            np.quantile(charge[np.linalg.norm(place, axis=1) < r], [0.25, 0.5, 0.75], method="inverted_cdf")
            for r in (1.5, 10)
        ]
        spreads = []
        for r in (30, 60):
            inside = np.linalg.norm(place, axis=1) < r
            covariance = np.atleast_2d(np.cov(place[inside].T, aweights=charge[inside], ddof=0))
            spreads += np.sqrt(np.linalg.eigvalsh(covariance)[::-1].clip(0)).tolist()
        expected = [
            *scaled([charge[n].sum() for n in near]),
            *(n.sum() for n in near),
            *scaled(np.concatenate(quartiles)),
            *spreads,
            scaled(charge.sum()),
            len(charge),
        ]
        np.testing.assert_allclose(row, expected, rtol=1e-9, atol=1e-6)


def test_moving_and_turning_a_shower_changes_nothing():
    event = np.array(random_events(4, 1)[0])
    event[:, :3] = np.rint(event[:, :3])
    turned = event[:, [1, 2, 0, 3]] + [7, -3, 20, 0]
    np.testing.assert_allclose(*table([event.tolist(), turned.tolist()], parameters((5, 30), (10, 50))), atol=1e-7)


def test_radii_rise():
    with pytest.raises(ValueError, match="radii must rise"):
        parameters((1, 1))
