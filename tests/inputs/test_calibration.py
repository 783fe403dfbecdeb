"""Calibration: training events alone count, and the chunks they come in do not."""

import numpy as np
import pytest
from synthetic_hits import STRETCH, hits_of, random_events, write_hits

from showergrid.core.errors import InputError
from showergrid.events.hits import read_hits
from showergrid.inputs.calibration import (
    calibrate_data,
    calibrate_input,
    hits_of_events,
    read_calibration,
    write_calibration,
)
from showergrid.inputs.settings import InputSettings

COLOR = {
    "axis": "y",
    "depth_pool": "sum",
    "hue_span": 180,
    "lightness_span": [0.2, 0.8],
    "saturation": 1,
    "headroom": 1.15,
}
PROJECTION = {"axis": "y", "cube_pool": "mean", "projection_pool": "max", "log_trans": False, "headroom": 1.15}


def images(module: str, parameters: dict, resolution: int) -> InputSettings:
    return InputSettings(
        representation={"name": "any", "module": module, "parameters": parameters}, resolution=resolution
    )


def test_ranges_by_hand():
    events = [[(1, 2, 3, 10), (4, 0, 6, 30)], [(-9, -9, -9, 99), (9, 9, 9, 99)], [(2, 1, 1, 20), (3, 5, 2, 5)]]
    training = hits_of_events([hits_of(events)], np.array([2, 0]))
    assert calibrate_data(training, np.array([2, 0]), STRETCH) == {
        "axes": {
            "x": {"min": 1, "max": 4, "stretch": 1},
            "y": {"min": 0, "max": 5, "stretch": 1},
            "z": {"min": 1, "max": 6, "stretch": 1.25},
        },
        "charge_max": 30,
        "events": 2,
    }


def test_summed_ranges_by_hand():
    # over 8 x 8 x 10 cm at c = 4, a pixel is 2 cm: the first two hits of event 0 share a pixel of the y projection
    events = [[(0, 1, 0, 10), (0.4, 7, 0.4, 30), (8, 8, 10, 5)], [(0, 0, 0, 900), (4, 8, 5, 1)]]
    data = calibrate_data([hits_of([[(0, 0, 0, 1), (8, 8, 10, 1)]])], np.array([0]), STRETCH)
    settings = images("color", COLOR, 4)
    calibration = calibrate_input(hits_of_events([hits_of(events)], np.array([0])), data, settings)
    assert calibration["pixels"] == {"x": 4, "y": 4, "z": 5}
    assert calibration["ranges"] == pytest.approx({"charge_sum": 40, "depth": 7})
    assert calibrate_input([hits_of(events)], data, settings)["ranges"] == {"charge_sum": 900, "depth": 8}


def test_pixels_of_z_are_rounded_half_to_even():
    data = calibrate_data([hits_of(random_events(0, 3))], np.arange(3), STRETCH)
    calibration = calibrate_input([hits_of(random_events(0, 3))], data, images("projection", PROJECTION, 250))
    assert calibration["pixels"] == {"x": 250, "y": 250, "z": 312}


def test_pixels_follow_the_detector():
    """MicroBooNE's 256 x 233 x 1037 cm: a pixel has about as many cm on every axis."""
    stretch = {"x": 1.0, "y": 233 / 256, "z": 1037 / 256}
    data = calibrate_data([hits_of([[(0, 0, 0, 1), (256, 233, 1037, 1)]])], np.array([0]), stretch)
    calibration = calibrate_input([hits_of(random_events(0, 3))], data, images("projection", PROJECTION, 256))
    assert calibration["pixels"] == {"x": 256, "y": 233, "z": 1037}


@pytest.mark.parametrize(("module", "parameters"), [("color", COLOR), ("projection", PROJECTION)])
def test_chunks_do_not_matter(tmp_path, module, parameters):
    path = write_hits(tmp_path / "hits.parquet", random_events(1, 40))
    training = np.arange(0, 40, 3)
    calibrations = []
    for rows in (100, 777, 100_000):
        data = calibrate_data(hits_of_events(read_hits(path, rows), training), training, STRETCH)
        chunks = hits_of_events(read_hits(path, rows), training)
        calibrations.append((data, calibrate_input(chunks, data, images(module, parameters, 50))))
    assert calibrations[0] == calibrations[1] == calibrations[2]


def test_hits_of_other_events_do_not_matter():
    events, training = random_events(2, 30), np.arange(0, 30, 2)
    noise = [event if i % 2 == 0 else [(1e4, -1e4, 1e4, 1e9)] * 5 for i, event in enumerate(events)]
    for module, parameters in (("color", COLOR), ("projection", PROJECTION)):
        calibrations = []
        for some in (events, noise):
            data = calibrate_data(hits_of_events([hits_of(some)], training), training, STRETCH)
            chunks = hits_of_events([hits_of(some)], training)
            calibrations.append((data, calibrate_input(chunks, data, images(module, parameters, 100))))
        assert calibrations[0] == calibrations[1]


def test_files(tmp_path):
    data = calibrate_data([hits_of(random_events(3, 5))], np.arange(5), STRETCH)
    for name in ("a", "b"):
        write_calibration(tmp_path / name, data)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert read_calibration(tmp_path / "a") == data
    (tmp_path / "a").write_text('{"axes": {}}')
    with pytest.raises(InputError, match="not a calibration"):
        read_calibration(tmp_path / "a")


def test_no_training_event_is_refused():
    with pytest.raises(InputError, match="no hit of a training event"):
        calibrate_data(hits_of_events([hits_of(random_events(4, 5))], np.array([77])), np.array([77]), STRETCH)


def test_a_flat_axis_is_refused():
    with pytest.raises(InputError, match="no finite extent in y"):
        calibrate_data([hits_of([[(1, 2, 3, 4), (2, 2, 4, 4)]])], np.array([0]), STRETCH)
