"""Files of pretrained weights: where they are looked for, how they are read, what is said when they are not there."""

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torchvision
from asked import image
from safetensors.torch import save_file
from torch import Tensor, nn
from torchvision.models import get_model, get_weight
from torchvision.models.vision_transformer import interpolate_embeddings

from showergrid.core import plugins
from showergrid.core.errors import InputError
from showergrid.models.parts.weights import Published, weights_file
from showergrid.training.model_file import write_model

pytestmark = pytest.mark.usefixtures("one_thread")

PUBLISHED = {
    name: module.WEIGHTS
    for name in plugins.names("models")
    if hasattr(module := plugins.load("models", name), "WEIGHTS")
}


def built(name: str, window: tuple[int, int], **parameters) -> nn.Module:
    module = plugins.load("models", name)
    return module.build(module.Parameters(**parameters), image((1, *window)), [2])


def theirs(name: str) -> nn.Module:
    """The network as torchvision builds it for its pretrained weights, but with random weights."""
    special = {"transform_input": True, "aux_logits": True, "init_weights": False}
    return get_model(name, weights=None, **(special if name in ("googlenet", "inception_v3") else {})).eval()


def test_every_network_of_the_issue_is_there():
    assert {f"efficientnet_b{k}" for k in range(8)} <= set(PUBLISHED)
    others = {"resnet18", "resnet50", "googlenet", "vit_b_16", "densenet121", "mobilenet_v2", "inception_v3"}
    assert others <= set(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_file_is_that_of_torchvision(name):
    weights = get_weight(PUBLISHED[name].member)
    assert weights.url.rpartition("/")[2] == PUBLISHED[name].file
    assert type(weights) is torchvision.models.get_model_weights(name)


def test_where_weights_are_looked_for(tmp_path):
    published = Published("ResNet18_Weights.IMAGENET1K_V1", "resnet18-f37072fd.pth")
    assert weights_file("none", published) is None
    assert weights_file("a/mine.pth", published) == Path("a/mine.pth")
    assert weights_file("a/mine.safetensors", published) == Path("a/mine.safetensors")
    assert weights_file("weights", published) == Path("weights/resnet18-f37072fd.pth")
    assert weights_file("weights/", published) == Path("weights/resnet18-f37072fd.pth")
    (tmp_path / "torch-2.14").mkdir()
    assert weights_file(f"{tmp_path}/torch-2.14", published) == tmp_path / "torch-2.14/resnet18-f37072fd.pth"
    assert weights_file("a/mine.pth", None) == Path("a/mine.pth")


def test_the_plan_finds_weights_without_a_network_library():
    code = (
        "import sys; from showergrid.core import plugins; from showergrid.models.parts.weights import weights_file; "
        "[weights_file('w', getattr(plugins.load('models', n), 'WEIGHTS', None)) for n in plugins.names('models')]; "
        "print([name for name in sys.modules if name.split('.')[0] in ('torch', 'torchvision')])"
    )
    scripts = Path(__file__).parents[2] / "scripts"
    done = subprocess.run([sys.executable, "-c", code], cwd=scripts, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("weights", ["weights", "weights/mine.pth"])
def test_a_missing_file_is_one_line_that_says_how_to_get_it(tmp_path, monkeypatch, weights):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no file weights/") as refused:
        built("resnet50", (64, 64), weights=weights)
    text = str(refused.value)
    assert "\n" not in text
    assert "https://docs.pytorch.org/vision/stable/models.html" in text
    assert "no file weights/mine.pth" in text or "no file weights/resnet50-0676ba61.pth" in text
    assert "is resnet50-0676ba61.pth" in text
    command = re.search(r'python -c "(.*?)"', text)[1]
    call = re.search(r"get_weight\('(.*?)'\)\.get_state_dict\(model_dir='weights', check_hash=True\)", command)
    compile(command, "command", "exec")
    assert get_weight(call[1]).url.endswith("/resnet50-0676ba61.pth")
    inspect.signature(torch.hub.load_state_dict_from_url).bind("url", model_dir="weights", check_hash=True)


def test_a_missing_file_of_a_packaged_network_names_the_package(tmp_path):
    with pytest.raises(InputError, match=r"no file .*mine\.pth; set weights: package"):
        built("efficientnet_lite0", (64, 64), weights=str(tmp_path / "mine.pth"))


WINDOWS = {"inception_v3": (75, 80), "vit_b_16": (224, 224)}
LAST = {
    "classifier": r"efficientnet|densenet|mobilenet",
    "heads": "vit",
    "fc": "",
}  # torchvision's name of the last layer


@pytest.fixture(scope="module", params=PUBLISHED)
def saved(request, tmp_path_factory) -> tuple[str, nn.Module, Path]:
    """A network as torchvision makes it, and a folder with a file of its weights under the published name."""
    torch.manual_seed(5)
    network = theirs(request.param)
    path = tmp_path_factory.mktemp("weights") / PUBLISHED[request.param].file
    torch.save(network.state_dict(), path)
    yield request.param, network, path
    path.unlink()


@torch.no_grad()
def test_weights_saved_from_torchvision_are_loaded(saved):
    name, network, path = saved
    window = WINDOWS.get(name, (48, 64))
    ours = built(name, window, weights=str(path.parent), transform="none", clf_neurons=[]).eval()
    last = next(layer for layer, names in LAST.items() if re.search(names, name))
    x = torch.rand(2, 1, *window)
    classifier = getattr(network, last)
    setattr(network, last, nn.Identity())
    expected, features = network(x.expand(-1, 3, -1, -1)), ours.backbone(x.expand(-1, 3, -1, -1))
    setattr(network, last, classifier)
    torch.testing.assert_close(features, expected)
    assert ours.head(features).shape == (2, 2)
    assert torch.equal(ours(x), ours.head(features))
    # Parts that nothing uses, and that are therefore not trained, would count among the last tensors.
    assert not [key for key in ours.state_dict() if key.split(".")[1] in ("aux1", "aux2", "AuxLogits", last)]


# Convolutions, each with a batch norm of two tensors; EfficientNet: stem, blocks, top (Tan and Le, arXiv:1905.11946).
def efficientnet_tensors(depth: float) -> int:
    first, *others = (-(-repeats * depth // 1) for repeats in (1, 2, 2, 3, 3, 4, 1))
    squeeze = 2 * 2  # two layers with weight and bias
    return int(3 + first * (2 * 3 + squeeze) + sum(others) * (3 * 3 + squeeze) + 3)


TENSORS = {
    **{f"efficientnet_b{k}": efficientnet_tensors(d) for k, d in enumerate((1, 1.1, 1.2, 1.4, 1.8, 2.2, 2.6, 3.1))},
    "resnet18": (1 + 8 * 2 + 3) * 3,
    "resnet50": (1 + 16 * 3 + 4) * 3,
    "googlenet": (3 + 9 * 6) * 3,
    "inception_v3": (5 + 3 * 7 + 4 + 4 * 10 + 6 + 2 * 9) * 3,
    "mobilenet_v2": (1 + 2 + 16 * 3 + 1) * 3,
    "densenet121": (1 + 58 * 2 + 3) + (1 + 58 * 2 + 3 + 1) * 2,  # the last batch norm has no convolution
    # class token, patches, positions; a layer has two norms, attention in and out, two linear; a last norm
    "vit_b_16": 1 + 2 + 1 + 12 * 6 * 2 + 2,
}


def test_number_of_tensors_by_hand(saved):
    name, network, _ = saved
    ours = built(name, WINDOWS.get(name, (48, 64)), unfreeze_layers=7)
    tensors = list(ours.backbone.parameters())
    assert len(tensors) == TENSORS[name]
    assert [tensor.requires_grad for tensor in tensors] == [False] * (TENSORS[name] - 7) + [True] * 7
    if name == "efficientnet_b2":
        assert len(list(network.parameters())) == 301  # as the reference counted them, with the old classifier's two


def trained(name: str, path: Path, seed: int) -> nn.Module:
    """A network with weights of its own, written to `path` as a training does."""
    torch.manual_seed(seed)
    network = built(name, (32, 32), weights="none", clf_neurons=[4], transform="batch_norm")
    write_model(path, network.state_dict(), json.dumps({"model": {"module": name}}))
    return network


@pytest.mark.parametrize("name", ["resnet18", "efficientnet_lite0", "mobilenet_v2"])
def test_a_network_starts_where_a_trained_cell_ended_but_for_its_head(tmp_path, name):
    before = trained(name, tmp_path / "model.safetensors", seed=3)
    torch.manual_seed(4)
    after = built(name, (64, 48), weights=str(tmp_path / "model.safetensors"), clf_neurons=[4], unfreeze_layers=0)
    assert all(
        torch.equal(a, b) for a, b in zip(before.backbone.parameters(), after.backbone.parameters(), strict=True)
    )
    assert all(torch.equal(a, b) for a, b in zip(before.backbone.buffers(), after.backbone.buffers(), strict=True))
    assert not torch.equal(next(before.head.parameters()), next(after.head.parameters()))
    assert not any(tensor.requires_grad for tensor in after.backbone.parameters())


def test_a_cell_of_another_network_is_refused_in_one_line(tmp_path):
    path = tmp_path / "model.safetensors"
    trained("resnet18", path, seed=3)
    with pytest.raises(InputError, match=r"is of a cell of resnet18, another network; name a cell of this one$"):
        built("mobilenet_v2", (64, 64), weights=str(path))


def test_a_file_with_the_names_of_old_torchvision_is_loaded(tmp_path):
    network = theirs("densenet121")
    state = network.state_dict()
    old = {re.sub(r"(denselayer\d+\.(?:norm|conv))(\d)", r"\1.\2", key): tensor for key, tensor in state.items()}
    old = {key: tensor for key, tensor in old.items() if "num_batches_tracked" not in key}  # which it lacks, too
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    assert "features.denseblock4.denselayer16.conv.2.weight" in old
    assert len(old) == 364 + 121 * 2  # tensors, and running means and variances
    torch.save(old, tmp_path / "old.pth")
    ours = built("densenet121", (32, 32), weights=str(tmp_path / "old.pth"))
    loaded = ours.backbone.state_dict()
    assert loaded
    assert all(torch.equal(tensor, state[key]) for key, tensor in loaded.items())


def positions(seed: int = 1) -> dict[str, Tensor]:
    return {"encoder.pos_embedding": torch.randn(1, 197, 768, generator=torch.Generator().manual_seed(seed))}


def adapted(window: tuple[int, int], state: dict[str, Tensor]) -> Tensor:
    from showergrid.models.parts.vision_transformer import VisionTransformerB16, positions_for

    return positions_for(VisionTransformerB16(window))(state)["encoder.pos_embedding"]


@pytest.mark.parametrize("size", [32, 224, 256])
def test_positions_of_a_square_are_interpolated_as_torchvision_does(size):
    expected = interpolate_embeddings(size, 16, positions())["encoder.pos_embedding"]
    torch.testing.assert_close(adapted((size, size), positions()), expected)


def test_positions_of_a_rectangle_keep_rows_and_columns_apart():
    # Position embeddings that grow along one axis alone, and linearly, still do after the interpolation.
    rows, columns = torch.meshgrid(torch.arange(14.0), torch.arange(14.0), indexing="ij")
    learnt = torch.stack([rows, columns], dim=-1).repeat(1, 1, 384).view(1, 196, 768)
    state = {"encoder.pos_embedding": torch.cat([torch.full((1, 1, 768), 7.0), learnt], dim=1)}
    embeddings = adapted((64, 128), state)
    assert embeddings.shape == (1, 1 + 4 * 8, 768)
    assert torch.all(embeddings[:, 0] == 7)
    place = embeddings[0, 1:].view(4, 8, 768)
    for channel, axis in ((0, 0), (1, 1)):
        along = place[..., channel].movedim(axis, 0)
        assert along.std(dim=1).max() < 1e-4
        assert along[0].mean() == pytest.approx(0, abs=1e-4)
        assert along[-1].mean() == pytest.approx(13, abs=1e-4)
        assert torch.all(along.mean(dim=1).diff() > 0)


def test_a_rectangle_takes_the_published_weights(tmp_path):
    network = theirs("vit_b_16")
    save_file(network.state_dict(), tmp_path / "vit.safetensors")
    ours = built("vit_b_16", (32, 64), weights=str(tmp_path / "vit.safetensors")).eval()
    assert ours.backbone.encoder.pos_embedding.shape == (1, 1 + 2 * 4, 768)
    assert torch.equal(ours.backbone.conv_proj.weight, network.conv_proj.weight)
    x = torch.rand(2, 1, 32, 64, requires_grad=True)
    ours(x).sum().backward()
    assert torch.all(x.grad.abs().amax(dim=(0, 1)) > 0)  # every pixel is seen


@pytest.mark.parametrize("content", ["text", "other tensors", "a list", "another network"])
@pytest.mark.parametrize("name", ["resnet50", "vit_b_16", "densenet121", "efficientnet_lite0"])
def test_a_wrong_file_is_refused_in_one_line(tmp_path, name, content):
    path = tmp_path / "mine.pth"
    if content == "text":
        path.write_text("no weights\nat all\n")
    else:
        other = {"other tensors": {"weight": torch.zeros(3)}, "a list": [torch.zeros(3)]}
        torch.save(other.get(content) or theirs("resnet18").state_dict(), path)
    with pytest.raises(InputError, match=r"weights: .*mine\.pth does not hold the weights of this network") as refused:
        built(name, (64, 64), weights=str(path))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


def test_a_file_that_would_run_code_is_refused(tmp_path):
    torch.save({"fc": nn.Linear(1, 1)}, tmp_path / "mine.pth")
    with pytest.raises(InputError, match=r"mine\.pth"):
        built("resnet18", (64, 64), weights=str(tmp_path / "mine.pth"))


@pytest.mark.parametrize(
    ("name", "window", "words"),
    [
        ("inception_v3", (74, 128), "at least 75"),
        ("inception_v3", (128, 74), "at least 75"),
        ("densenet121", (28, 64), "at least 29"),
        ("googlenet", (14, 64), "at least 15"),
        ("efficientnet_lite0", (31, 64), "at least 32"),
        ("vit_b_16", (62, 128), "patches of 16 x 16"),
        ("vit_b_16", (64, 120), "patches of 16 x 16"),
    ],
)
def test_a_window_that_the_network_cannot_take_is_refused_in_one_line(name, window, words):
    with pytest.raises(InputError, match=words) as refused:
        plugins.load("models", name).Parameters().check_window(window)
    assert f"win_shape: {list(window)}" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["inception_v3", "densenet121", "googlenet"])
def test_the_smallest_window_is_that_of_torchvision(name):
    smallest = get_weight(PUBLISHED[name].member).meta["min_size"]
    network = built(name, smallest).train()
    assert network(torch.rand(2, 1, *smallest)).isfinite().all()


def test_the_smallest_window_of_the_packaged_network():
    network = built("efficientnet_lite0", (32, 32)).train()
    assert network(torch.rand(2, 1, 32, 32)).isfinite().all()
    with pytest.raises(RuntimeError):  # which is why it is refused
        network(torch.rand(2, 1, 31, 31))


@pytest.mark.parametrize("name", ["efficientnet_b0", "efficientnet_b7", "resnet18", "resnet50", "mobilenet_v2"])
def test_the_others_take_a_window_of_a_few_pixels(name):
    assert built(name, (5, 7)).train()(torch.rand(2, 1, 5, 7)).isfinite().all()
