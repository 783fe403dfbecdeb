"""Random changes of training images: where every pixel comes from, and from which random stream."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from asked import image, tasks
from pydantic import ValidationError
from scipy import ndimage

from showergrid.core.seeds import generator
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
    return Changes(np.zeros(events), np.ones((events, 2)), np.zeros((events, 3), bool))


def changed_images(changes: Changes, images: torch.Tensor, rows: np.ndarray) -> torch.Tensor:
    [changed] = changes.of([images], rows, {"image": Input("image", tuple(images.shape[1:]))})
    return changed


def test_without_changes_an_image_stays_the_same():
    images = pictures(5)
    assert torch.equal(changed_images(still(5), images, np.arange(5)), images)


@pytest.mark.parametrize(
    ("flips", "axes"), [(["vertical"], [-2]), (["horizontal"], [-1]), (["vertical", "horizontal"], [-2, -1])]
)
@pytest.mark.parametrize("shape", [(2, 9, 14), (1, 4, 6, 5)])
def test_flips_are_exact(flips, axes, shape):
    deep = len(shape) == 4
    flips, axes = ([*flips, "depth"], [*axes, -3]) if deep else (flips, axes)
    images = pictures(40, shape)
    changes = Changes.drawn(Augmentation(flips=flips), 3, 1, 40)
    changed = changed_images(changes, images, np.arange(40))
    for axis in axes:
        assert 10 < changes.flipped[:, axis].sum() < 30
    for i in range(40):
        mirrored = [axis for axis in (-3, -2, -1) if changes.flipped[i, axis]]
        assert set(mirrored) <= set(axes)
        assert torch.equal(changed[i], images[i].flip(mirrored))


@pytest.mark.parametrize("window", [(7, 10), (5, 8, 6)])
def test_pixels_are_flipped_as_their_images(window):
    random = np.random.default_rng(2)
    occupied = random.random((30, *window)) < 0.2
    occupied[4] = False  # an event without pixels
    event, *place = np.nonzero(occupied)
    values = torch.from_numpy(random.random((event.size, 2), dtype=np.float32))
    flips = ["horizontal", "vertical", *(["depth"] if len(window) == 3 else [])]
    changes = Changes.drawn(Augmentation(flips=flips), 3, 1, 50)
    rows = random.permutation(50)[:30]
    tensors = [values, torch.from_numpy(np.stack(place, 1)), torch.from_numpy(np.bincount(event, minlength=30))]
    moved = changes.of(tensors, rows, {"voxels": Input("pixels", (2, *window))})

    def dense(values, place, count):
        images = torch.zeros(30, *window, 2)
        images[(torch.repeat_interleave(count), *place.T)] = values
        return images.movedim(-1, 1)

    assert torch.equal(dense(*moved), changed_images(changes, dense(*tensors), rows))
    assert not torch.equal(dense(*moved), dense(*tensors))
    ranked = np.ravel_multi_index((np.repeat(np.arange(30), moved[2]), *moved[1].numpy().T), (30, *window))
    assert (np.diff(ranked) > 0).all()  # as a sparse network takes them


def test_flips_that_were_drawn_before_images_had_a_depth_stay():
    random = generator(3, "augmentation", 1)
    random.uniform(-20, 20, 50), random.uniform(0.8, 1.2, (50, 2))
    assert np.array_equal(Changes.drawn(ALL, 3, 1, 50).flipped[:, 1:], random.random((50, 2)) < 0.5)


def test_shear_and_zoom_are_those_of_keras():
    """Its matrices of rows and columns, by SciPy, which Keras calls: bilinear, the nearest pixel beyond the edge."""
    images = pictures(6)
    changes = replace(Changes.drawn(ALL, 5, 2, 6), flipped=np.zeros((6, 3), bool))
    changed = changed_images(changes, images, np.arange(6))
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
    changed = changed_images(replace(still(1), zoom=np.array([[2.0, 1.0]])), images, np.arange(1))
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
    whole = changed_images(changes, images[rows], rows)
    parts = [changed_images(changes, images[part], part) for part in (rows[:5], rows[5:])]
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


class Voxels(Pictures):
    """The pixels of images that are not 0."""

    def __init__(self, images: np.ndarray) -> None:
        super().__init__(images)
        self.inputs = {"voxels": Input("pixels", images.shape[1:])}

    def batch(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        images = self.images[rows]
        event, *place = np.nonzero(images[:, 0])
        return {
            "voxels": images[(event, slice(None), *place)],
            "voxels.place": np.stack(place, axis=1),
            "voxels.count": np.bincount(event, minlength=len(rows)),
        }


def test_a_sparse_network_learns_from_flipped_pixels_in_the_same_bytes(tmp_path):
    label = np.arange(24) % 2
    images = pictures(24, (1, 8, 8, 8)).numpy()
    images[images < 0.8] = 0
    data = Labelled(Voxels(images), label[:, None])

    def learnt(name: str, **changes) -> dict[str, torch.Tensor]:
        told = {"module": "sparse_resnet", "parameters": {"widths": [4, 4], "blocks": [1, 1]}}
        built = loop.build(told, data.seen.inputs, tasks(2), 7)
        settings, resume = Training(**{**SETTINGS, **changes}), Checkpoint(tmp_path / name, "digest")
        loop.train(built, settings, 7, tasks(2), data, data, torch.device("cpu"), resume)
        return built.state_dict()

    flips = {"augment": {"flips": ["depth", "horizontal"]}}
    assert same(learnt("whole.pt", **flips), learnt("again.pt", **flips))
    assert not same(learnt("other.pt", **flips), learnt("plain.pt"))


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
