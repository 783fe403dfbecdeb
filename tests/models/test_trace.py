"""Convolutions along a trace: its size by hand, what it refuses, and that it learns where a peak stands."""

import numpy as np
import pytest
import torch
from asked import tasks

from showergrid.core import plugins
from showergrid.core.errors import InputError
from showergrid.inputs.kinds import Input
from showergrid.inputs.lists import SeenRows
from showergrid.training import loop
from showergrid.training.checkpoint import Checkpoint
from showergrid.training.data import Labelled
from showergrid.training.settings import Training

pytestmark = pytest.mark.usefixtures("one_thread")

BINS = 24
PARAMETERS = {"conv_filters": [4, 6], "conv_sizes": [5, 3], "clf_neurons": [8], "transform": "batch_norm"}
TRAINING = {
    "batch_size": 32,
    "n_epochs": 8,
    "min_epochs": 1,
    "patience": 9,
    "optim_name": "Adam",
    "optim_lr": 0.01,
    "scheduler_name": "none",
    "scheduler_step_size": 1,
    "scheduler_gamma": 1.0,
    "precision": "float32",
    "threads": 1,
    "device": "cpu",
}


def traces(count: int, seed: int) -> Labelled:
    """A step that falls slowly (0), or a pulse of the same integral (1), anywhere in noise."""
    random = np.random.default_rng(seed)
    label = np.arange(count) % 2
    since = np.arange(BINS) - random.integers(2, BINS - 6, count)[:, None]
    slow = np.where(since >= 0, np.exp(-since / 4), 0)
    fast = np.where((since >= 0) & (since < 2), 1, 0)
    shape = np.where(label[:, None] == 0, slow / slow.sum(1, keepdims=True), fast / 2)
    values = 10 * shape + 0.2 * random.normal(size=shape.shape)
    return Labelled(SeenRows("trace", np.arange(count), values.astype(np.float32)), label[:, None])


def built(bins: int = BINS) -> torch.nn.Module:
    model = {"module": "trace", "parameters": PARAMETERS}
    return loop.build(model, {"trace": Input("table", (bins,))}, tasks(2), 1)


def test_number_of_parameters_by_hand():
    convolutions = 4 * 5 + 4 + 6 * 4 * 3 + 6
    classifier = 6 * (BINS // 4) * 8 + 8 + 8 * 2 + 2
    assert sum(tensor.numel() for tensor in built().parameters()) == convolutions + classifier


def test_bins_are_neighbours():
    """A trace that is moved by a multiple of the pooling gives moved features."""
    network = built().eval()
    trace = torch.zeros(1, BINS)
    trace[0, 8:11] = torch.tensor([1.0, 3.0, 2.0])
    features, moved = (network.features(x[:, None]) for x in (trace, trace.roll(4, 1)))
    torch.testing.assert_close(features[:, :, 1:4], moved[:, :, 2:5])  # the ends are padded
    assert not torch.allclose(features, features[:, :, :1].expand_as(features))


def test_it_learns_the_shape_of_a_pulse(tmp_path):
    network = built()
    resume = Checkpoint(tmp_path / "checkpoint.pt", "digest")
    settings = Training(**TRAINING)
    parts = [traces(600, seed) for seed in (1, 2)]
    done = loop.train(network, settings, 1, tasks(2), *parts, torch.device("cpu"), resume)
    assert max(row.val_accuracy for row in done.history) > 0.9


def test_a_trace_too_short_for_the_pooling_is_refused():
    with pytest.raises(InputError, match="too few for the network's pooling"):
        built(bins=2)
    assert plugins.load("models", "trace").TAKES == ("table",)
