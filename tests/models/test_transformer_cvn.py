"""TransformerCVN: what an answer depends on, prongs that are not there, and its parts trained together and alone."""

import numpy as np
import pytest
import torch
from short_training import short_training

from showergrid.core.errors import InputError
from showergrid.events.questions import Question
from showergrid.inputs.kinds import Input, Share
from showergrid.inputs.prongs import ProngCuts
from showergrid.inputs.window import Cut
from showergrid.models import transformer_cvn
from showergrid.tasks.classes import Classification
from showergrid.training import loop
from showergrid.training.checkpoint import Checkpoint
from showergrid.training.data import Labelled

pytestmark = pytest.mark.usefixtures("one_thread")

SMALL = {"blocks": [1, 1], "growth": 4, "embedding": 8, "d_model": 8, "dim_feedforward": 8, "num_layers": 2, "nhead": 2}
SHAPE = (2, 16, 16)
INPUTS = {"maps": Input("prongs", SHAPE)}


def network(seed: int = 1, **changes) -> torch.nn.Module:
    torch.manual_seed(seed)
    parameters = transformer_cvn.Parameters(**SMALL | changes)
    return transformer_cvn.build(parameters, INPUTS, [3], [4])


def maps(count: int, seed: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).random((count, *SHAPE), dtype=np.float32))


EVENTS, PRONGS, OWNER = maps(3, 1), maps(5, 2), torch.tensor([0, 0, 0, 2, 2])


def test_an_answer_depends_on_its_own_event_alone():
    with torch.inference_mode():
        whole = network().eval()
        events, prongs = whole(EVENTS, PRONGS, OWNER)
        assert events.shape == (3, 3)
        assert prongs.shape == (5, 4)
        alone = whole(EVENTS[2:], PRONGS[3:], torch.tensor([0, 0]))
        torch.testing.assert_close(events[2:], alone[0])
        torch.testing.assert_close(prongs[3:], alone[1])
        none = whole(EVENTS[1:2], PRONGS[:0], OWNER[:0])  # an event without prongs
        torch.testing.assert_close(events[1:2], none[0])
        assert none[1].shape == (0, 4)
        # Prongs have no order
        order = torch.tensor([2, 0, 1, 4, 3])
        turned = whole(EVENTS, PRONGS[order], OWNER)
        torch.testing.assert_close(turned[0], events)
        torch.testing.assert_close(turned[1], prongs[order])


@pytest.mark.parametrize("num_layers", [0, 2])
def test_prongs_know_of_each_other_through_the_transformer_alone(num_layers):
    with torch.inference_mode():
        whole, changed = network(num_layers=num_layers).eval(), PRONGS.clone()
        changed[0] = 0
        before, after = whole(EVENTS, PRONGS, OWNER), whole(EVENTS, changed, OWNER)
    moved = [((b - a).abs().amax(1) > 1e-6).tolist() for b, a in zip(before, after, strict=True)]
    of_event = num_layers > 0
    assert moved == [[of_event, False, False], [True, of_event, of_event, False, False]]


def test_without_layers_events_and_prongs_share_no_parameter():
    alone = network(num_layers=0)
    events, prongs = alone(EVENTS, PRONGS, OWNER)
    reached = []
    for given in (events, prongs):
        alone.zero_grad()
        given.square().sum().backward(retain_graph=True)
        reached.append({name for name, own in alone.named_parameters() if own.grad is not None and own.grad.any()})
    assert reached[0]
    assert reached[1]
    assert not reached[0] & reached[1]


def test_the_published_size():
    """Of blocks (3, 6, 12, 6, 3), growth 32: 64 channels, then half of 64 + 96, ... to 128 + 96 = 344 in the last."""
    published = {"blocks": [3, 6, 12, 6, 3], "growth": 32, "embedding": 256, "d_model": 128, "nhead": 8}
    whole = network(**published, dim_feedforward=128, num_layers=6)
    channels = 64
    for i, layers in enumerate((3, 6, 12, 6, 3)):
        channels += layers * 32
        channels //= 2 if i < 4 else 1
    assert whole.event.network.classifier.in_features == channels
    assert whole.event.network.classifier.out_features == 256
    assert len(whole.layers) == 6
    with pytest.raises(InputError, match="at least 64"):
        transformer_cvn.Parameters(**SMALL | published).check_window([112, 60])


CLASSES = {"column": "kind", "classes": [{"name": "a", "values": ["a"]}, {"name": "b", "values": ["b"]}]}
TASKS = [
    Classification(Question(name="flavour", weight=0.9, focal=1, **CLASSES)),
    Classification(Question(name="particle", of="prong", weight=0.1, focal=1, **CLASSES)),
]


def toy(count: int, seed: int) -> Labelled:
    """Events mostly without prongs, of which classes are told by the row of the only pixel, as they are of prongs."""
    random = np.random.default_rng(seed)
    offsets = np.append(0, np.cumsum(np.maximum(0, np.arange(count) % 5 - 2)))
    label, prong_label = random.integers(0, 2, count), random.integers(0, 2, offsets[-1])

    def cut(event: np.ndarray, label: np.ndarray) -> Cut:
        shape = (1, 8, 8)
        position = (16 + 32 * label + random.integers(0, 8, label.size)).astype(np.int32)
        ones = np.ones(label.size)
        return Cut(
            event, shape, np.arange(label.size + 1), position, ones[None].astype(np.float32), Share(ones, ones), "maps"
        )

    owner = np.repeat(np.arange(count), np.diff(offsets))
    number = np.arange(offsets[-1]) - offsets[owner]
    seen = ProngCuts(cut(np.arange(count), label), cut(owner, prong_label), offsets, number, "maps")
    return Labelled(seen, label[:, None], prong_label[:, None])


def test_the_loop_learns_events_and_prongs_together(tmp_path):
    settings = short_training(6, 8, 0.01)  # some batches have no prong, some one
    model = {"module": "transformer_cvn", "parameters": SMALL | {"dropout": 0.0}}
    train, validation = toy(100, 1), toy(40, 2)
    histories = []
    for run in range(2):
        built = loop.build(model, train.seen.inputs, TASKS, 1)
        cpu = torch.device("cpu")
        done = loop.train(built, settings, 1, TASKS, train, validation, cpu, Checkpoint(tmp_path / f"{run}", "digest"))
        histories.append(done.history)
    assert histories[0] == histories[1]
    events, prongs = loop.answers(built, settings, TASKS, validation.seen, cpu)
    assert histories[0][-1].val_accuracy == float((events.argmax(1).numpy() == validation.label[:, 0]).mean())
    assert histories[0][-1].val_accuracy > 0.9
    assert prongs.shape == (len(validation.part_label), 2)
    assert float((prongs.argmax(1).numpy() == validation.part_label[:, 0]).mean()) > 0.9
    # the loss is .9 of that of events and .1 of that of prongs: -(1 - p) ln p, meaned over each
    parts = []
    for answer, label in ((events, validation.label[:, 0]), (prongs, validation.part_label[:, 0])):
        p = np.maximum(answer.numpy()[np.arange(label.size), label], np.finfo(np.float64).eps)
        parts.append(float(np.mean(-(1 - p) * np.log(p))))
    assert histories[0][-1].val_loss == pytest.approx(0.9 * parts[0] + 0.1 * parts[1], rel=1e-6)
