"""Lists of hits: by hand, and the laws that hold for any shower."""

import numpy as np
import pytest
from synthetic_hits import CALIBRATION, CENTIMETRES, hits_of, random_events

from showergrid.inputs.image_file import read_images
from showergrid.inputs.making import write_images
from showergrid.inputs.settings import ImageSettings, WindowSettings
from showergrid.inputs.window import Window, cut
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
    pixels = hits.pixels(hits_of([EVENT]), CENTIMETRES, RANGES, parameters(sort))
    place, charge = np.array(expected)[:, :3], np.array(expected)[:, 3]
    assert pixels.place[:, 0].tolist() == [0, 1, 2, 3]
    assert pixels.charge.tolist() == charge.tolist()
    assert sorted(pixels.hits.tolist()) == [1, 1, 1, 2]
    np.testing.assert_allclose(pixels.values[:, :3], place / 10)
    np.testing.assert_allclose(pixels.values[:, 3], np.linalg.norm(place, axis=1) / 10)
    np.testing.assert_allclose(pixels.values[:, 4], np.log(1 + charge) / np.log(1 + 200.0))
    assert pixels.values[:, 5].tolist() == [1, 1, 1, 1]


def test_range_is_the_largest_sum_of_a_voxel():
    assert hits.ranges(hits_of([EVENT, [(1, 1, 1, 20), (1, 1, 1, 21)]]), CENTIMETRES, parameters()) == {
        "charge_sum": 41
    }


def test_windows_hold_the_first_hits_and_their_share_of_the_charge(tmp_path):
    events = random_events(3, 12)
    settings = ImageSettings(
        representation={"name": "hits", "module": "hits", "parameters": parameters().model_dump()}, resolution=8
    )
    path = tmp_path / "c8.safetensors"
    write_images(path, [hits_of(events[:7]), hits_of(events[7:], 7)], CALIBRATION | {"ranges": RANGES}, settings)
    images = read_images(path)
    assert images.axes == ("hit",)
    # placement, margin and origin are for images and do nothing to a list
    window = WindowSettings(shape=[5], placement={"x": "direction"}, margin={"x": 3}, origin="charge_centre")
    cutting = cut(images, np.arange(12), Window.of(window, images.axes))
    batch = cutting.batch(np.arange(12))
    assert batch.shape == (12, 6, 5)
    for i, event in enumerate(events):
        pixels = hits.pixels(hits_of([event]), CENTIMETRES, RANGES, parameters())
        n = min(5, len(pixels.values))
        np.testing.assert_array_equal(batch[i, :, :n].T, pixels.values[:n].astype(np.float32))
        assert not batch[i, :, n:].any()
        assert cutting.share.charge[i] == pytest.approx(pixels.charge[:n].sum() / pixels.charge.sum(), rel=1e-6)
        assert cutting.share.hits[i] == pytest.approx(pixels.hits[:n].sum() / len(event))
        assert (np.diff(batch[i, 3, :n]) >= 0).all()
