"""Random changes of training images: where every pixel comes from, and from which random stream."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from asked import image, tasks
from pydantic import ValidationError
from scipy import ndimage

from showergrid.inputs.kinds import Input
from showergrid.training import loop
from showergrid.training.augmentation import Changes
from showergrid.training.checkpoint import Checkpoint
from showergrid.training.data import Labelled
from showergrid.training.settings import Augmentation, Training

pytestmark = pytest.mark.usefixtures("one_thread")

ALL = Augmentation(shear=20, zoom=0.2, flips=["horizontal", "vertical"])
SETTINGS = {
    "batch_size": 8,
    "n_epochs": 3,
    "min_epochs": 1,
    "patience": 9,
    "optim_name": "Adam",
    "optim_lr": 0.01,
    "scheduler_name": "none",
    "scheduler_step_size": 1,
    "scheduler_gamma": 1,
    "precision": "float32",
    "threads": 1,
    "device": "cpu",
}
NETWORK = {"conv_filters": [4], "conv_sizes": [3], "conv_strides": [1], "pool_sizes": [2], "pool_strides": [2]}


class Pictures:
    """Images that are kept as they are."""

    share = None

    def __init__(self, images: np.ndarray) -> None:
        self.images = images
        self.event = np.arange(len(images))
        self.inputs = {"image": Input("image", images.shape[1:])}

    def __len__(self) -> int:
        return len(self.images)

    def batch(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        return {"image": self.images[rows]}


def pictures(events: int, shape: tuple[int, ...] = (2, 9, 14), seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).random((events, *shape), dtype=np.float32))


def still(events: int) -> Changes:
    return Changes(np.zeros(events), np.ones((events, 2)), np.zeros((events, 2), bool))


def test_without_changes_an_image_stays_the_same():
    images = pictures(5)
    assert torch.equal(still(5).of([images], np.arange(5))[0], images)


@pytest.mark.parametrize(
    ("flips", "axes"), [(["vertical"], [2]), (["horizontal"], [3]), (["vertical", "horizontal"], [2, 3])]
)
def test_flips_are_exact(flips, axes):
    images = pictures(40)
    changes = Changes.drawn(Augmentation(flips=flips), 3, 1, 40)
    [changed] = changes.of([images], np.arange(40))
    for axis in axes:
        assert 10 < changes.flipped[:, axis - 2].sum() < 30
    for i in range(40):
        mirrored = [axis - 1 for axis in (2, 3) if changes.flipped[i, axis - 2]]
        assert set(mirrored) <= {axis - 1 for axis in axes}
        assert torch.equal(changed[i], images[i].flip(mirrored))


def test_shear_and_zoom_are_those_of_keras():
    """Its matrices of rows and columns, by SciPy, which Keras calls: bilinear, the nearest pixel beyond the edge."""
    images = pictures(6)
    changes = replace(Changes.drawn(ALL, 5, 2, 6), flipped=np.zeros((6, 2), bool))
    [changed] = changes.of([images], np.arange(6))
    middle = np.array([4.0, 6.5])
    for i in range(6):
        angle = changes.angle[i]
        assert abs(angle) <= np.radians(20)
        matrix = np.array([[1, -np.sin(angle)], [0, np.cos(angle)]]) @ np.diag(changes.zoom[i])
        for channel in range(2):
            expected = ndimage.affine_transform(
                images[i, channel].numpy(), matrix, middle - matrix @ middle, order=1, mode="nearest"
            )
            np.testing.assert_allclose(changed[i, channel], expected, atol=2e-6)


def test_a_zoom_of_two_shows_twice_as_much():
    images = torch.zeros(1, 1, 8, 8)
    images[..., 2:6, 2:6] = 1
    [changed] = replace(still(1), zoom=np.array([[2.0, 1.0]])).of([images], np.arange(1))
    assert changed[0, 0].sum(0).tolist() == pytest.approx([0, 0, 2, 2, 2, 2, 0, 0])  # half as high, as wide as before


def test_the_draws_are_those_of_seed_and_epoch():
    first, again = (Changes.drawn(ALL, 3, 1, 50) for _ in range(2))
    for name in ("angle", "zoom", "flipped"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
        for other in (Changes.drawn(ALL, 4, 1, 50), Changes.drawn(ALL, 3, 2, 50)):
            assert not np.array_equal(getattr(first, name), getattr(other, name))
    assert np.abs(first.zoom - 1).max() <= 0.2
    assert not np.array_equal(first.zoom[:, 0], first.zoom[:, 1])


def test_the_cut_into_batches_changes_nothing():
    images, rows = pictures(12), np.random.default_rng(1).permutation(12)
    changes = Changes.drawn(ALL, 3, 1, 12)
    [whole] = changes.of([images[rows]], rows)
    parts = [changes.of([images[part]], part)[0] for part in (rows[:5], rows[5:])]
    assert torch.equal(whole, torch.cat(parts))


def trained(path, epochs: int, **changes) -> dict[str, torch.Tensor]:
    label = np.arange(24) % 2
    images = pictures(24, (1, 8, 8)).numpy()
    images[label == 1, :, :2] += 1
    data = Labelled(Pictures(images), label[:, None])
    built = loop.build({"module": "simple", "parameters": NETWORK}, image((1, 8, 8)), tasks(2), 7)
    settings = Training(**{**SETTINGS, "n_epochs": epochs, **changes})
    loop.train(built, settings, 7, tasks(2), data, data, torch.device("cpu"), Checkpoint(path, "digest"))
    return built.state_dict()


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def test_a_training_that_was_stopped_ends_in_the_same_bytes(tmp_path):
    augment = ALL.model_dump()
    whole = trained(tmp_path / "whole.pt", 3, augment=augment)
    assert same(whole, trained(tmp_path / "again.pt", 3, augment=augment))
    trained(tmp_path / "stopped.pt", 1, augment=augment)
    assert same(whole, trained(tmp_path / "stopped.pt", 3, augment=augment))
    assert not same(whole, trained(tmp_path / "plain.pt", 3))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({}, "nothing is changed"), ({"flips": ["vertical"] * 2}, "stands twice"), ({"zoom": 1}, "less than 1")],
)
def test_wrong_settings_are_refused(wrong, words):
    with pytest.raises(ValidationError, match=words):
        Augmentation(**wrong)


def test_without_it_the_settings_are_told_as_before():
    assert "augment" not in Training(**SETTINGS).model_dump(mode="json")
    assert Training(**SETTINGS, augment={"zoom": 0.2}).model_dump(mode="json")["augment"] == {
        "shear": 0,
        "zoom": 0.2,
        "flips": [],
    }
