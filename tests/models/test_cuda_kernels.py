"""No network learns by an operation of which PyTorch has no deterministic kernel for CUDA, as far as a CPU can tell.

PyTorch would refuse it on a GPU alone; which operations the gradient goes through is known without one.
"""

import re

import pytest
import torch
from torch import Tensor, nn

from showergrid.core import plugins
from showergrid.inputs.kinds import Input

pytestmark = pytest.mark.usefixtures("one_thread")

# What throws an error on CUDA, by torch.use_deterministic_algorithms of PyTorch 2.14, as the gradient names it
REFUSED = re.compile(
    "(AvgPool3D|AdaptiveAvgPool[23]D|AdaptiveMaxPool2D|FractionalMaxPool|MaxUnpool|Upsample(Linear|Bilinear|Bicubic|"
    "Trilinear)|ReflectionPad|NllLoss2D|CtcLoss|EmbeddingBag|Put|Median|GridSampler)"
)
IMAGE, SET, TABLE = Input("image", (3, 96, 96)), Input("set", (20, 5)), Input("table", (30,))
VOXELS, PIXELS = Input("image", (1, 8, 8, 16)), Input("pixels", (1, 16, 16, 16))


def batch(taken: Input) -> list[Tensor]:
    """The tensors of a few events."""
    if taken.kind == "pixels":
        place = torch.unique(torch.arange(4000).unflatten(0, (-1, 4))[::20, :3] % 16, dim=0)
        return [torch.randn(len(place), 1), place, torch.tensor([len(place)])]
    return [torch.randn(4, *taken.shape)] + [torch.ones(4, taken.shape[0], dtype=torch.bool)] * (taken.kind == "set")


def refused(made: Tensor) -> set[str]:
    """The operations between leaves and `made` that have no deterministic kernel."""
    seen, left = set(), [made.grad_fn]
    while left:
        node = left.pop()
        if node is not None and node not in seen:
            seen.add(node)
            left += [before for before, _ in node.next_functions]
    return {node.name() for node in seen if REFUSED.match(node.name())}


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        *((name, IMAGE) for name in ("complex", "cvn", "densenet121", "efficientnet_b0", "efficientnet_lite0")),
        *((name, IMAGE) for name in ("googlenet", "inception_v3", "mobilenet_v2", "resnet18", "vit_b_16")),
        *((name, SET) for name in ("edgeconv", "pair_attention", "transformer")),
        *((name, TABLE) for name in ("autoencoder", "dense", "trace", "vae")),
        ("complex", VOXELS),
        ("sparse_resnet", PIXELS),
    ],
)
def test_network_has_deterministic_kernels_on_cuda(name, taken):
    module = plugins.load("models", name)
    bare = {"weights": "none"} if "weights" in module.Parameters.model_fields else {}
    network = module.build(module.Parameters(**bare), {"seen": taken}, [2])
    assert refused(network(*batch(taken)).sum()) == set()


def test_transformer_cvn_has_deterministic_kernels_on_cuda():
    module = plugins.load("models", "transformer_cvn")
    network = module.build(module.Parameters(), {"seen": Input("prongs", (3, 64, 64))}, [2], [3])
    made = network(torch.randn(2, 3, 64, 64), torch.randn(3, 3, 64, 64), torch.tensor([0, 0, 1]))
    assert refused(sum(part.sum() for part in made)) == set()


def test_what_has_none_is_noticed():
    images = torch.randn(1, 1, 8, 8, requires_grad=True)
    assert refused(nn.AdaptiveAvgPool2d(3)(images).relu()) == {"AdaptiveAvgPool2DBackward0"}
    assert refused(nn.AdaptiveAvgPool2d(1)(images)) == set()  # is a mean
    assert refused(nn.functional.interpolate(images, size=4, mode="bilinear")) == {"UpsampleBilinear2DBackward0"}
