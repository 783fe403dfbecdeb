"""Several views as one image: each cut as it would be alone, their channels one after the other."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest
from studies import configuration
from synthetic_hits import CALIBRATION, hits_of, random_events

from showergrid.core.errors import InputError
from showergrid.core.plugins import closure_modules
from showergrid.inputs.kinds import Input
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings, WindowSettings
from showergrid.inputs.views import cut_views, described, read_views, shown, views
from showergrid.inputs.window import Window, cut
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.study import Study

TEST = configuration("test")
PLACING = {"placement": {"x": "direction", "y": "centre", "z": "start"}, "margin": {"x": 3, "z": 2}}


def projection(axis: str) -> dict:
    parameters = {"axis": axis, "cube_pool": "max", "projection_pool": "max", "log_trans": False, "headroom": 1.0}
    return {"name": f"projection_{axis}", "module": "projection", "parameters": parameters}


def view(axis: str, origin: str = "first_hit") -> dict:
    return {
        "representation": projection(axis),
        "resolution": 8,
        "window": {"shape": [40, 32], "origin": origin, **PLACING},
    }


def cell(*seen: dict) -> dict:
    return {
        "representation": {"name": "several", "module": "views"},
        "resolution": 8,
        "stacked": True,
        "views": list(seen),
    } | {"model": {"window": seen[0]["window"]}}


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    events = random_events(31, 12)
    paths = {}
    for axis in "xyz":
        paths[axis] = tmp_path_factory.mktemp("images") / f"{axis}.safetensors"
        settings = InputSettings(representation=projection(axis), resolution=8)
        write_input(paths[axis], [hits_of(events)], CALIBRATION | {"ranges": {"charge": 1.0}}, settings)
    return paths


@pytest.mark.parametrize(
    "seen",
    [[("x", "first_hit"), ("y", "first_hit"), ("z", "first_hit")], [("y", "first_hit"), ("y", "end"), ("x", "end")]],
)
def test_a_batch_is_those_of_the_views_stacked(files, seen):
    told = cell(*(view(*pair) for pair in seen))
    names = [f"projection_{axis}" for axis in dict.fromkeys(axis for axis, _ in seen)]
    assert shown(told) == names
    images = read_views(told, [files[name[-1]] for name in names])
    events, rows = np.array([5, 0, 7, 3]), np.array([2, 0, 3])
    stack = cut_views(told, images, events)
    alone = []
    for axis, origin in seen:
        view_images = images[f"projection_{axis}"]
        window = Window.of(WindowSettings(**view(axis, origin)["window"]), view_images.axes)
        alone.append(cut(view_images, events, window))
    batch = stack.batch(rows)["several"]
    assert batch.shape == (3, 3, 40, 32)
    assert dict(stack.inputs) == {"several": Input("image", (3, 40, 32))}
    for channel, cutting in enumerate(alone):
        assert cutting.batch(rows)["image"].any()
        assert np.array_equal(batch[:, channel], cutting.batch(rows)["image"][:, 0])
    assert len({cutting.batch(rows)["image"].tobytes() for cutting in alone}) == 3
    apart = cut_views({**told, "stacked": False}, images, events)
    assert len(set(apart.inputs)) == 3
    assert [tensor.tobytes() for tensor in apart.batch(rows).values()] == [
        cutting.batch(rows)["image"].tobytes() for cutting in alone
    ]
    assert stack.event.tolist() == events.tolist()
    np.testing.assert_allclose(stack.share.charge, np.mean([cutting.share.charge for cutting in alone], axis=0))


def test_a_cell_of_one_representation_is_cut_as_ever(files):
    single = view("y")
    told = {"representation": single["representation"], "resolution": 8, "model": {"window": single["window"]}}
    images = read_views(told, [files["y"]])["projection_y"]
    expected = cut(images, np.arange(4), Window.of(WindowSettings(**single["window"]), images.axes))
    cutting = cut_views(told, {"projection_y": images}, np.arange(4))
    assert np.array_equal(cutting.batch(np.arange(4))["projection_y"], expected.batch(np.arange(4))["image"])


def test_files_must_be_those_of_the_views(files):
    told = cell(view("x"), view("y"))
    with pytest.raises(InputError, match="1 files for projection_x, projection_y"):
        read_views(told, [files["x"]])
    with pytest.raises(InputError, match="holds representation projection_y, not projection_x"):
        read_views(told, [files["y"], files["x"]])


def test_a_trained_cell_tells_each_view_with_its_calibration():
    first, second = {"resolution": 8, "axes": 1}, {"resolution": 8, "axes": 2}
    stored = json.loads(json.dumps(described(cell(view("x"), view("y"), view("x", "end")), [first, second])))
    assert [entry.calibration for entry in views(stored)] == [first, second, first]
    assert [entry.window.origin for entry in views(stored)] == ["first_hit", "first_hit", "end"]
    alone = {"representation": projection("y"), "resolution": 8, "model": {"window": view("y")["window"]}}
    assert views(alone)[0].calibration is None
    assert views(described(alone, [second]))[0].calibration == second


# In a study


def study(**changes) -> Study:
    return read_study(copy.deepcopy(TEST) | changes)


def with_views(*more: dict) -> dict:
    return {"representations": [*TEST["representations"], *more]}


def test_a_cell_is_told_its_views():
    place = {"representation": "start_end", "resolution": 100, "model": "simple", "seed": 19}
    told = job(study(), "train", None, **place)
    alone = job(study(), "train", None, **{**place, "representation": "projection_y"})
    assert [entry["representation"] for entry in told["views"]] == [alone["representation"]] * 2
    assert [entry["window"] for entry in told["views"]] == [
        alone["model"]["window"],
        {**alone["model"]["window"], "origin": "end"},
    ]
    assert "views" not in alone
    assert set(closure_modules(told)) == {
        "showergrid.models.simple",
        "showergrid.representations.views",
        "showergrid.representations.projection",
    }
    assert study().catalogue.representations.shown("start_end") == ["projection_y"]
    assert study().catalogue.representations.shown("two_sides") == ["projection_x", "projection_y"]
    assert study().catalogue.representations.axes("two_sides") == ("x", "y", "z")


def test_pretrained_networks_take_one_channel_or_three():
    three = {"name": "three", "module": "views", "of": ["projection_x", "projection_y", "projection_y"]}
    extended_study = study(**with_views(three))
    assert extended_study.catalogue.has_meaning("three", "efficientnet_lite0")
    assert not extended_study.catalogue.has_meaning("two_sides", "efficientnet_lite0")
    assert extended_study.catalogue.has_meaning("two_sides", "simple")


def test_views_have_no_images_of_their_own():
    with pytest.raises(InputError, match="two_sides has no inputs of its own"):
        job(study(), "represent", None, representation="two_sides", resolution=100)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"of": ["projection_y", "voxels"]}, "differ in the number of image axes"),
        ({"of": ["projection_y", "start_end"]}, "start_end has no inputs of its own"),
        ({"of": ["projection_y", "projection_w"]}, "unknown representation 'projection_w'"),
        ({"of": ["projection_y"], "origins": ["end", "end"]}, "origins needs 1 values"),
        ({"of": ["projection_y"], "origins": ["middle"]}, "origins"),
        ({"of": ["projection_y"], "order": "truth_time"}, "order: its views are those of projection_y"),
        ({"of": []}, "of"),
    ],
)
def test_views_that_do_not_go_together_are_refused(entry, words):
    with pytest.raises(InputError, match=words) as refused:
        study(**with_views({"name": "several", "module": "views", **entry}))
    assert "\n" not in str(refused.value)


def test_windows_in_centimetres_must_agree():
    models = [*TEST["models"], {"name": "wide", "module": "simple", "window_cm": {"x": 32, "y": 40, "z": 64}}]
    models[-1]["margin_cm"] = {"x": 8, "z": 4}
    extended_study = study(models=models)
    with pytest.raises(InputError, match="window_cm gives views of different shapes"):
        extended_study.catalogue.model("two_sides", 100, "wide")
    assert extended_study.catalogue.model("start_end", 100, "wide")["window"]["shape"] == [8, 16]
