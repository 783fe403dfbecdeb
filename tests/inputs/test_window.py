"""Windows: where the origin stands on every kind of axis, edges, shares, and dense batches against slow ones."""

import numpy as np
import pytest
import slow_images
from pydantic import ValidationError
from synthetic_hits import CALIBRATION, hits_of, random_events

from showergrid.core.errors import InputError
from showergrid.inputs import input_file
from showergrid.inputs.input_file import read_images
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings, WindowSettings
from showergrid.inputs.window import Window, cut

PLACING = {
    "placement": {"x": "direction", "y": "centre", "z": "start"},
    "margin": {"x": 10, "z": 5},
    "origin": "first_hit",
}
PARAMETERS = {
    "projection": {"cube_pool": "max", "projection_pool": "max", "log_trans": False, "headroom": 1.0},
    "voxels": {"cube_pool": "max", "log_trans": False, "headroom": 1.0},
    "color": {"depth_pool": "sum", "hue_span": 180, "lightness_span": [0.2, 0.8], "saturation": 1, "headroom": 1.0},
}
RANGES = {"charge": 1.0, "charge_sum": 3000.0, "depth": 200.0}
CM = {"x": (0.0, 8.0), "y": (0.0, 8.0), "z": (0.0, 10.0)}


def images_of(folder, events, module="projection", axis="y"):
    """Images with a pixel of one centimetre, whose value is the charge (but for colour)."""
    parameters = PARAMETERS[module] | ({} if module == "voxels" else {"axis": axis})
    settings = InputSettings(representation={"name": module, "module": module, "parameters": parameters}, resolution=8)
    path = folder / f"{module}{axis}.safetensors"
    write_input(path, [hits_of(events)], CALIBRATION | {"ranges": RANGES}, settings)
    return read_images(path)


def window(shape, axes=("x", "z"), **changes) -> Window:
    return Window.of(WindowSettings(shape=shape, **PLACING | changes), axes)


def shown(dense) -> dict:
    """{(channel, pixel): value} of the occupied pixels of one image."""
    return {tuple(place): float(dense[tuple(place)]) for place in np.argwhere(dense).tolist()}


def shower(side: int, size: int = 31) -> list:
    """A first hit of charge 7, then hits of charge 2 that run away from it in x, by `side` cm, and in z, by 1 cm."""
    return [(50, 50, 50, 7)] + [(50 + side, 50, 51, 2)] * (size - 1)


def test_start_and_direction_by_hand(tmp_path):
    images = images_of(tmp_path, [shower(1), shower(-1), shower(1, size=30), shower(0)])
    batch = cut(images, np.arange(4), window([62, 128])).batch(np.arange(4))["image"]
    assert (batch.shape, batch.dtype) == ((4, 1, 62, 128), np.float32)
    assert shown(batch[0]) == {(0, 10, 5): 7, (0, 11, 6): 2}  # runs up: 10 pixels from the low edge
    assert shown(batch[1]) == {(0, 51, 5): 7, (0, 50, 6): 2}  # runs down: 10 pixels from the high edge
    assert shown(batch[2]) == {(0, 31, 5): 7, (0, 32, 6): 2}  # 30 hits: in the middle
    assert shown(batch[3]) == {(0, 31, 5): 7, (0, 31, 6): 2}  # a tie: in the middle


def test_centre_of_odd_and_even_windows(tmp_path):
    images = images_of(tmp_path, [[(1, 1, 1, 3)]], axis="x")
    for size, middle in ((7, 3), (8, 4)):
        batch = cut(images, np.array([0]), window([size, 9], images.axes)).batch(np.array([0]))["image"]
        assert shown(batch[0]) == {(0, middle, 5): 3}


def test_edges_are_exact(tmp_path):
    # a window of 5 pixels along z with the origin on pixel 2: pixels -2 to 2 of the shower are inside
    event = [(0, 0, 0, 1), (0, 0, -2, 2), (0, 0, -3, 4), (0, 0, 2, 8), (0, 0, 3, 16), (1, 0, 0, 32), (-1, 0, 0, 64)]
    images = images_of(tmp_path, [event])
    cutting = cut(images, np.array([0]), window([1, 5], margin={"x": 0, "z": 2}))
    assert shown(cutting.batch(np.array([0]))["image"][0]) == {(0, 0, 2): 1, (0, 0, 0): 2, (0, 0, 4): 8}
    assert cutting.share.charge.tolist() == [11 / 127]
    assert cutting.share.hits.tolist() == [3 / 7]


def test_charge_centre_by_hand(tmp_path):
    # the centre of charge is at x = 2, z = 6
    event = [(0, 0, 0, 1), (2, 0, 6, 8), (4, 0, 12, 1)]
    images = images_of(tmp_path, [event])
    batch = cut(images, np.array([0]), window([3, 9], margin={"x": 0, "z": 0}, origin="charge_centre")).batch([0])[
        "image"
    ]
    assert shown(batch[0]) == {(0, 1, 4): 8}
    batch = cut(images, np.array([0]), window([5, 13], margin={"x": 0, "z": 0}, origin="charge_centre")).batch([0])[
        "image"
    ]
    assert shown(batch[0]) == {(0, 0, 0): 1, (0, 2, 6): 8, (0, 4, 12): 1}


def test_margins_of_two_edges_by_hand(tmp_path):
    images = images_of(tmp_path, [shower(1), shower(-1)])
    placed = {"margin": {"x": [10, 9], "z": [5, 7]}}
    batch = cut(images, np.arange(2), window([62, 128], **placed)).batch(np.arange(2))["image"]
    assert [(0, x, 5) in shown(image) for x, image in zip((10, 52), batch, strict=True)] == [True, True]
    batch = cut(images, np.arange(2), window([62, 128], **placed, origin="end")).batch(np.arange(2))["image"]
    assert [(0, x, 120) in shown(image) for x, image in zip((52, 10), batch, strict=True)] == [True, True]


def test_end_by_hand(tmp_path):
    """Windows around the end are those around the start of the shower that runs the other way."""
    images = images_of(tmp_path, [shower(1), shower(-1), shower(1, size=30)])  # end one pixel beside the first hit
    batch = cut(images, np.arange(3), window([62, 128], origin="end")).batch(np.arange(3))["image"]
    assert shown(batch[0]) == {(0, 51, 122): 2, (0, 50, 121): 7}  # runs up: 10 and 5 pixels from the high edges
    assert shown(batch[1]) == {(0, 10, 122): 2, (0, 11, 121): 7}  # runs down in x, up in z
    assert shown(batch[2]) == {(0, 31, 122): 2, (0, 30, 121): 7}  # no direction: in the middle


@pytest.mark.parametrize("module", ["projection", "voxels"])
@pytest.mark.parametrize("origin", ["first_hit", "charge_centre", "end"])
def test_random_events_against_the_slow_implementation(tmp_path, monkeypatch, module, origin):
    monkeypatch.setattr(input_file, "ENTRIES_A_BLOCK", 500)
    events = random_events(17, 50)
    images = images_of(tmp_path, events, module)
    shape = [41, 33, 52] if module == "voxels" else [41, 52]
    cutting = cut(images, np.arange(50), window(shape, images.axes, origin=origin))
    rows = np.random.default_rng(0).permutation(50)[:37]
    batch = cutting.batch(rows)["image"]
    cube = {"cube_pool": "max", "log": False, "headroom": 1.0, "largest": 1.0}
    for dense, row in zip(batch, rows, strict=True):
        event = events[row]
        if module == "voxels":
            image = slow_images.voxels(event, CM, 8, **cube)
        else:
            image = slow_images.projection(event, CM, 8, "y", projection_pool="max", **cube)
        if origin == "first_hit":
            place = slow_images.origin_in_window(event, images.axes, shape, PLACING["placement"], PLACING["margin"])
        elif origin == "end":
            stands = slow_images.origin_in_window(
                event, images.axes, shape, PLACING["placement"], PLACING["margin"], mirrored=True
            )
            end = slow_images.end(event, images.axes, CM, 8)
            place = tuple(at - e for at, e in zip(stands, end, strict=True))
        else:
            centre = slow_images.centre(event, images.axes, CM, 8)
            place = tuple(size // 2 - c for size, c in zip(shape, centre, strict=True))
        expected = {(0, *key): value[0] for key, value in slow_images.window(image, shape, place).items()}
        assert shown(dense) == expected
        inside = [slow_images.place(hit, event, images.axes, CM, 8) for hit in event]
        inside = [all(0 <= k + o < n for k, o, n in zip(key, place, shape, strict=True)) for key in inside]
        charge = np.array([hit[3] for hit in event])
        assert cutting.share.hits[row] == pytest.approx(np.mean(inside))
        assert cutting.share.charge[row] == pytest.approx(charge[inside].sum() / charge.sum(), rel=1e-6)


def test_channels_stay_apart(tmp_path):
    images = images_of(tmp_path, random_events(18, 4), "color")
    wide = window([600, 600], placement={"x": "centre", "z": "centre"})
    for row, dense in enumerate(cut(images, np.arange(4), wide).batch(np.arange(4))["image"]):
        own = slice(*images.offsets[row : row + 2])
        x, z = (images.coordinates[own] + 300).T
        assert np.array_equal(dense[:, x, z].T, images.values[own])
        assert np.count_nonzero(dense) == np.count_nonzero(images.values[own])


def test_events_in_any_order(tmp_path):
    images = images_of(tmp_path, random_events(19, 20))
    whole = cut(images, np.arange(20), window([62, 128]))
    some = cut(images, np.array([13, 2, 7]), window([62, 128]))
    assert len(some) == 3
    assert some.event.tolist() == [13, 2, 7]
    assert np.array_equal(some.batch(np.array([2, 0, 1]))["image"], whole.batch(np.array([7, 13, 2]))["image"])
    assert np.array_equal(some.share.charge, whole.share.charge[[13, 2, 7]])


def test_an_empty_batch_and_an_empty_cut(tmp_path):
    images = images_of(tmp_path, random_events(20, 5))
    assert cut(images, np.arange(5), window([62, 128])).batch(np.empty(0, int))["image"].shape == (0, 1, 62, 128)
    empty = cut(images, np.empty(0, int), window([62, 128]))
    assert len(empty) == 0
    assert empty.batch(np.empty(0, int))["image"].shape == (0, 1, 62, 128)


def test_an_event_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="event 9 is not in the file"):
        cut(images_of(tmp_path, random_events(21, 5)), np.array([1, 9]), window([62, 128]))


def test_windows_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="does not fit images over x, z"):
        window([62, 62, 128])
    with pytest.raises(InputError, match="too few for the margin of 10"):
        window([10, 128])
    with pytest.raises(InputError, match="too few for the margin of 62"):
        window([62, 128], margin={"x": [10, 62], "z": 5})
    with pytest.raises(InputError, match="placement lacks axis z"):
        window([62, 128], placement={"x": "centre"})
    with pytest.raises(ValidationError, match="margin lacks axis z"):
        window([62, 128], margin={"x": 10})
