"""The training loop on images in which one pixel tells the class."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch
from asked import image, tasks
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch.nn import functional

from showergrid.core.errors import InputError
from showergrid.inputs.kinds import Share
from showergrid.inputs.window import Cut
from showergrid.training import device, loop
from showergrid.training.checkpoint import Checkpoint
from showergrid.training.data import Labelled
from showergrid.training.history import Epoch, best_epoch
from showergrid.training.loop import Progress, batches
from showergrid.training.settings import Training

pytestmark = pytest.mark.usefixtures("one_thread")

TASKS = tasks(2)
CPU = torch.device("cpu")
SHAPE = (1, 8, 8)
TAKEN = image(SHAPE)
TELLING = (9, 54)  # the pixel of each class
SETTINGS = {
    "batch_size": 16,
    "n_epochs": 6,
    "min_epochs": 1,
    "patience": 10,
    "optim_name": "Adam",
    "optim_lr": 0.01,
    "scheduler_name": "none",
    "scheduler_step_size": 3,
    "scheduler_gamma": 0.7,
    "precision": "float32",
    "threads": 1,
    "device": "cpu",
}
NETWORK = {"conv_filters": [4], "conv_sizes": [3], "conv_strides": [1], "pool_sizes": [2], "pool_strides": [2]}
NETWORK |= {"clf_neurons": [8]}


def settings(**changes) -> Training:
    return Training(**{**SETTINGS, **changes})


def toy(count: int, seed: int, shape: tuple[int, ...] = SHAPE, noise: int = 5) -> Labelled:
    """Images with the pixel of their class at 1 and some others at less; equal numbers of each class."""
    random = np.random.default_rng(seed)
    label = np.arange(count) % 2
    other_pixels = np.setdiff1d(np.arange(np.prod(shape[1:])), TELLING)
    position = [np.append(random.choice(other_pixels, noise, replace=False), TELLING[k]) for k in label]
    values = [np.append(random.uniform(0, 0.5, noise), 1) for _ in label]
    images = Cut(
        event=np.arange(count),
        shape=shape,
        offsets=np.arange(count + 1) * (noise + 1),
        position=np.concatenate(position).astype(np.int32),
        values=np.concatenate(values)[None].repeat(shape[0], axis=0).astype(np.float32),
        share=Share(np.ones(count), np.ones(count)),
    )
    return Labelled(images, label[:, None])


@pytest.fixture
def trained(tmp_path):
    """A function that trains on toy images and returns the network as it ended and the result of the training."""
    number = iter(range(1000))

    def run(seed: int = 19, shape: tuple[int, ...] = SHAPE, network: dict | None = None, validation=None, **changes):
        chosen = settings(**changes)
        model = {"module": "simple", "parameters": {**NETWORK, **(network or {})}}
        built = loop.build(model, image(shape), TASKS, seed)
        resume = Checkpoint(tmp_path / f"{next(number)}.pt", "digest")
        validation = validation or toy(40, 2, shape)
        return built, loop.train(built, chosen, seed, TASKS, toy(96, 1, shape), validation, CPU, resume)

    return run


def same(weights: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(weights[name], other[name]) for name in weights)


@pytest.mark.parametrize("precision", ["float32", "bf16"])
@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 8, 8), (1, 4, 4, 4)])
def test_a_network_learns(trained, shape, precision):
    network, done = trained(shape=shape, precision=precision, n_epochs=12)
    assert done.history[-1].train_accuracy > 0.95
    assert done.history[-1].val_accuracy > 0.95
    assert done.history[-1].train_loss < done.history[0].train_loss
    # On images that it never saw, the class of index k has column k.
    fresh = toy(60, 3, shape)
    [answers] = loop.answers(network, settings(precision=precision), TASKS, fresh.seen, CPU)
    assert (answers.argmax(1).numpy() == fresh.label[:, 0]).mean() > 0.95
    torch.testing.assert_close(answers.sum(1), torch.ones(60, dtype=torch.float64))


def test_history_has_a_row_an_epoch(trained):
    _, done = trained(n_epochs=4)
    assert [row.epoch for row in done.history] == [1, 2, 3, 4]
    assert {row.lr for row in done.history} == {0.01}


def test_weights_kept_are_those_of_the_best_epoch(trained):
    # Validation events whose labels are turned round: the more it learns the worse.
    validation = Labelled(toy(40, 2).seen, 1 - toy(40, 2).label)
    network, done = trained(validation=validation)
    best = best_epoch(done.history)
    assert best < len(done.history)
    row = done.history[best - 1]
    assert not same(done.best, network.state_dict())
    network.load_state_dict(done.best)
    [score] = loop.answers(network, settings(), TASKS, validation.seen, CPU)
    label = torch.from_numpy(validation.label[:, 0])
    assert float((score.argmax(1) == label).double().mean()) == row.val_accuracy
    assert float(functional.nll_loss(score.log(), label)) == pytest.approx(row.val_loss)


def test_same_seed_same_weights_other_seed_other_weights(trained):
    first, again, other = (trained(seed=seed, network={"dropout": 0.3})[1] for seed in (19, 19, 20))
    assert same(first.best, again.best)
    assert first.history == again.history
    assert not same(first.best, other.best)
    assert first.history != other.history


def test_the_seed_alone_governs_initialisation():
    def built(seed: int):
        return loop.build({"module": "simple", "parameters": NETWORK}, TAKEN, TASKS, seed).state_dict()

    torch.manual_seed(1)
    weights = built(19)
    torch.manual_seed(2)
    assert same(weights, built(19))
    assert not same(weights, built(20))


def test_an_unfinished_training_goes_on_where_it_was(tmp_path):
    model = {"module": "simple", "parameters": {**NETWORK, "dropout": 0.3, "bn": True}}
    data = toy(96, 1), toy(40, 2)
    schedule = {"scheduler_name": "StepLR", "scheduler_step_size": 2, "optim_name": "AdamW"}
    whole = Checkpoint(tmp_path / "whole.pt", "digest")
    expected = loop.train(loop.build(model, TAKEN, TASKS, 19), settings(**schedule), 19, TASKS, *data, CPU, whole)
    for stop in (1, 2, 5):
        part = Checkpoint(tmp_path / f"{stop}.pt", "digest")
        loop.train(
            loop.build(model, TAKEN, TASKS, 19), settings(**schedule, n_epochs=stop), 19, TASKS, *data, CPU, part
        )
        torch.manual_seed(stop)  # another process has other generators
        resumed = loop.build(model, TAKEN, TASKS, 19)
        done = loop.train(resumed, settings(**schedule), 19, TASKS, *data, CPU, part)
        assert done.history == expected.history
        assert same(done.best, expected.best)


@pytest.mark.parametrize("name", get_args(Training.model_fields["optim_name"].annotation))
def test_every_optimiser_changes_the_weights(trained, name):
    network, done = trained(optim_name=name, n_epochs=1)
    before = loop.build({"module": "simple", "parameters": NETWORK}, TAKEN, TASKS, 19).state_dict()
    assert not any(torch.equal(tensor, before[key]) for key, tensor in network.state_dict().items())
    assert np.isfinite(done.history[0].val_loss)


RATES = {
    "none": [0.01] * 5,
    "StepLR": [0.01, 0.01, 0.005, 0.005, 0.0025],
    "ExponentialLR": [0.01, 0.005, 0.0025, 0.00125, 0.000625],
    "CosineAnnealingLR": [0.01, 0.005, 0, 0.005, 0.01],  # half a period is scheduler_step_size
    "ReduceLROnPlateau": [0.01, 0.01, 0.01, 0.005, 0.005],  # as Keras: after two epochs no better than the first
    # up from a 25th of the largest in 30 % of the epochs, then down along half a cosine to a ten-thousandth of that
    "OneCycleLR": [0.0004, *(4e-8 + (0.01 - 4e-8) / 2 * (1 + np.cos(np.pi * k / 7)) for k in (1, 3, 5, 7))],
}


@pytest.mark.parametrize("name", get_args(Training.model_fields["scheduler_name"].annotation))
def test_every_scheduler_by_hand(trained, name):
    # Validation events whose labels are turned round: each epoch's loss is larger than that of the first
    validation = Labelled(toy(40, 2).seen, 1 - toy(40, 2).label)
    schedule = {"scheduler_name": name, "scheduler_step_size": 2, "scheduler_gamma": 0.5}
    _, done = trained(validation=validation, **schedule, n_epochs=5)
    assert [row.lr for row in done.history] == pytest.approx(RATES[name], abs=1e-12)
    assert min(row.val_loss for row in done.history[1:]) > done.history[0].val_loss


def test_weights_of_the_hidden_layers_are_held_small(trained):
    """The penalty is in the loss, on hidden weights alone, and its gradient is 2 factor w."""
    free, held = (trained(network=network, n_epochs=3) for network in ({}, {"clf_l2": 0.1}))
    hidden, answer = ([layer.weight for layer in net.head.of[0] if hasattr(layer, "weight")] for net, _ in (free, held))
    norms = [[float(weight.detach().norm()) for weight in weights] for weights in (hidden, answer)]
    assert norms[1][0] < 0.5 * norms[0][0]
    assert norms[1][1] > 0.5 * norms[0][1]

    network = loop.build({"module": "simple", "parameters": {**NETWORK, "clf_l2": 0.1}}, TAKEN, TASKS, 19)
    weight = network.head.of[0][0].weight
    penalty = network.head.penalty()
    penalty.backward()
    assert float(penalty.detach()) == pytest.approx(0.1 * float((weight.detach() ** 2).sum()))
    torch.testing.assert_close(weight.grad, 0.2 * weight.detach())
    assert network.head.of[0][2].weight.grad is None
    data = toy(40, 2)
    [score] = loop.answers(network, settings(), TASKS, data.seen, CPU)
    _, done = trained(network={"clf_l2": 0.1}, optim_lr=1e-12, n_epochs=1, validation=data)
    cross_entropy = float(functional.nll_loss(score.log(), torch.from_numpy(data.label[:, 0])))
    assert done.history[0].val_loss == pytest.approx(cross_entropy + float(penalty.detach()))


def progress(accuracies: list[float], learnt_at: int | None) -> Progress:
    history = [Epoch(k, 1e-3, 0.5, 0.5, 0.5, accuracy) for k, accuracy in enumerate(accuracies, start=1)]
    return Progress(history, learnt_at)


@pytest.mark.parametrize(
    ("accuracies", "learnt_at", "min_epochs", "stops"),
    [
        ([0.5, 0.6, 0.7], 1, 1, False),  # still better every time
        ([0.7, 0.6], 1, 1, False),  # one epoch without a better one
        ([0.7, 0.6, 0.6], 1, 1, True),  # two
        ([0.7, 0.6, 0.6], 1, 4, False),  # but not as early as that
        ([0.7, 0.6, 0.6, 0.6], 1, 4, True),
        ([0.5] * 9, None, 1, False),  # one class all the time: never
        ([0.5] * 9, 8, 1, False),  # both classes since the eighth epoch
        ([0.5] * 9, 7, 1, True),
        ([0.5, 0.5, 0.6, 0.55], 2, 1, False),
        ([0.5, 0.5, 0.6, 0.55, 0.6], 2, 1, True),  # as good is not better
        ([], None, 1, False),
    ],
)
def test_early_stopping_by_hand(accuracies, learnt_at, min_epochs, stops):
    chosen = settings(patience=2, min_epochs=min_epochs, n_epochs=20)
    assert progress(accuracies, learnt_at).should_stop(chosen) is stops


def answering(trained, monkeypatch, counts: list[int], **changes) -> Progress:
    """A training whose validation answers the second class for `counts` of 40 events, one number an epoch."""
    left = iter(counts)

    def answers(*_):
        score = torch.zeros(40, 2, dtype=torch.float64)
        score[:, 0] = 1
        score[: next(left)] = torch.tensor([0.0, 1.0])
        return [score]

    monkeypatch.setattr(loop, "answers", answers)
    return trained(n_epochs=len(counts), patience=2, **changes)[1]


@pytest.mark.parametrize(
    ("counts", "epochs"),
    [
        ([0] * 8, 8),  # one class to the end
        ([20] * 8, 3),  # both from the start, and never better
        ([0, 0, 0, 20, 20, 20, 20, 20], 6),
        ([40, 40, 40, 20, 20, 20, 20, 20], 6),  # the other class alone is one class too
        ([20, 0, 20, 0, 20, 20, 20, 20], 7),  # one class again: the count begins anew
    ],
)
def test_no_early_stop_while_the_answer_is_one_class(trained, monkeypatch, counts, epochs):
    assert len(answering(trained, monkeypatch, counts).history) == epochs


def test_a_loss_that_is_not_finite_is_refused(trained):
    with pytest.raises(InputError, match="optim_lr") as refused:
        trained(optim_name="SGD", optim_lr=1e30)
    assert "\n" not in str(refused.value)


@given(st.integers(1, 200), st.integers(2, 60))
def test_batches_hold_every_event_once_and_none_alone(count, size):
    order = np.random.default_rng(count).permutation(count)
    parts = batches(order, size)
    assert np.array_equal(np.concatenate(parts), order)
    assert all(1 < len(rows) <= size + 1 for rows in parts) or count == 1
    assert all(len(rows) == size for rows in parts[:-2])


def test_batches_of_one_stay_alone():
    assert [rows.tolist() for rows in batches(np.arange(3), 1)] == [[0], [1], [2]]


class Double(torch.nn.Module):
    """A network whose arithmetic is float64."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network.double()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.network(x.double())


def gradients(tmp_path, data: Labelled, micro: int | None, module: str = "simple", **parameters) -> list[torch.Tensor]:
    """The gradients of one step on all events at once, from the change that plain gradient descent makes."""
    network = Double(
        loop.build({"module": module, "parameters": {**NETWORK, **parameters}}, data.seen.inputs, TASKS, 19)
    )
    before = [tensor.detach().clone() for tensor in network.parameters()]
    chosen = settings(batch_size=len(data.label), micro_batch_size=micro, n_epochs=1, optim_name="SGD", optim_lr=1.0)
    loop.train(network, chosen, 19, TASKS, data, data, CPU, Checkpoint(tmp_path / f"{micro}.pt", "digest"))
    return [old - new.detach() for old, new in zip(before, network.parameters(), strict=True)]


@pytest.mark.parametrize("micro", [1, 4, 7, 23, 24])  # 24 events; 23 leaves one, which joins
def test_gradients_of_parts_add_up_to_that_of_the_batch(tmp_path, micro):
    data = toy(24, 1)
    whole, parts = gradients(tmp_path, data, None), gradients(tmp_path, data, micro)
    assert all(tensor.abs().max() > 0 for tensor in whole)
    for expected, gradient in zip(whole, parts, strict=True):
        # logits and loss are float32 in either case
        torch.testing.assert_close(gradient, expected, rtol=1e-5, atol=1e-8)


def test_batch_norm_sees_a_part_at_a_time(tmp_path):
    data = toy(24, 1)
    whole, parts = gradients(tmp_path, data, None, bn=True), gradients(tmp_path, data, 6, bn=True)
    assert not torch.allclose(whole[0], parts[0], rtol=1e-3)


def test_loss_and_accuracy_are_those_of_all_events(trained):
    whole, parts = (trained(batch_size=32, micro_batch_size=micro, n_epochs=2)[1].history for micro in (None, 5))
    for expected, row in zip(whole, parts, strict=True):
        assert row.train_loss == pytest.approx(expected.train_loss, rel=1e-4)
        assert (row.train_accuracy, row.val_accuracy) == (expected.train_accuracy, expected.val_accuracy)


def test_a_second_question_has_a_head_and_a_weight_of_its_own(tmp_path):
    """Its loss counts as often as its weight says; the first question decides the accuracy."""
    data, both = toy(96, 1), tasks(2, 3)
    second = np.arange(96) % 3  # of which the images tell nothing
    asked = Labelled(data.seen, np.column_stack([data.label, second]))

    def done(weight: float) -> tuple[torch.nn.Module, Progress]:
        weighted = [both[0], replace(both[1], question=both[1].question.model_copy(update={"weight": weight}))]
        network = loop.build({"module": "simple", "parameters": NETWORK}, TAKEN, weighted, 19)
        resume = Checkpoint(tmp_path / f"{weight}.pt", "digest")
        return network, loop.train(network, settings(n_epochs=12), 19, weighted, asked, asked, CPU, resume)

    network, progress = done(0.5)
    first, other = loop.answers(network, settings(), both, data.seen, CPU)
    assert (first.shape, other.shape) == ((96, 2), (96, 3))
    assert progress.history[-1].val_accuracy == float((first.argmax(1).numpy() == data.label[:, 0]).mean()) > 0.95
    losses = [
        float(functional.nll_loss(answer.log(), torch.from_numpy(asked.label[:, i])))
        for i, answer in enumerate((first, other))
    ]
    assert progress.history[-1].val_loss == pytest.approx(losses[0] + 0.5 * losses[1])
    assert done(5.0)[1].history[0].train_loss > progress.history[0].train_loss + 4 * 0.9  # times ln 3 at the start


def test_no_pass_through_the_network_has_more_events(trained, monkeypatch):
    seen = []
    outputs = loop._outputs
    monkeypatch.setattr(loop, "_outputs", lambda *given: seen.append(len(given[2][0])) or outputs(*given))
    trained(batch_size=32, micro_batch_size=8, n_epochs=1)  # 96 to train, 40 to validate
    assert seen == [8] * (96 // 8 + 40 // 8)


def saved_bytes(name: str, shape: tuple[int, ...], events: int) -> int:
    """The bytes that a forward pass keeps for the backward pass, beside the weights."""
    network = loop.build({"module": name, "parameters": {}}, image(shape), TASKS, 19)
    kept = {tensor.untyped_storage().data_ptr() for tensor in network.parameters()}
    sizes, alive = {}, []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        alive.append(tensor)  # so that no address is given to another
        sizes[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        network(torch.zeros(events, *shape))
    return sum(size for address, size in sizes.items() if address not in kept)


def test_complex_on_voxels_fits_12_gigabytes_in_parts_of_eight():
    """The cell that ran out of memory in the reference: window 62 x 62 x 128, 72 events a step, float32."""
    small = (1, 8, 8, 16)
    assert saved_bytes("complex", small, 3) == 3 * saved_bytes("complex", small, 1)
    shape = (1, 62, 62, 128)
    saved = saved_bytes("complex", shape, 1)
    voxels = 62 * 62 * 128
    # By hand: the image, what each activation gives, and each step of a pooling with its 64-bit indices.
    pooled, twice = 62 * 31 * 64, 31 * 31 * 64
    last = 31 * 15 * 32, 15 * 15 * 32
    by_hand = 4 * voxels * (1 + 32 + 64) + 64 * (12 * pooled + 12 * twice)
    by_hand += 4 * twice * (64 + 128) + 128 * (12 * last[0] + 12 * last[1]) + 4 * (50 + 100 + 50)
    assert saved == by_hand
    weights = 4 * (32 * 27 + 32 + 64 * 32 * 27 + 64 + 64 * 64 * 27 + 64 + 128 * 64 * 27 + 128)
    weights += 4 * (50 * 128 * last[1] + 50 + 100 * 50 + 100 + 50 * 100 + 50 + 2 * 50 + 2)
    largest = 4 * 64 * voxels  # what the second convolution gives; two gradients of its size stand beside what is saved
    fixed = 5 * weights  # with gradients, those of a part, and Adam's two moments

    def needed(events: int) -> int:
        return fixed + events * (saved + 2 * largest)

    assert needed(72) > 40e9
    assert needed(8) < 8e9  # the rest is for the driver, cuDNN's work space and what the allocator cuts up


def test_memory_that_is_full_is_one_line():
    cell = {"representation": {"name": "voxels"}, "resolution": 1000, "model": {"name": "complex"}, "seed": 19}
    with pytest.raises(InputError, match="voxels/c1000 complex seed 19") as refused, device.within_memory(cell, CPU):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB.\nmore lines")
    assert "micro_batch_size" in str(refused.value)
    assert "batch_size" in str(refused.value).replace("micro_batch_size", "")
    assert "\n" not in str(refused.value)


def test_batch_norm_survives_a_last_batch_of_one(trained):
    _, done = trained(network={"bn": True}, batch_size=19, n_epochs=1)  # 96 = 5 x 19 + 1
    assert np.isfinite(done.history[0].train_loss)


def test_threads_and_kernels_are_those_asked_for():
    before = torch.get_num_threads()
    try:
        assert device.prepare(settings(threads=2)) == CPU
        assert torch.get_num_threads() == 2
        assert torch.are_deterministic_algorithms_enabled()
    finally:
        torch.set_num_threads(before)
        torch.use_deterministic_algorithms(False)
        torch.utils.deterministic.fill_uninitialized_memory = True


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_device_that_there_is_not_is_refused():
    with pytest.raises(InputError, match="cuda"):
        device.prepare(settings(device="cuda"))
    assert device.prepare(settings(device="auto")) == CPU


@pytest.mark.parametrize(
    "change",
    [
        {"optim_name": "Adams"},
        {"optim_lr": 0},
        {"batch_size": 0},
        {"micro_batch_size": 0},
        {"micro_batch_size": 17},
        {"scheduler_gamma": 1.5},
        {"epochs": 3},
    ],
)
def test_settings_out_of_range_are_refused(change):
    with pytest.raises(ValidationError):
        settings(**change)
