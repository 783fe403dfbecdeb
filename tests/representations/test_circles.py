"""Circles of a collision: pixels by hand, what is drawn in which order, and Matplotlib's drawing of the same."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from collisions import collisions, tables_of, write_parquet
from pydantic import ValidationError

from showergrid.core.errors import InputError
from showergrid.events.split import write_split
from showergrid.inputs.data import calibrated, write_inputs
from showergrid.inputs.drawn import drawn
from showergrid.inputs.input_file import DrawnImages, read_images, read_input
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.variables import Tables
from showergrid.inputs.views import cut_views
from showergrid.representations import circles

ROOT = Path(__file__).parents[2]
# A unit and a point are a pixel of 64, and a radius is ln pT
PLAIN = {
    "place_scale": 1,
    "frame": 32,
    "margin": 0,
    "drawn_pixels": 64,
    "dpi": 72,
    "smallest_radius": 2,
    "muon_alpha": 1,
    "jet_alpha": 1,
    "met_alpha": 1,
}
MUON, MET, JET = circles.MUON, circles.MET, circles.JET


def image(*objects: tuple[float, ...], resolution: int = 64, **changes) -> np.ndarray:
    """(H, W, 3): the image of objects (kind, radius, eta, phi, charge)."""
    values = np.array([[kind, np.exp(radius), *rest] for kind, radius, *rest in objects], np.float32).reshape(-1, 5)
    parameters = circles.Parameters(**{**PLAIN, **changes})
    return circles.draw(np.array([0, len(objects)]), values, resolution, parameters)[0].transpose(1, 2, 0)


def test_a_circle_by_hand():
    """Radius 10 and width 2 around the middle of the pixel in row 20, column 30."""
    made = image((MUON, 10, -1.5, 11.5, 1))
    assert made.dtype == np.float32
    np.testing.assert_array_equal(made[..., 0], 1)  # red on white
    np.testing.assert_array_equal(made[..., 1], made[..., 2])
    ink = 1 - made[..., 1]
    across = np.zeros(64)
    across[[19, 21, 39, 41]] = 0.5  # 9 and 11 pixels away: the edge of the line runs through their middles
    across[[20, 40]] = 1
    np.testing.assert_allclose(ink[20], across, atol=1e-5)
    np.testing.assert_allclose(ink[:, 30], np.roll(across, -10), atol=1e-5)
    assert ink[12, 37] == pytest.approx(1.5 - (np.hypot(8, 7) - 10), abs=1e-5)
    distance = np.hypot(*np.meshgrid(np.arange(64) - 20, np.arange(64) - 30, indexing="ij"))
    np.testing.assert_allclose(ink, np.clip(1.5 - np.abs(distance - 10), 0, 1), atol=1e-5)


def test_a_thin_line_covers_no_more_than_its_width():
    ink = 1 - image((MUON, 10, -1.5, 11.5, -1), muon_width=0.25)[..., 1]
    assert ink[20, 40] == pytest.approx(0.25)
    assert ink[20, [39, 41]].tolist() == pytest.approx([0, 0])
    assert ink.max() == pytest.approx(0.25)


def test_a_radius_has_a_floor():
    """Below a pT of 1 GeV a logarithm is negative; without energy there is none."""
    least = image((MUON, 2, 0.5, 0.5, -1))
    for radius in (1.9, 0, -3, -200):
        np.testing.assert_array_equal(image((MUON, radius, 0.5, 0.5, -1)), least)
    assert not np.array_equal(image((MUON, 2.1, 0.5, 0.5, -1)), least)


def test_a_circle_is_cut_off_at_the_frame_and_phi_does_not_wrap():
    made = image((JET, 5, 0.5, 30.5, 0), margin=3, frame=29)
    ink = 1 - made[..., 0]
    assert not ink[:3].any()  # the margin stays free
    assert ink[3].any()
    assert not ink[12:].any()  # nothing comes in from below
    outside = image((JET, 5, 200, 0.5, 0))
    np.testing.assert_array_equal(outside, 1)


def test_later_circles_lie_above_earlier_ones():
    here = (0.5, 0.5, 0)
    both = image((MUON, 10, *here), (JET, 10, *here))
    np.testing.assert_array_equal(both[31, 42], [0, 0, 1])
    np.testing.assert_array_equal(image((JET, 10, *here), (MUON, 10, *here))[31, 42], image((MUON, 10, *here))[31, 42])
    # Where half of a pixel is covered, half of what lies below is seen
    half = image((MUON, 10, *here), (JET, 10, *here), muon_width=2, jet_width=2)[31, 43]
    np.testing.assert_allclose(half, [0.5 * 1, 0.5 * 0.5, 0.5 * 0.5 + 0.5], atol=1e-5)


def test_kinds_have_their_colours_and_widths():
    shown = {kind: image((kind, 10, 0.5, 0.5, 1)) for kind in (MUON, MET, JET)}
    assert [shown[kind][31, 42].tolist() for kind in (MUON, MET, JET)] == [[1, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert [float((1 - shown[kind].min(2))[31, 32:].sum()) for kind in shown] == pytest.approx([2, 1.5, 1.5], abs=1e-5)
    assert (1 - image((MUON, 10, 0.5, 0.5, -1))[31, 32:, 1]).sum() == pytest.approx(1, abs=1e-5)
    assert (1 - image((MUON, 10, 0.5, 0.5, 1), charge=False)[31, 32:, 1]).sum() == pytest.approx(1, abs=1e-5)


def test_the_published_numbers_are_the_defaults():
    """A muon of 40 GeV at eta 1, phi -2 at 244 px: its circle by the formula, in a frame of +- pi within .1 inch."""
    made = circles.draw(np.array([0, 1]), np.array([[MUON, 40, 1, -2, 1]], np.float32), 244, circles.Parameters())[0]
    ink = 1 - made[1]
    unit = (244 - 2 * 9.6) / (2 * np.pi)
    y, x = np.nonzero(ink > 0.5)
    away = np.hypot(x + 0.5 - (122 + 0.4 * unit), y + 0.5 - (122 + 0.8 * unit))
    assert np.abs(away - 0.25 * np.log(40) * unit).max() < 2 * 96 / 72 / 2
    assert ink.sum() == pytest.approx(2 * np.pi * 0.25 * np.log(40) * unit * 2 * 96 / 72, rel=1e-3)


def tables() -> Tables:
    return tables_of(*collisions(60))


def test_leading_objects_are_drawn_in_order():
    read = tables()
    of = circles.variables(read, circles.Parameters(jets=1))
    assert of.names == ["kind", "pt", "eta", "phi", "charge"]
    for i in range(60):
        own = slice(*read.offsets[i : i + 2])
        kind, pt = read.of_entry["kind"][own], read.of_entry["pt"][own]
        listed = of.values[of.offsets[i] : of.offsets[i + 1]]
        jets = np.sort(pt[kind < 2])[::-1][:1]
        expected = [*np.sort(pt[kind == 13])[::-1], read.of_event["met"][i], *jets]
        assert listed[:, 1].tolist() == expected
        assert listed[:, 0].tolist() == [MUON, MUON, MET, *[JET] * len(jets)]
    plain = circles.variables(read, circles.Parameters(jets=0, met=False, charge=False))
    assert plain.names == ["kind", "pt", "eta", "phi"]
    assert plain.offsets.tolist() == list(range(0, 121, 2))
    assert circles.reads(circles.Parameters(met=False, charge=False)) == {"objects": ["kind", "pt", "eta", "phi"]}


def test_events_with_fewer_jets_are_refused_where_all_are_asked_for():
    read = tables()
    fewer = np.flatnonzero(np.bincount(read.row[read.of_entry["kind"] < 2], minlength=60) < 2)[0]
    with pytest.raises(InputError, match=rf"event {fewer} has [01] jets, and exact_jets asks for 2"):
        circles.variables(read, circles.Parameters(jets=2, exact_jets=True))
    circles.variables(read, circles.Parameters(jets=0, exact_jets=True))


@pytest.fixture
def opened(tmp_path) -> tuple[InputSettings, DrawnImages]:
    """The input file of 60 events and its settings."""
    paths = write_parquet(tmp_path, *collisions(60))
    split = tmp_path / "split.parquet"
    write_split(split, np.arange(60), np.array(["train", "validation", "test"])[np.arange(60) % 3])
    representation = {"name": "rings", "module": "circles", "parameters": circles.Parameters().model_dump()}
    settings = InputSettings(representation=representation, resolution=56)
    calibration = calibrated(settings, paths, split, [])
    path = tmp_path / "c56.safetensors"
    write_inputs(path, settings, paths, calibration)
    assert path.stat().st_size < 20_000  # objects, no pixels
    with pytest.raises(InputError, match="holds no images of hits"):
        read_images(path)
    return settings, read_input(path, "rings", 56)


def test_a_batch_is_drawn_from_the_file_as_single_events_are(opened):
    settings, file = opened
    assert isinstance(file, DrawnImages)
    order = np.random.default_rng(2).permutation(60)
    seen = drawn(file, settings.representation, order, "rings")
    assert seen.inputs["rings"].shape == (3, 56, 56)
    assert seen.inputs["rings"].kind == "image"
    [many] = seen.batch(np.arange(60)).values()
    assert many.shape == (60, 3, 56, 56)
    assert many.tobytes() == seen.batch(np.arange(60))["rings"].tobytes()
    whole = drawn(file, settings.representation, np.arange(60), "rings").batch(order)["rings"]
    np.testing.assert_array_equal(many, whole)
    for i in (0, 17, 59):
        np.testing.assert_array_equal(seen.batch(np.array([i]))["rings"][0], many[i])
    assert 0 <= many.min() < 0.2
    assert many.max() == 1
    with pytest.raises(InputError, match="event 60 is not in the file"):
        drawn(file, settings.representation, np.array([3, 60]), "rings")


def test_several_drawn_images_are_one_with_all_channels(opened):
    settings, file = opened
    shown = settings.representation.model_dump()
    other = {**shown, "name": "dots", "parameters": {**shown["parameters"], "smallest_radius": 0.3}}
    window = {"shape": [56, 56], "placement": {}, "margin": {}, "origin": "first_hit"}
    cell = {
        "representation": {"name": "both", "module": "views", "parameters": {}},
        "views": [{"representation": view, "resolution": 56, "window": window} for view in (shown, other)],
        "stacked": True,
        "model": {"window": window},
    }
    seen = cut_views(cell, {"rings": file, "dots": file}, np.arange(60))
    assert seen.inputs["both"].shape == (6, 56, 56)
    assert seen.share is None
    [made] = seen.batch(np.arange(3)).values()
    np.testing.assert_array_equal(
        made[:, :3], drawn(file, settings.representation, np.arange(60), "a").batch([0, 1, 2])["a"]
    )
    assert not np.array_equal(made[:, :3], made[:, 3:])  # each with its own parameters


def test_an_event_without_objects_is_ground():
    made = circles.draw(np.array([0, 0, 1, 1]), np.array([[JET, 30, 0, 0, 0]], np.float32), 32, circles.Parameters())
    np.testing.assert_array_equal(made[[0, 2]], 1)
    assert made[1].min() < 0.8
    assert circles.draw(np.array([0]), np.empty((0, 5), np.float32), 32, circles.Parameters()).shape == (0, 3, 32, 32)
    blue = circles.Parameters(ground=(0, 0, 1))
    np.testing.assert_array_equal(circles.draw(np.array([0, 0]), made[:0, 0, 0], 8, blue)[0, :, 0, 0], [0, 0, 1])


@pytest.mark.parametrize(
    "wrong", [{"jets": -1}, {"muon_color": [1, 0]}, {"ground": [0, 0, 2]}, {"frame": 0}, {"margin": 92}]
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(ValidationError):
        circles.Parameters(**wrong)


def test_the_benchmark_draws_what_matplotlib_draws(tmp_path):
    command = [sys.executable, ROOT / "benchmarks/circles.py", "--events", "32", "--figure", tmp_path / "circles.png"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert re.search(r"^ *224 +[0-9]+ *$", done.stdout, re.M)
    differences = [float(text) for text in re.findall(r"difference ([0-9.]+)", done.stdout)]
    assert len(differences) == 3
    assert max(differences) < 0.001
    assert (tmp_path / "circles.png").read_bytes().startswith(b"\x89PNG")
