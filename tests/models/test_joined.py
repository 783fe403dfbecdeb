"""Networks of several views: the features of each, side by side, into one classifier."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from asked import image
from studies import configuration
from synthetic_hits import CALIBRATION, hits_of, random_events

from showergrid.core.cells import Cell
from showergrid.core.errors import InputError
from showergrid.core.plugins import closure_modules
from showergrid.evaluation import answers
from showergrid.inputs.feature_file import read_features, write_features
from showergrid.inputs.kinds import Input
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings
from showergrid.inputs.views import cut_views, read_views
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.study import Study
from showergrid.tasks.asked import tasks_of
from showergrid.training import loop, model_file

TEST = configuration("test")
TEST["training"]["precision"] = "float32"
PLACE = {"representation": "two_sides", "resolution": 100, "seed": 19}


def study(*models: dict, **changes) -> Study:
    return read_study(copy.deepcopy(TEST) | {"models": [*TEST["models"], *models], **changes})


def told(model: str, *models: dict) -> dict:
    return job(study(*models), "train", None, **PLACE, model=model)


def network(cell: dict):
    shapes = [(1, *backbone["window"]["shape"]) for backbone in cell["model"]["backbones"]]
    inputs = {f"view{i}": Input("image", shape) for i, shape in enumerate(shapes)}
    built = loop.build(loop.untrained(cell["model"]), inputs, tasks_of(cell), 19).eval()
    return built, [torch.rand(3, *shape) for shape in shapes]


TRAINED = {"name": "trained", "module": "frozen", "backbone": ["simple", "complex"], "clf_neurons": [8]}
APART = {"name": "apart", "module": "joined", "backbone": ["simple", "complex"]}


def test_each_view_enters_its_own_network():
    joined, images = network(told("apart", APART))
    with torch.no_grad():
        alone = [backbone(image) for image, backbone in zip(images, joined.backbones, strict=True)]
        assert [tensor.shape[1] for tensor in alone] == [24 * 4 * 8, 128 * 4 * 8]  # channels x what the poolings leave
        assert torch.equal(joined.features(*images), torch.cat(alone, dim=1))
        assert torch.equal(joined(*images), joined.head(torch.cat(alone, dim=1)))


def test_one_network_may_look_at_all_views():
    joined, images = network(told("joined"))
    assert len(joined.backbones) == 1
    with torch.no_grad():
        swapped = joined.features(*images[::-1])
        size = swapped.shape[1] // 2
        assert torch.equal(joined.features(*images), torch.cat([swapped[:, size:], swapped[:, :size]], dim=1))


def test_all_of_a_joined_network_is_trained():
    joined, images = network(told("apart", APART))
    joined(*images).sum().backward()
    assert all(tensor.grad is not None for tensor in joined.parameters())


def test_a_pretrained_backbone_stays_frozen_as_it_would_alone():
    model = {"name": "large", "module": "joined", "backbone": "efficientnet_lite0"}
    joined, _ = network(told("large", model))
    assert joined(*torch.rand(2, 2, 1, 32, 64)).shape == (2, 2)
    assert [sum(t.requires_grad for t in backbone.parameters()) for backbone in joined.backbones] == [10, 10]


@pytest.fixture(scope="module")
def cells(tmp_path_factory) -> Path:
    """Image files of two projections, and untrained cells of each."""
    folder = tmp_path_factory.mktemp("cells")
    base_study = study()
    hits = hits_of(random_events(41, 10))
    for name, model in (("projection_x", "simple"), ("projection_y", "complex")):
        settings = InputSettings(representation=base_study.catalogue.representations.resolved(name), resolution=100)
        calibration = CALIBRATION | {"resolution": 100, "ranges": {"charge": 4000.0}}
        write_input(folder / f"{name}.safetensors", [hits], calibration, settings)
        cell = job(base_study, "train", None, **{**PLACE, "representation": name, "model": model})
        weights = loop.build(cell["model"], image((1, 16, 32)), tasks_of(cell), 5).state_dict()
        model_file.write_model(folder / f"{name}.model", weights, model_file.describe(cell, [calibration]))
    return folder


def features_of(cells: Path, name: str) -> np.ndarray:
    weights, cell = model_file.read_model(cells / f"{name}.model")
    seen = cut_views(cell, read_views(cell, [cells / f"{name}.safetensors"]), np.arange(10))
    return answers.features(weights, cell, tasks_of(cell), seen)


def test_features_of_trained_cells_are_those_that_the_frozen_network_joins(cells):
    """Features computed once equal those that the whole network computes from the images, as evaluation does."""
    cell = told("trained", TRAINED)
    names = ["projection_x", "projection_y"]
    seen = cut_views(cell, read_views(cell, [cells / f"{name}.safetensors" for name in names]), np.arange(10))
    assert list(seen.inputs) == names
    frozen = loop.build(loop.untrained(cell["model"]), seen.inputs, tasks_of(cell), 19).eval()
    model_file.load_backbones(frozen, [cells / f"{name}.model" for name in names])
    with torch.no_grad():
        expected = frozen.features(*map(torch.from_numpy, seen.batch(np.arange(10)).values())).float()
    joined = np.concatenate([features_of(cells, name) for name in names], axis=1)
    assert np.abs(joined).max() > 0
    np.testing.assert_allclose(joined, expected.numpy(), rtol=1e-4, atol=1e-6)


def test_features_come_back_and_other_events_are_refused(tmp_path):
    values = np.arange(8, dtype=np.float32).reshape(4, 2)
    for name, factor in (("a", 1), ("b", 10)):
        write_features(tmp_path / name, np.arange(4), factor * values)
    features = read_features([tmp_path / "a", tmp_path / "b"], np.arange(4))
    batch = features.of(np.array([3, 1])).batch(np.array([1, 0]))
    assert batch["features"].tolist() == [[2, 3, 20, 30], [6, 7, 60, 70]]
    assert (dict(features.inputs), len(features)) == ({"features": Input("table", (4,))}, 4)
    with pytest.raises(InputError, match="features of other events"):
        read_features([tmp_path / "a"], np.arange(5))
    (tmp_path / "a").write_bytes(b"12345678")
    with pytest.raises(InputError, match="not a file of features"):
        read_features([tmp_path / "a"], np.arange(4))


# In a study


def test_a_joined_network_is_told_its_backbones_and_not_how_they_are_trained():
    cell = told("joined")
    assert [backbone["model"]["module"] for backbone in cell["model"]["backbones"]] == ["simple", "simple"]
    assert {"showergrid.models.joined", "showergrid.models.simple", "showergrid.representations.views"} <= set(
        closure_modules(cell)
    )
    faster = copy.deepcopy(TEST)
    faster["models"][0]["optim_lr"] = 0.5
    assert job(read_study(faster), "train", None, **PLACE, model="joined") == cell
    assert study(TRAINED).catalogue.rested_on("two_sides", 100, "trained", 19) == [
        Cell("projection_x", 100, "simple", 19),
        Cell("projection_y", 100, "complex", 19),
    ]


def test_views_are_cut_as_their_backbones_see_them():
    cell = told("trained", TRAINED)
    assert [view["window"]["margin"] for view in cell["views"]] == [{"x": 10, "z": 5}, {"x": 4, "z": 2}]


@pytest.mark.parametrize(
    ("model", "representation", "words"),
    [
        ({"module": "joined", "backbone": "simpel"}, "two_sides", "unknown model 'simpel'"),
        ({"module": "joined", "backbone": ["simple"]}, "two_sides", "1 networks for 2 views"),
        ({"module": "joined", "backbone": "joined"}, "two_sides", "joined has no features of its own"),
        ({"module": "joined", "backbone": "cut"}, "features", "cut has no features of its own"),
        ({"module": "joined", "backbone": "restoring"}, "features", "restoring has no features of its own"),
        ({"module": "joined", "backbone": "simple", "win_shape": [8, 8]}, "two_sides", "win_shape: its windows are"),
        ({"module": "joined", "backbone": ["simple", "complex"], "share": True}, "two_sides", "share: the networks"),
        ({"module": "frozen", "backbone": "simple"}, "start_end", "simple is not trained on windows around end"),
        ({"module": "joined", "clf_neurons": [8]}, "two_sides", "backbone: is missing"),
    ],
)
def test_what_cannot_be_joined_is_refused(model, representation, words):
    place = {"resolutions": [100], "seeds": [19], "representations": [representation], "models": ["new"]}
    with pytest.raises(InputError, match=words) as refused:
        study({"name": "restoring", "module": "vae"}, {"name": "new", **model}, grid=[*TEST["grid"], place])
    assert "\n" not in str(refused.value)


def test_a_backbone_of_pictures_takes_no_voxels():
    model = {"name": "new", "module": "joined", "backbone": "efficientnet_lite0"}
    assert not study(model).catalogue.has_meaning("voxels", "new")
    assert study(model).catalogue.has_meaning("two_sides", "new")
