"""Which events are drawn beside their heat and as mistakes."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asked import PARTICLES
from synthetic_hits import CALIBRATION, hits_of, random_events

from showergrid.core.errors import InputError
from showergrid.explain.selection import pixel_size
from showergrid.inputs.input_file import read_images
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.window import Window
from showergrid.report.figures.galleries import heatmap_figure, mistakes_figure, read_maps, worst

CLASSES = PARTICLES.names
SCORES = np.array([0.4, 0.5, 0.1, 0.2, 0.9, 0.8, 0.0, 1.0])  # electrons wrong: 2, 0; photons: 5, 1 (a tie: electron)
VOXELS = {"name": "voxels", "module": "voxels", "parameters": {"cube_pool": "mean", "log_trans": False, "headroom": 1}}
FLAT = {
    "name": "flat",
    "module": "projection",
    "parameters": {"axis": "y", "projection_pool": "max", **VOXELS["parameters"]},
}
PREDICTIONS = {
    "event": np.arange(8),
    "particle": ["electron", "photon"] * 4,
    "energy": np.full(8, 1.0, np.float32),
    "n_hits": np.arange(8, dtype=np.int32),
    "split": ["test"] * 6 + ["train"] * 2,
    "particle.electron": SCORES,
    "particle.photon": 1 - SCORES,
}


def images_of(path, representation):
    hits = hits_of(random_events(1, 8))
    write_input(
        path,
        [hits],
        CALIBRATION | {"ranges": {"charge": 500.0}},
        InputSettings(representation=representation, resolution=8),
    )
    return read_images(path), hits


@pytest.mark.parametrize("representation", [FLAT, VOXELS])
def test_the_most_confident_wrong_answers(tmp_path, representation):
    images, hits = images_of(tmp_path / "images", representation)
    pq.write_table(pa.table(PREDICTIONS), tmp_path / "predictions.parquet")
    axes = len(images.axes)
    window = Window((40,) * axes, ("centre",) * axes, ((0, 0),) * axes, "first_hit")
    pixel = np.array(pixel_size(CALIBRATION, images.axes))
    assert pixel.tolist() == [1.0] * axes
    groups = worst(tmp_path / "predictions.parquet", images, window, pixel, PARTICLES, 2)
    assert [[event.probability[0] for event in group] for group in groups] == [[0.1, 0.4], [0.8, 0.5]]
    assert [[event.n_hits for event in group] for group in groups] == [[2, 0], [5, 1]]
    assert [event.answer for group in groups for event in group] == [1, 1, 0, 0]
    own = hits.only(hits.event == 2)
    kept = ["xyz".index(axis) for axis in images.axes]
    place = np.rint(own.position[:, kept]) - np.rint(own.position[0, kept])
    expected = {tuple(coordinates) for coordinates in place.tolist() if all(-20 <= c < 20 for c in coordinates)}
    assert {tuple(coordinates) for coordinates in groups[0][0].seen.place.tolist()} == expected
    for name in ("one.pdf", "two.pdf"):
        mistakes_figure(groups, CLASSES, 2, tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def write_heat(folder, scores):
    """Events of both classes in turn, as many as `scores`: two of 2 GeV, two of 0.9 GeV, two of unknown energy."""
    n = len(scores)
    columns = {
        "event": np.arange(n),
        "particle": [CLASSES[i % 2] for i in range(n)],
        "energy": pa.array([2.0, 2.0, 0.9, 0.9, None, None][:n], pa.float32()),
        "n_hits": pa.array([5] * n, pa.int32()),
        "particle.electron": scores,
        "particle.photon": [1 - score for score in scores],
        "place": pa.array([[[0, 0], [1, i]] for i in range(n)]),
        "value": pa.array([[[0.5], [0.1]]] * n),
        "heat": pa.array([[0.2, -0.4]] * n),
    }
    pq.write_table(pa.table(columns), folder / "heatmaps.parquet")
    (folder / "heatmaps.json").write_text(json.dumps({"axes": ["x", "z"], "pixel_cm": [0.4, 0.4]}))
    return read_maps(folder / "heatmaps.parquet", folder / "heatmaps.json", PARTICLES)


def test_heat_maps_of_right_and_wrong_answers(tmp_path, monkeypatch):
    events = write_heat(tmp_path, [0.9, 0.9, 0.8, 0.1, 0.7, 0.2])
    assert [(event.label, event.answer) for event in events] == [(0, 0), (1, 0), (0, 0), (1, 1), (0, 0), (1, 1)]
    assert np.isnan(events[4].energy)
    drawn = []
    monkeypatch.setattr("showergrid.report.figures.galleries._draw_heat", lambda axes, event: drawn.append(event))
    heatmap_figure(events, CLASSES, 1.0, 2, tmp_path / "some.pdf")
    # Rows: electrons right (nearest first, the unknown last), none wrong; photons right, wrong
    assert [events.index(event) for event in drawn] == [2, 0, 3, 5, 1]


def test_heat_maps_are_the_same_bytes(tmp_path):
    events = write_heat(tmp_path, [0.9, 0.9, 0.8, 0.1])
    for name in ("one.pdf", "two.pdf"):
        heatmap_figure(events, CLASSES, 1.0, 1, tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


@pytest.mark.parametrize("damaged", ["heatmaps.parquet", "heatmaps.json"])
def test_damaged_maps_are_refused(tmp_path, damaged):
    write_heat(tmp_path, [0.9, 0.9])
    (tmp_path / damaged).write_text("{}")
    with pytest.raises(InputError, match=r"heatmaps\.parquet") as refused:
        read_maps(tmp_path / "heatmaps.parquet", tmp_path / "heatmaps.json", PARTICLES)
    assert "\n" not in str(refused.value)
