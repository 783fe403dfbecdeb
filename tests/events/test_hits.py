"""Lists of hits: by hand, and the laws that hold for any shower."""

import numpy as np
import pytest
from synthetic_hits import CALIBRATION, CENTIMETRES, hits_of, random_events

from showergrid.inputs import input_file
from showergrid.inputs.input_file import read_input
from showergrid.inputs.kinds import Input
from showergrid.inputs.lists import first_entries
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings
from showergrid.representations import hits

RANGES = {"charge_sum": 100.0}
# voxels (0, 0, 0), (0, 0, 2), (0, 0, -1), (3, 0, 0) and (0, 0, 0) again
EVENT = [(1, 1, 1, 10), (1, 1, 3, 20), (1, 1, 0, 30), (4, 1, 1, 40), (1.2, 1, 1, 5)]


def parameters(sort="distance") -> hits.Parameters:
    return hits.Parameters(sort=sort, headroom=2.0)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("distance", [(0, 0, 0, 15), (0, 0, -1, 30), (0, 0, 2, 20), (3, 0, 0, 40)]),
        ("order", [(0, 0, 0, 15), (0, 0, 2, 20), (0, 0, -1, 30), (3, 0, 0, 40)]),
    ],
)
def test_by_hand(sort, expected):
    listed = hits.entries(hits_of([EVENT]), CENTIMETRES, RANGES, parameters(sort))
    place, charge = np.array(expected)[:, :3], np.array(expected)[:, 3]
    assert listed.row.tolist() == [0, 0, 0, 0]
    assert listed.charge.tolist() == charge.tolist()
    assert sorted(listed.hits.tolist()) == [1, 1, 1, 2]
    np.testing.assert_allclose(listed.values[:, :3], place / 10)
    np.testing.assert_allclose(listed.values[:, 3], np.linalg.norm(place, axis=1) / 10)
    np.testing.assert_allclose(listed.values[:, 4], np.log(1 + charge) / np.log(1 + 200.0))
    assert listed.values[:, 5].tolist() == [1, 1, 1, 1]


def test_range_is_the_largest_sum_of_a_voxel():
    assert hits.ranges(hits_of([EVENT, [(1, 1, 1, 20), (1, 1, 1, 21)]]), CENTIMETRES, parameters()) == {
        "charge_sum": 41
    }


@pytest.mark.parametrize("block", [5, 1_000_000])
def test_windows_hold_the_first_hits_and_their_share_of_the_charge(tmp_path, monkeypatch, block):
    monkeypatch.setattr(input_file, "ENTRIES_A_BLOCK", block)
    events = random_events(3, 12)
    settings = InputSettings(
        representation={"name": "hits", "module": "hits", "parameters": parameters().model_dump()}, resolution=8
    )
    path = tmp_path / "c8.safetensors"
    write_input(path, [hits_of(events[:7]), hits_of(events[7:], 7)], CALIBRATION | {"ranges": RANGES}, settings)
    cutting = first_entries(read_input(path), np.arange(12), 5, "hits")
    assert dict(cutting.inputs) == {"hits": Input("set", (5, 6))}
    batch, there = cutting.batch(np.arange(12)).values()
    assert batch.shape == (12, 5, 6)
    for i, event in enumerate(events):
        listed = hits.entries(hits_of([event]), CENTIMETRES, RANGES, parameters())
        n = min(5, len(listed.values))
        np.testing.assert_array_equal(batch[i, :n], listed.values[:n].astype(np.float32))
        assert not batch[i, n:].any()
        assert there[i].tolist() == [True] * n + [False] * (5 - n)
        assert cutting.share.charge[i] == pytest.approx(listed.charge[:n].sum() / listed.charge.sum(), rel=1e-6)
        assert cutting.share.hits[i] == pytest.approx(listed.hits[:n].sum() / len(event))
        assert (np.diff(batch[i, :n, 3]) >= 0).all()
