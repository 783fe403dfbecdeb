"""The image file: origin, direction, charge centre, the same bytes however it is made, and little memory."""

import itertools
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import slow_images
from safetensors import safe_open
from synthetic_hits import CALIBRATION, CENTIMETRES, hits_of, random_events, write_hits

from showergrid.core.errors import InputError
from showergrid.events.hits import read_hits
from showergrid.events.order import along_axis
from showergrid.inputs.input_file import read_images
from showergrid.inputs.making import charge_centre, directions, shower_end, write_input
from showergrid.inputs.settings import InputSettings

PARAMETERS = {
    "projection": {"axis": "y", "cube_pool": "mean", "projection_pool": "max", "log_trans": True, "headroom": 1.15},
    "color": {
        "axis": "y",
        "depth_pool": "sum",
        "hue_span": 180,
        "lightness_span": [0.2, 0.8],
        "saturation": 1,
        "headroom": 1.15,
    },
    "voxels": {"cube_pool": "mean", "log_trans": False, "headroom": 1.15},
}
RANGES = {"charge": 4000.0, "charge_sum": 9000.0, "depth": 200.0}


def settings(module: str = "projection", resolution: int = 8) -> InputSettings:
    representation = {"name": f"a_{module}", "module": module, "parameters": PARAMETERS[module]}
    return InputSettings(representation=representation, resolution=resolution)


def make(path: Path, chunks, module: str = "projection") -> Path:
    write_input(path, chunks, CALIBRATION | {"ranges": RANGES}, settings(module))
    return path


def test_an_event_by_hand(tmp_path):
    event = [(2, 1, 1, 10), (1, 1, 4, 20), (1, 2, 4, 40), (7, 3, 9, 30)]
    images = read_images(make(tmp_path / "a.safetensors", [hits_of([event], first=5)]), "a_projection", 8)
    assert (images.axes, images.channels, images.event.tolist()) == (("x", "z"), 1, [5])
    assert images.offsets.tolist() == [0, 3]
    assert images.coordinates.tolist() == [[-1, 3], [0, 0], [5, 8]]
    assert images.charge.tolist() == [60, 10, 30]
    assert images.hits.tolist() == [2, 1, 1]
    np.testing.assert_allclose(images.values[:, 0], np.log1p([40, 10, 30]) / np.log1p(4600), rtol=1e-6)
    # x: (20 + 20 + 40 + 210) / 100 = 2.9 -> pixel 3; z: (10 + 80 + 160 + 270) / 100 = 5.2 -> pixel 5
    assert images.centre.tolist() == [[1, 4]]
    assert images.end.tolist() == [[5, 8]]  # 70 of 100 before the last hit
    assert images.direction.tolist() == [[0, 0]]  # only 4 hits


def event_with(up: int, down: int, level: int) -> list:
    """An event whose first hit is followed by `up`, `down` and `level` hits above, below and level with it in x."""
    return [(4, 4, 4, 1)] + [(5, 4, 4, 1)] * up + [(3, 4, 4, 1)] * down + [(4, 4, 4, 1)] * level


@pytest.mark.parametrize(
    ("up", "down", "level", "direction"),
    [
        (20, 10, 0, 1),  # 31 hits with the first one
        (20, 9, 0, 0),  # 30 hits: few
        (10, 20, 0, -1),
        (15, 15, 0, 0),  # a tie
        (1, 0, 40, 1),  # level hits count for neither side
        (0, 1, 40, -1),
        (0, 0, 40, 0),
    ],
)
def test_direction(up, down, level, direction):
    assert directions(hits_of([event_with(up, down, level)]), CENTIMETRES, "more_hits").tolist() == [[direction, 0, 0]]


def test_direction_is_seen_within_a_pixel():
    hits = hits_of([[(4, 4, 4, 1), *[(4.01, 4, 4, 1)] * 40]])
    assert CENTIMETRES.relative(hits).max() == 0
    assert directions(hits, CENTIMETRES, "more_hits")[0, 0] == 1


def test_an_event_without_charge_has_its_centre_at_the_origin():
    assert charge_centre(hits_of([[(4, 4, 4, 0), (7, 7, 7, 0)]]), CENTIMETRES).tolist() == [[0, 0, 0]]


def test_the_end_is_the_hit_by_which_nine_tenths_of_the_charge_are_seen():
    far = (1, 7, 8, 2)
    events = [
        [(1, 1, 1, 50), (1, 2, 3, 40), (2, 2, 5, 5), (3, 2, 9, 5)],  # exactly 90 % by the second hit
        [(1, 1, 1, 50), (1, 2, 3, 39), (2, 2, 5, 5), (3, 2, 9, 6)],  # 89 % by it
        [far],
        [(4, 4, 4, 0), (7, 7, 7, 0)],  # without charge: the origin
    ]
    assert shower_end(hits_of(events), CENTIMETRES).tolist() == [[0, 1, 2], [1, 1, 4], [0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("module", PARAMETERS)
def test_random_events_against_the_slow_implementation(tmp_path, module):
    events = random_events(11, 40)
    axes = "xyz" if module == "voxels" else "xz"
    ranges = {"x": (0.0, 8.0), "y": (0.0, 8.0), "z": (0.0, 10.0)}
    images = read_images(make(tmp_path / "a.safetensors", [hits_of(events)], module))
    assert {0} < set(images.direction.ravel().tolist()) <= {-1, 0, 1}
    for i, event in enumerate(events):
        assert images.direction[i].tolist() == [slow_images.direction(event, axis) for axis in axes]
        assert tuple(images.centre[i]) == slow_images.centre(event, axes, ranges, 8)
        assert tuple(images.end[i]) == slow_images.end(event, axes, ranges, 8)
        own = slice(*images.offsets[i : i + 2])
        groups = slow_images.collect((slow_images.place(hit, event, axes, ranges, 8), hit[3]) for hit in event)
        assert [tuple(place) for place in images.coordinates[own].tolist()] == sorted(groups)
        assert images.hits[own].tolist() == [len(groups[key]) for key in sorted(groups)]
        np.testing.assert_allclose(images.charge[own], [sum(groups[key]) for key in sorted(groups)], rtol=1e-6)


@pytest.mark.parametrize("module", PARAMETERS)
def test_same_bytes_twice_and_for_any_chunks(tmp_path, module):
    events = random_events(12, 60)
    hits = write_hits(tmp_path / "hits.parquet", events, rows_a_group=333)
    paths = [make(tmp_path / f"{rows}", read_hits(hits, rows), module) for rows in (90, 91, 500, 100_000)]
    paths.append(make(tmp_path / "again", read_hits(hits, 500), module))
    assert len({path.read_bytes() for path in paths}) == 1


def test_it_is_a_safetensors_file_with_one_metadata_key(tmp_path):
    path = make(tmp_path / "a.safetensors", [hits_of(random_events(13, 9))], "color")
    images, tensors = read_images(path), safetensors.numpy.load_file(path)
    for name, tensor in tensors.items():
        assert np.array_equal(getattr(images, name), tensor)
        assert isinstance(getattr(images, name), np.memmap)
        assert getattr(images, name).dtype == tensor.dtype
    with safe_open(path, "np") as file:
        assert file.metadata().keys() == {"showergrid"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.safetensors"]


def test_a_truncated_file_is_refused(tmp_path):
    path = make(tmp_path / "a.safetensors", [hits_of(random_events(14, 9))])
    whole = path.read_bytes()
    for size in (0, 5, 40, 300, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match=re.escape(f"{path}: ")) as refused:
            read_images(path)
        assert "\n" not in str(refused.value)
    path.write_bytes(whole + b"x")
    with pytest.raises(InputError, match="1 bytes too many"):
        read_images(path)


def test_another_tensor_file_is_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    safetensors.numpy.save_file({"weights": np.zeros(3)}, path)
    with pytest.raises(InputError, match="not a whole input file"):
        read_images(path)


def test_another_representation_or_resolution_is_refused(tmp_path):
    path = make(tmp_path / "a.safetensors", [hits_of(random_events(15, 3))])
    with pytest.raises(InputError, match="holds representation a_projection, not voxels"):
        read_images(path, "voxels", 8)
    with pytest.raises(InputError, match="holds resolution 8, not 1000"):
        read_images(path, "a_projection", 1000)


def test_a_calibration_of_another_resolution_is_refused(tmp_path):
    with pytest.raises(InputError, match="made for resolution 8, not 9"):
        write_input(tmp_path / "a", [], CALIBRATION | {"ranges": RANGES}, settings(resolution=9))


def test_a_shower_too_wide_for_16_bits_is_refused_and_leaves_nothing(tmp_path):
    with pytest.raises(InputError, match="event 1 reaches more than 32767 pixels"):
        make(tmp_path / "a", [hits_of([[(0, 0, 0, 1)], [(0, 0, 0, 1), (0, 0, 40_000, 1)]])])
    assert list(tmp_path.iterdir()) == []


# the peak of this process alone: that of resource.getrusage starts at the size of the process that started it
MEASURED = """
import json, re, sys
from pathlib import Path
from showergrid.events.hits import read_hits
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings
hits, output, calibration, settings = sys.argv[1:]
write_input(Path(output), read_hits(Path(hits)), json.loads(calibration), InputSettings(**json.loads(settings)))
print(re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.slow
@pytest.mark.parametrize("module", PARAMETERS)
def test_ten_times_the_hits_need_no_more_memory(tmp_path, module):
    scripts = str(Path(__file__).parents[2] / "scripts")
    events, peaks = random_events(16, 500, largest=800), []
    for times in (1, 10):
        hits = write_hits(tmp_path / "hits.parquet", events * times)
        calibration = CALIBRATION | {"resolution": 8, "ranges": RANGES}
        command = [sys.executable, "-c", MEASURED, str(hits), str(tmp_path / "images"), json.dumps(calibration)]
        command.append(settings(module).model_dump_json())
        done = subprocess.run(command, env={"PYTHONPATH": scripts}, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout))
    assert peaks[1] <= 1.1 * peaks[0]


@pytest.mark.parametrize("order", ["truth_time", "axis"])
def test_a_representation_may_have_an_order_of_its_own(tmp_path, order):
    """The image file is that of hits which were stored in that order."""
    events = [[hit for hit in event if hit[3] > 0] for event in random_events(3, 20)]
    hits = hits_of(events)
    time = np.random.default_rng(5).permutation(hits.charge.size).astype(float)
    values = settings().model_dump()
    values["representation"]["order"] = order
    calibration = CALIBRATION | {"ranges": RANGES}
    write_input(tmp_path / "asked", [replace(hits, time=time)], calibration, InputSettings(**values))
    by_event = [np.arange(low, high) for low, high in itertools.pairwise(hits.offsets)]
    if order == "truth_time":
        rows = np.concatenate([event_rows[np.argsort(time[event_rows])] for event_rows in by_event])
    else:
        rows = along_axis(hits.row, hits.position, hits.charge)
    assert rows.tolist() != list(range(time.size))
    write_input(tmp_path / "sorted", [hits.sorted(rows)], calibration, settings())
    assert (tmp_path / "asked").read_bytes() == (tmp_path / "sorted").read_bytes()


def test_an_order_of_time_needs_times(tmp_path):
    values = settings().model_dump()
    values["representation"]["order"] = "truth_time"
    hits = hits_of([[(1, 1, 1, 1), (2, 2, 2, 2)]])
    with pytest.raises(InputError, match=r"truth_time: the hits have no time"):
        write_input(
            tmp_path / "images",
            [replace(hits, time=np.array([1.0, np.nan]))],
            CALIBRATION | {"ranges": RANGES},
            InputSettings(**values),
        )
    assert list(tmp_path.iterdir()) == []
