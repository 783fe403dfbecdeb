"""Random changes of training images: which cells take them, and what is refused."""

import copy
from typing import Any

import pytest
from studies import configuration

from showergrid.core.errors import InputError
from showergrid.plan.checks import read_study
from showergrid.plan.jobs import job
from showergrid.plan.study import Study

PLACE = {"resolutions": [100], "seeds": [19]}
WINDOWS = {"projection_y": [20, 20], "voxels": [20, 20, 20], "hits": [8]}


def study(representation: str, module: str, **values: Any) -> Study:
    """The tiny study with one cell more, of the network `own`."""
    config = copy.deepcopy(configuration("test"))
    window = {"win_shape": WINDOWS[representation]} if representation in WINDOWS else {}
    config["models"].append({"name": "sparse", "module": "sparse_resnet", "win_shape": [20, 20]})
    config["models"].append({"name": "own", "module": module, **window, **values})
    config["grid"].append({"table": "own", "representations": [representation], "models": ["own"], **PLACE})
    config["reports"]["own"] = {"module": "table"}
    return read_study(config)


def augmented(representation: str, module: str, **values: Any) -> dict[str, Any]:
    cell = {"representation": representation, "resolution": 100, "model": "own", "seed": 19}
    return job(study(representation, module, **values), "train", None, **cell)["model"]["training"]["augment"]


@pytest.mark.parametrize(
    ("representation", "module", "changes"),
    [
        ("projection_y", "simple", {"zoom": 0.2, "flips": ["vertical"]}),
        ("voxels", "simple", {"flips": ["depth", "vertical"]}),
        ("voxels", "sparse_resnet", {"flips": ["depth", "vertical"]}),
        ("projection_y", "sparse_resnet", {"flips": ["horizontal"]}),
    ],
)
def test_images_are_changed_as_far_as_they_can_be(representation, module, changes):
    assert augmented(representation, module, augment=changes) == {"shear": 0, "zoom": 0, "flips": [], **changes}


@pytest.mark.parametrize(
    ("representation", "module", "values", "words"),
    [
        ("hits", "transformer", {"augment": {"flips": ["vertical"]}}, "augment: hits gives no images; leave it out"),
        ("projection_y", "simple", {"augment": {"flips": ["depth"]}}, "depth: projection_y has no three axes"),
        ("voxels", "simple", {"augment": {"zoom": 0.2}}, "shear and zoom change whole images of two axes"),
        ("projection_y", "sparse_resnet", {"augment": {"shear": 5}}, "shear and zoom change whole images of two axes"),
        ("voxels", "sparse_unet", {"augment": {"flips": ["depth"]}}, "augment: it answers hits, which stay where"),
        ("voxels", "sparse_resnet", {"augment": ["flips"]}, r"own.*augment"),
    ],
)
def test_changes_without_a_meaning_are_refused(representation, module, values, words):
    with pytest.raises(InputError, match=words) as refused:
        study(representation, module, **values)
    assert "\n" not in str(refused.value)


def test_a_joined_network_of_pixels_is_only_flipped():
    told = {"backbone": ["simple", "sparse"]}
    assert augmented("two_sides", "joined", augment={"flips": ["vertical"]}, **told)["flips"] == ["vertical"]
    with pytest.raises(InputError, match="shear and zoom change whole images of two axes"):
        study("two_sides", "joined", augment={"zoom": 0.2}, **told)
