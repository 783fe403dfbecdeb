"""A question of a value: standardised truth, Huber loss, answers in the unit of the column, models of all kinds."""

import math

import numpy as np
import pyarrow as pa
import pytest
import torch
from asked import PARTICLES, image

from showergrid.events.questions import ValueQuestion
from showergrid.inputs.kinds import Input, Seen
from showergrid.tasks.asked import tasks_of, with_scales
from showergrid.tasks.classes import Classification
from showergrid.tasks.values import Regression
from showergrid.training import fitting, loop
from showergrid.training.checkpoint import Checkpoint
from showergrid.training.data import Labelled, all_labels, scaled, training_events
from showergrid.training.history import Epoch, best_epoch, read_history, write_history
from showergrid.training.settings import Training

pytestmark = pytest.mark.usefixtures("one_thread")
ENERGY = ValueQuestion(name="energy", kind="value", column="energy", unit="GeV")
SETTINGS = {
    "batch_size": 32,
    "n_epochs": 12,
    "min_epochs": 1,
    "patience": 12,
    "optim_name": "Adam",
    "optim_lr": 0.01,
    "scheduler_name": "none",
    "scheduler_step_size": 3,
    "scheduler_gamma": 0.7,
    "precision": "float32",
    "threads": 1,
    "device": "cpu",
}


class Table(Seen):
    """Rows of a table (E, F)."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values.astype(np.float32)
        self.event = np.arange(len(values))
        self.share = None

    @property
    def inputs(self):
        return {"table": Input("table", self.values.shape[1:])}

    def batch(self, rows):
        return {"table": self.values[rows]}

    def __len__(self):
        return len(self.values)


def rows(count: int, seed: int, both: bool = False) -> Labelled:
    """Rows whose first variable x tells the value 5 + 2 x, and with `both` the class x > 0."""
    values = np.random.default_rng(seed).normal(size=(count, 3))
    truth = [5 + 2 * values[:, 0], *([(values[:, 0] > 0).astype(float)] if both else [])]
    return Labelled(Table(values), np.stack(truth, axis=1))


def test_loss_and_answer_by_hand():
    task = Regression(ENERGY).scaled(np.array([1.0, 3.0]))
    assert (task.mean, task.std) == (2, 1)
    outputs = torch.tensor([[0.5], [3.0]])
    # residuals 0.5 and 3 of the standardised truth 0: 0.5**2 / 2, and 3 - 1/2
    assert float(task.loss(outputs, torch.tensor([2.0, 2.0]))) == pytest.approx((0.125 + 2.5) / 2)
    answer = task.answer(outputs)
    assert answer.dtype == torch.float64
    assert answer[:, 0].tolist() == [2.5, 5.0]
    assert float(task.loss_of_answer(answer, torch.tensor([2.0, 2.0], dtype=torch.float64))) == pytest.approx(1.3125)
    wide = Regression(ENERGY.model_copy(update={"delta": 4.0}), 2.0, 1.0)
    assert float(wide.loss(outputs, torch.tensor([2.0, 2.0]))) == pytest.approx((0.125 + 4.5) / 2)
    assert Regression(ENERGY).scaled(np.full(3, 7.0)).std == 1  # does not vary


def test_scales_are_kept_with_the_model():
    questions = [PARTICLES.model_dump(), ENERGY.model_dump()]
    cell = {"questions": questions}
    tasks = tasks_of(cell)
    assert [type(task) for task in tasks] == [Classification, Regression]
    measured = scaled(tasks, Labelled(Table(np.zeros((2, 1))), np.array([[0.0, 1.0], [1.0, 3.0]])))
    again = tasks_of(with_scales(cell, measured))
    assert (again[1].mean, again[1].std) == (2, 1)
    assert with_scales({"questions": questions[:1]}, measured[:1]) == {"questions": questions[:1]}


def trained(tasks, training, validation, path):
    model = {"module": "dense", "parameters": {"clf_neurons": [16]}}
    network = loop.build(model, training.seen.inputs, tasks, 19)
    resume = Checkpoint(path / "checkpoint.pt", "digest")
    return loop.train(
        network, Training(**SETTINGS), 19, tasks, training, validation, torch.device("cpu"), resume
    ), network


def test_a_network_learns_a_value(tmp_path):
    training, validation = rows(400, 1), rows(100, 2)
    tasks = scaled([Regression(ENERGY)], training)
    done, network = trained(tasks, training, validation, tmp_path)
    losses = [row.val_loss for row in done.history]
    assert all(math.isnan(row.val_accuracy) and math.isnan(row.train_accuracy) for row in done.history)
    assert best_epoch(done.history) == 1 + int(np.argmin(losses))
    network.load_state_dict(done.best)
    [answer] = loop.answers(network, Training(**SETTINGS), tasks, validation.seen, torch.device("cpu"))
    assert np.abs(answer[:, 0].numpy() - validation.label[:, 0]).mean() < 0.3  # of a deviation of 2
    write_history(tmp_path / "history.csv", done.history)
    text = (tmp_path / "history.csv").read_text().splitlines()[1].split(",")
    assert text[3] == text[5] == ""
    assert [row.val_loss for row in read_history(tmp_path / "history.csv")] == losses


@pytest.mark.parametrize("classes_first", [True, False])
def test_a_network_learns_both_kinds_in_any_order(tmp_path, classes_first):
    order = [1, 0] if classes_first else [0, 1]
    parts = [Labelled(part.seen, part.label[:, order]) for part in (rows(400, 1, True), rows(100, 2, True))]
    kinds = [Regression(ENERGY), Classification(PARTICLES)]
    tasks = scaled([kinds[i] for i in order], parts[0])
    done, _ = trained(tasks, *parts, tmp_path)
    last = done.history[-1]
    assert last.val_loss < done.history[0].val_loss / 2
    assert last.val_accuracy > 0.9 if classes_first else math.isnan(last.val_accuracy)


def test_without_accuracy_the_lowest_loss_is_best():
    nan = math.nan
    losses = [0.5, 0.2, 0.2, 0.4]
    assert best_epoch([Epoch(k, 0.1, 1.0, nan, loss, nan) for k, loss in enumerate(losses, start=1)]) == 2


@pytest.mark.parametrize("name", ["straight_line", "random_forest", "xgboost"])
def test_models_without_gradients_learn_a_value(name):
    training, validation = rows(800, 1), rows(200, 2)
    tasks = scaled([Regression(ENERGY)], training)
    model = {"module": name, "parameters": {}, "training": {"threads": 1}}
    module = fitting.estimator(model)
    done = fitting.fit(module, model, 19, tasks, training, validation)
    [answer] = fitting.predict(module, done.best, tasks, validation.seen)
    assert answer.shape == (200, 1)
    assert np.abs(answer[:, 0] - validation.label[:, 0]).mean() < (1e-4 if name == "straight_line" else 0.4)
    assert math.isnan(done.history[-1].val_accuracy)
    assert done.history[-1].val_loss < 0.1


def test_a_line_does_not_follow_a_few_that_lost_most():
    values = np.linspace(1, 2, 200)[:, None]
    truth = 3 * values[:, 0]
    values[::20] = 0.1  # their charge left the detector
    part = Labelled(Table(values), truth[:, None])
    tasks = scaled([Regression(ENERGY)], part)
    model = {"module": "straight_line", "parameters": {}, "training": {"threads": 1}}
    module = fitting.estimator(model)
    [answer] = fitting.predict(
        module, fitting.fit(module, model, 1, tasks, part, part).best, tasks, Table(np.array([[1.0], [2.0]]))
    )
    assert answer[:, 0] == pytest.approx([3, 6], abs=0.1)


def test_some_training_events_are_drawn_among_all_without_classes():
    events = pa.table({"event": np.arange(50), "energy": np.linspace(-1, 1, 50)})
    assert all_labels(events, [ENERGY]).dtype == np.float64
    model = {"training": {"train_events": 10}}
    few = training_events(np.arange(40), events, [ENERGY], model, 1)
    more = training_events(np.arange(40), events, [ENERGY], {"training": {"train_events": 20}}, 1)
    assert few.size == 10
    assert set(few) < set(more)


def test_images_take_values_too():
    assert loop.build({"module": "simple", "parameters": {}}, image((1, 16, 16)), [Regression(ENERGY)], 1)
