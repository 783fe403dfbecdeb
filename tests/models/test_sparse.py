"""Sparse convolutions against dense ones read at the occupied pixels, and the network made of them."""

import itertools
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from asked import tasks
from synthetic_hits import CALIBRATION, hits_of, random_events
from torch import Tensor
from torch.nn import functional

from showergrid.inputs.kinds import Input
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings
from showergrid.models.parts.sparse import Convolve, PixelNorm, average_pool, event_mean, levels_of, reversed_rules
from showergrid.models.parts.sparse_unet import SparseUNet
from showergrid.training import loop

pytestmark = pytest.mark.usefixtures("one_thread")

ROOT = Path(__file__).parents[2]
SIZES = {2: (7, 6), 3: (5, 6, 7)}  # odd and even, and pixels at every edge
CONVOLUTION = {2: functional.conv2d, 3: functional.conv3d}
TRANSPOSED = {2: functional.conv_transpose2d, 3: functional.conv_transpose3d}
POOL = {2: functional.avg_pool2d, 3: functional.avg_pool3d}
MODEL = {"name": "sparse_resnet", "module": "sparse_resnet"}


def drawn(axes: int, counts: list[int]) -> tuple[Tensor, Tensor]:
    """Places (P, D) and counts (N,) of events with so many occupied pixels."""
    random = np.random.default_rng(axes)
    size = SIZES[axes]
    flat = [np.sort(random.choice(np.prod(size), count, replace=False)) for count in counts]
    places = np.concatenate([np.stack(np.unravel_index(own, size), axis=1) for own in flat])
    return torch.from_numpy(places), torch.tensor(counts)


def features(rows: int, channels: int, seed: int = 1) -> Tensor:
    made = torch.randn(rows, channels, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return made.requires_grad_()


def dense(x: Tensor, place: Tensor, count: Tensor, size: tuple[int, ...]) -> Tensor:
    """Images (N, C, *size) with the features (P, C) at their places and zeros elsewhere."""
    event = torch.repeat_interleave(count)
    images = x.new_zeros(len(count), *size, x.shape[1])
    return images.index_put((event, *place.T), x).movedim(-1, 1)


def at(images: Tensor, place: Tensor, count: Tensor) -> Tensor:
    """The features (P, C) of images at these places."""
    return images.movedim(1, -1)[(torch.repeat_interleave(count), *place.T)]


def kernel(weight: Tensor, size: int, axes: int) -> Tensor:
    """Weights (K, C, C') as PyTorch's convolutions take them, (C', C, *kernel)."""
    return weight.unflatten(0, [size] * axes).movedim(-1, 0).movedim(-1, 1)


def halved(place: Tensor, count: Tensor) -> tuple[Tensor, Tensor]:
    """Places and counts of the next level, by sets."""
    events = place.split(count.tolist())
    coarse = [sorted({tuple(pixel) for pixel in (own // 2).tolist()}) for own in events]
    return torch.tensor(list(itertools.chain(*coarse))), torch.tensor(list(map(len, coarse)))


def same_gradients(sparse: Tensor, dense: Tensor, of: tuple[Tensor, ...]) -> None:
    torch.testing.assert_close(sparse, dense)
    along = torch.randn(sparse.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(9))
    for own, expected in zip(
        *(torch.autograd.grad((y * along).sum(), of, retain_graph=True) for y in (sparse, dense)), strict=True
    ):
        torch.testing.assert_close(own, expected)


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("counts", [[20, 0, 9, 42], [1, 1], [0, 0]])
def test_convolution_is_the_dense_one_at_occupied_pixels(axes, counts):
    place, count = drawn(axes, counts)
    x, weight = features(len(place), 3), features(3**axes * 3, 4, seed=2).unflatten(0, (3**axes, 3))
    [level] = levels_of(place, count, SIZES[axes], 1)
    made = Convolve.apply(x, weight, level.neighbours, level.pixels)
    images = dense(x, place, count, SIZES[axes])
    expected = CONVOLUTION[axes](images, kernel(weight, 3, axes), padding=1)
    same_gradients(made, at(expected, place, count), (x, weight))


@pytest.mark.parametrize("axes", [2, 3])
def test_levels_are_strided_pooled_and_brought_back_as_dense_images(axes):
    place, count = drawn(axes, [20, 0, 9, 42])
    x, weight = features(len(place), 3), features(2**axes * 3, 4, seed=2).unflatten(0, (2**axes, 3))
    levels = levels_of(place, count, SIZES[axes], 3)
    coarse, coarse_count = halved(place, count)
    _, coarsest_count = halved(coarse, coarse_count)
    assert levels[1].count.tolist() == coarse_count.tolist()
    assert levels[2].count.tolist() == coarsest_count.tolist()

    rules, pixels = levels[0].coarser, levels[1].pixels
    even = [side for size in reversed(SIZES[axes]) for side in (0, size % 2)]
    images = functional.pad(dense(x, place, count, SIZES[axes]), even)
    made = Convolve.apply(x, weight, rules, pixels)
    expected = CONVOLUTION[axes](images, kernel(weight, 2, axes), stride=2)
    same_gradients(made, at(expected, coarse, coarse_count), (x, weight))
    same_gradients(average_pool(x, rules, pixels), at(POOL[axes](images, 2), coarse, coarse_count), (x,))

    y, back = features(pixels, 4, seed=3), features(2**axes * 4, 3, seed=4).unflatten(0, (2**axes, 4))
    made = Convolve.apply(y, back, reversed_rules(rules), levels[0].pixels)
    half = [(size + 1) // 2 for size in SIZES[axes]]
    expected = TRANSPOSED[axes](dense(y, coarse, coarse_count, half), kernel(back, 2, axes).transpose(0, 1), stride=2)
    same_gradients(made, at(expected, place, count), (y, back))


def test_mean_and_norm_of_few_pixels():
    x, count = torch.tensor([[1.0, 2.0], [3.0, 6.0], [5.0, 5.0]]), torch.tensor([2, 0, 1])
    assert event_mean(x, count).tolist() == [[2, 4], [0, 0], [5, 5]]
    norm = PixelNorm(2)
    mean, variance = x.mean(0), x.var(0, correction=0)
    torch.testing.assert_close(norm(x), (x - mean) / (variance + norm.eps).sqrt())
    own = torch.nn.BatchNorm1d(2)
    own(x)
    for name in ("running_mean", "running_var"):
        torch.testing.assert_close(getattr(norm, name), getattr(own, name))
    learnt = norm.running_mean.clone()
    torch.testing.assert_close(norm(x[:1]), (x[:1] - learnt) / (norm.running_var + norm.eps).sqrt())
    assert norm(x[:0]).shape == (0, 2)
    assert torch.equal(norm.running_mean, learnt)


def network(shape: tuple[int, ...], **parameters: list[int]) -> torch.nn.Module:
    model = {**MODEL, "parameters": {"blocks": [1, 2], "widths": [4, 6], "clf_neurons": [5], **parameters}}
    return loop.build(model, {"voxels": Input("pixels", shape)}, tasks(3), seed=5)


@pytest.mark.parametrize("axes", [2, 3])
def test_an_event_is_answered_by_itself_and_without_pixels_too(axes):
    place, count = drawn(axes, [20, 0, 9])
    x = features(len(place), 1).detach().float()
    sparse = network((1, *SIZES[axes])).eval()
    together = sparse(x, place, count)
    alone = [sparse(*parts) for parts in zip(x.split([20, 0, 9]), place.split([20, 0, 9]), count.split(1), strict=True)]
    torch.testing.assert_close(together, torch.cat(alone))
    empty = network((1, *SIZES[axes])).train()(x[:0], place[:0], count[:0].new_zeros(2))
    assert torch.isfinite(empty).all()
    empty.sum().backward()


def test_joined_networks_take_the_pixels_of_each_view():
    """Beside a table, whose one tensor stands between those of two views."""
    inputs = {"x": Input("pixels", (1, 7, 6)), "row": Input("table", (4,)), "y": Input("pixels", (1, 7, 6))}
    small = {"blocks": [1], "widths": [4], "clf_neurons": [5]}
    pixels, table = {"module": "sparse_resnet", "parameters": small}, {"module": "dense", "parameters": {}}
    told = [{"model": model} for model in (pixels, table, pixels)]
    model = {"module": "joined", "parameters": {"backbone": "several"}, "backbones": told}
    joined = loop.build(model, inputs, tasks(3), seed=5).eval()
    place, count = drawn(2, [20, 0, 9])
    x, row = features(len(place), 1).detach().float(), torch.ones(3, 4)
    given = joined(x, place, count, row, x, place, count)
    assert given.shape == (3, 3)
    assert not torch.equal(given, joined(x, place, count, row, 2 * x, place, count))


def test_parameters_by_hand():
    sparse = network((1, 8, 8, 8))
    stem, block, head = 27 * 4 + 2 * 4, 2 * (27 * 4 * 4 + 2 * 4), 6 * 5 + 5 + 5 * 3 + 3
    down = (8 * 4 * 6 + 2 * 6) + (27 * 6 * 6 + 2 * 6) + (4 * 6 + 2 * 6)
    assert sum(map(torch.numel, sparse.parameters())) == stem + block + down + 2 * (27 * 6 * 6 + 2 * 6) + head
    default = loop.build({**MODEL, "parameters": {}}, {"voxels": Input("pixels", (1, 8, 8))}, tasks(2), seed=5)
    convolutions = [layer for layer in default.encoder.modules() if type(layer).__name__ == "SparseConvolution"]
    assert len(convolutions) == 17  # and a classifier: the 18 of ResNet 18


def test_same_bytes_again_and_on_two_threads():
    random = np.random.default_rng(3)
    flat = [np.sort(random.choice(40**3, 600, replace=False)) for _ in range(6)]  # enough to be shared by threads
    place = torch.from_numpy(np.concatenate([np.stack(np.unravel_index(own, (40, 40, 40)), axis=1) for own in flat]))
    x, count = features(len(place), 1).detach().float(), torch.tensor([600] * 6)

    def gradients(threads: int) -> list[Tensor]:
        torch.set_num_threads(threads)
        sparse = network((1, 40, 40, 40), blocks=[1, 1], widths=[16, 16]).train()
        sparse(x, place, count).square().sum().backward()
        return [tensor.grad for tensor in sparse.parameters()]

    once = gradients(1)
    assert all(map(torch.equal, once, gradients(1)))
    assert all(map(torch.equal, once, gradients(2)))


def lines_and_blobs(events: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Places (P, 2) in images of 32 x 32 pixels and counts (N,) of lines and blobs, and which pixels are of a line."""
    random = np.random.default_rng(seed)
    places, labels = [], []
    for _ in range(events):
        image = np.zeros((32, 32), int)
        row, start = random.integers(1, 8), random.integers(0, 8)
        image[row, start : start + 20] = 1
        image[random.integers(12, 30, 25), random.integers(8, 26, 25)] = 2
        image = image.T if random.random() < 0.5 else image
        places.append(np.argwhere(image))
        labels.append(image[image > 0] == 1)
    count = torch.tensor([len(own) for own in places])
    return torch.from_numpy(np.concatenate(places)), count, torch.from_numpy(np.concatenate(labels))


def test_a_network_of_pixels_learns_which_are_of_a_line():
    torch.manual_seed(1)
    unet = SparseUNet([1, 1, 1], [8, 12, 16], (1, 32, 32))
    told = torch.nn.Sequential(torch.nn.Linear(8, 1), torch.nn.Flatten(0))
    optimiser = torch.optim.Adam([*unet.parameters(), *told.parameters()], lr=1e-2)
    place, count, label = lines_and_blobs(24, 1)
    for _ in range(16):
        optimiser.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(
            told(unet(torch.ones(len(place), 1), place, count)[0]), label.float()
        )
        loss.backward()
        optimiser.step()
    assert all(tensor.grad.any() for tensor in unet.parameters())
    place, count, label = lines_and_blobs(24, 2)
    with torch.no_grad():
        features, of_events = unet.eval()(torch.ones(len(place), 1), place, count)
        assert of_events.shape == (24, 16)
        assert ((told(features) > 0) == label).double().mean() > 0.9
        # Events do not see each other, and a shift by the pixels of the last level changes nothing
        first = int(count[0])
        alone, of_event = unet(torch.ones(first, 1), place[:first], count[:1])
        torch.testing.assert_close(alone, features[:first])
        torch.testing.assert_close(of_event, of_events[:1])
        unet.window = [40, 44]
        torch.testing.assert_close(unet(torch.ones(len(place), 1), place + 4, count)[0], features)
        empty = unet(features[:0, :1], place[:0], torch.tensor([0, 0]))
        assert [part.shape for part in empty] == [(0, 8), (2, 16)]


def test_the_benchmark_compares_it_with_the_dense_network(tmp_path):
    parameters = {"cube_pool": "max", "log_trans": False, "headroom": 1.0}
    voxels = {"name": "voxels", "module": "voxels", "parameters": parameters}
    settings, path = InputSettings(representation=voxels, resolution=8), tmp_path / "voxels.safetensors"
    write_input(path, [hits_of(random_events(1, 4))], CALIBRATION | {"ranges": {"charge": 1.0}}, settings)
    command = [sys.executable, ROOT / "benchmarks/sparse.py", path, "--window", "16", "16", "16", "--events", "4"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    head, sparse, dense, ratios = printed.splitlines()
    assert head.split() == ["network", "events", "pixels/event", "ms/event", "MB/event"]
    assert dense.split()[:3] == ["dense", "2", "4096"]
    assert 0 < float(sparse.split()[2]) < 4096
    assert re.fullmatch(r"dense / sparse: time [0-9]+, memory [0-9]+", ratios)
