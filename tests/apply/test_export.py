"""An exported network answers as the one it was made of, whatever the batch; what cannot be exported is refused."""

import io
import warnings

import numpy as np
import pytest
import torch
from asked import entries, image, question

from showergrid.apply import export
from showergrid.core import plugins
from showergrid.core.errors import InputError
from showergrid.inputs.kinds import Input
from showergrid.tasks.asked import tasks_of
from showergrid.training.loop import build

pytestmark = pytest.mark.usefixtures("one_thread")


def cell(module, precision="float32", **parameters):
    values = plugins.load("models", module).Parameters(**parameters).model_dump(mode="json")
    return {
        "seed": 3,
        "resolution": 100,
        "questions": [question("electron", "photon", "muon"), question("a", "b", name="kind")],
        "representation": {"name": "some"},
        "model": {"name": module, "module": module, "parameters": values, "training": {"precision": precision}},
    }


@pytest.mark.parametrize(
    ("module", "inputs", "parameters"),
    [
        ("simple", image((3, 16, 32)), {"bn": True, "dropout": 0.5}),
        ("complex", image((1, 8, 8, 16)), {"transform": "batch_norm"}),
        ("efficientnet_lite0", image((1, 32, 48)), {"weights": "none"}),
        ("transformer", entries(16, 6), {"d_model": 8, "nhead": 2}),
        ("autoencoder", {"table": Input("table", (6,))}, {"tied": True, "noise": 0.1}),
        ("vae", {"table": Input("table", (6,))}, {}),
    ],
)
def test_an_exported_network_answers_as_before(module, inputs, parameters):
    described = cell(module, **parameters)
    network = build(
        described["model"], inputs, tasks_of(described), seed=8
    ).eval()  # other weights than those of the cell's own seed
    file = export.torchscript(network.state_dict(), described, inputs)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore", FutureWarning)
        exported = torch.jit.load(io.BytesIO(file))
        for size in (1, 5):
            [taken] = inputs.values()
            tensors = [torch.rand(size, *taken.shape, generator=torch.Generator().manual_seed(1))]
            if taken.kind == "set":
                tensors.append(tensors[0][:, :, 0] > 0.3)
            given = network(*tensors).double().split([3, 2], dim=1)
            expected = torch.cat([torch.softmax(part, 1) for part in given], dim=1).numpy()
            assert exported(*tensors).numpy() == pytest.approx(expected, abs=1e-6)
            assert np.ptp(expected) > 1e-3


def test_a_fit_that_is_no_network_is_refused():
    with pytest.raises(InputError, match=r"some/c100 xgboost seed 3 is no network"):
        export.check_network(cell("xgboost"))
    export.check_network(cell("simple"))


def test_a_network_of_pixels_is_refused():
    packed = cell("sparse_resnet")
    packed["model"]["packed"] = True
    with pytest.raises(InputError, match=r"^some/c100 sparse_resnet seed 3 takes the occupied pixels") as refused:
        export.check_network(packed)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_scores_that_differ_are_refused(precision):
    described = cell("simple", precision)
    evaluated = np.linspace(0, 1, 55).reshape(11, 5)
    apart = np.zeros((11, 5))
    apart[4, 1] = 1
    close, far = 0.5 * export.TOLERANCE[precision], 2 * export.TOLERANCE[precision]
    assert export.difference(described, evaluated + close * apart, evaluated) == pytest.approx(close)
    for wrong in (evaluated - far * apart, np.full((11, 5), np.nan)):
        with pytest.raises(InputError, match="differs from evaluation"):
            export.difference(described, wrong, evaluated)


def test_differences_of_values_are_shares_of_their_deviation():
    described = cell("simple") | {"questions": [{"name": "x", "kind": "value", "column": "x"}]}
    described |= {"scales": {"x": {"mean": 50.0, "std": 200.0}}}
    evaluated = np.array([[100.0], [200.0]])
    assert export.difference(described, evaluated + 0.01, evaluated) == pytest.approx(0.01 / 200)
