"""The network of the DUNE CVN: its parameters counted by hand, its views, its blocks against PyTorch's functions."""

import pytest
import torch
from asked import image
from torch import Tensor, nn
from torch.nn import functional

from showergrid.core import plugins
from showergrid.models.parts.squeeze_excitation import SqueezedBlock

pytestmark = pytest.mark.usefixtures("one_thread")

PUBLISHED = {"widths": [64, 128, 256, 512], "depths": [3, 4, 6, 3], "strides": [1, 1, 1]}


def build(views: int, heads: tuple[int, ...] = (3,), seed: int = 1, **parameters) -> nn.Module:
    torch.manual_seed(seed)
    module = plugins.load("models", "cvn")
    return module.build(module.Parameters(**parameters), image((views, 32, 48)), heads)


def images(*shape: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(2))


def block(inner: int, outer: int, squeezed: int, shortcut: bool) -> int:
    """Parameters: two norms, two convolutions, the two layers of squeeze and excitation, the shortcut."""
    return 2 * inner + 9 * inner * outer + 2 * outer + 9 * outer**2 + 2 * outer * squeezed + shortcut * inner * outer


@pytest.mark.parametrize("views", [1, 3])
def test_number_of_parameters_of_the_published_size_by_hand(views):
    stem = 49 * 64 + 3 * block(64, 64, 4, shortcut=False)
    stages = [
        *(block(views * 64, 128, 8, shortcut=True), 3 * block(128, 128, 8, shortcut=False)),
        *(block(128, 256, 16, shortcut=True), 5 * block(256, 256, 16, shortcut=False)),
        *(block(256, 512, 32, shortcut=True), 2 * block(512, 512, 32, shortcut=False)),
    ]
    heads = 512 * (3 + 4 + 1) + 3 + 4 + 1
    network = build(views, heads=(3, 4, 1), **PUBLISHED)
    assert sum(tensor.numel() for tensor in network.parameters()) == views * stem + sum(stages) + 2 * 512 + heads


def test_maps_shrink_as_the_strides_say():
    for strides, shape in (([1, 2, 2], (2, 3)), ([1, 1, 1], (8, 12))):  # of 32 x 48 pixels: a quarter, then the strides
        network = build(2, strides=strides)
        assert network.views[0](images(1, 1, 32, 48)).shape == (1, 16, 8, 12)
        assert network.joined(images(1, 32, 8, 12)).shape == (1, 128, *shape)
        assert network(images(4, 2, 32, 48)).shape == (4, 3)


def test_a_view_alone_reaches_its_own_stem_and_no_other():
    network = build(3).eval()
    x = images(2, 3, 32, 48)
    changed = x.clone()
    changed[:, 1] += 1
    pairs = [(view(x[:, [i]]), view(changed[:, [i]])) for i, view in enumerate(network.views)]
    assert [torch.equal(*pair) for pair in pairs] == [True, False, True]
    assert not torch.equal(network(x), network(changed))
    assert not torch.equal(network.views[0](x[:, [1]]), network.views[1](x[:, [1]]))  # no weights are shared


def test_a_block_is_that_of_the_publication():
    made = SqueezedBlock(16, 32, stride=2, ratio=16).eval()
    first, _, _, second = made.convolutions
    down, up = made.excite[0].weight, made.excite[2].weight
    norm = 1 + 1e-5  # of a batch norm that has seen nothing, the variance
    x = images(2, 16, 7, 9) - 0.5
    ready = functional.relu(x / norm**0.5)
    y = functional.relu(functional.conv2d(ready, first.weight, stride=2, padding=1) / norm**0.5)
    y = functional.conv2d(y, second.weight, padding=1)
    weight = torch.sigmoid(functional.relu(y.mean((2, 3)) @ down.T) @ up.T)
    expected = y * weight[:, :, None, None] + functional.conv2d(ready, made.shortcut.weight, stride=2)
    torch.testing.assert_close(made(x), expected)
    assert made(x).shape == (2, 32, 4, 5)


def test_the_loss_grows_with_the_first_and_the_last_weights():
    network = build(2, heads=(3, 2), l2=0.5)
    weights = [*(view[0].weight for view in network.views), *(head[-1].weight for head in network.head.of)]
    with torch.no_grad():
        expected = 0.5 * sum(float(own.square().sum()) for own in weights)
        assert float(network.penalty()) == pytest.approx(expected)
    assert build(2, l2=0.0).penalty() == 0


def test_the_same_seed_gives_the_same_gradients():
    gradients = []
    for _ in range(2):
        network = build(3)
        functional.cross_entropy(network(images(4, 3, 32, 48)), torch.arange(4) % 3).backward()
        gradients.append([tensor.grad for tensor in network.parameters()])
    assert all(torch.equal(*pair) for pair in zip(*gradients, strict=True))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"depths": [1, 1]}, "depths needs 4 values"), ({"strides": [1, 1, 1, 1]}, "strides needs 3 values")],
)
def test_a_stage_without_its_number_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        build(1, **wrong)
