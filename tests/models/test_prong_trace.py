"""The network along profiles of prongs: what an answer depends on, no prongs at all, and that it tells tracks apart."""

import numpy as np
import pytest
import torch
from short_training import short_training

from showergrid.core.errors import InputError
from showergrid.events.questions import Question
from showergrid.inputs.kinds import Input, Share
from showergrid.inputs.prongs import ProngCuts
from showergrid.inputs.window import Cut
from showergrid.models import prong_trace
from showergrid.tasks.classes import Classification
from showergrid.training import loop
from showergrid.training.checkpoint import Checkpoint
from showergrid.training.data import Labelled

pytestmark = pytest.mark.usefixtures("one_thread")

LENGTH = 20
INPUTS = {"profiles": Input("prongs", (1, LENGTH))}


def question(name: str, of: str) -> Classification:
    return Classification(
        Question(
            name=name, of=of, column="kind", classes=[{"name": kind, "values": [kind]} for kind in ("mip", "stop")]
        )
    )


def profiles(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(P, 1, L) MeV/cm and labels (P,): flat at 2, or rising to an end within the window, with noise."""
    random = np.random.default_rng(seed)
    label = np.arange(count) % 2
    left = random.uniform(8, LENGTH, count)[:, None] - np.arange(LENGTH)
    stopping = np.where(left > 0, 3 * np.maximum(left, 0.5) ** -0.435, 0)
    values = np.where(label[:, None] == 0, 2.1, stopping) * random.normal(1, 0.15, (count, LENGTH))
    return values[:, None].astype(np.float32), label


def test_prongs_are_answered_one_by_one():
    torch.manual_seed(1)
    network = prong_trace.build(prong_trace.Parameters(bn=True, transform="batch_norm"), INPUTS, [3], [4])
    events, prongs = (torch.from_numpy(profiles(count, seed)[0]) for count, seed in ((3, 1), (5, 2)))
    owner = torch.tensor([0, 0, 0, 2, 2])
    whole = network.eval()(events, prongs, owner)
    assert [tuple(part.shape) for part in whole] == [(3, 3), (5, 4)]
    alone = network(events[1:2], prongs[3:4], owner[:1])
    torch.testing.assert_close(whole[0][1:2], alone[0])
    torch.testing.assert_close(whole[1][3:4], alone[1])
    none = network.train()(events, prongs[:0], owner[:0])  # batch norm has nothing to go by
    assert none[1].shape == (0, 4)
    assert all(torch.isfinite(tensor).all() for tensor in network.state_dict().values())
    unasked = prong_trace.build(prong_trace.Parameters(), INPUTS, [3], [])
    assert unasked(events, prongs, owner).shape == (3, 3)


def test_it_tells_a_stopping_track_from_one_that_passes(tmp_path):
    """Events of three prongs; the event is of the kind of its own profile."""

    def labelled(seed: int) -> Labelled:
        (of_events, label), (of_prongs, prong_label) = profiles(90, seed), profiles(270, seed + 10)

        def cut(values: np.ndarray, event: np.ndarray) -> Cut:
            count = len(values)
            offsets, position = np.arange(count + 1) * LENGTH, np.tile(np.arange(LENGTH, dtype=np.int32), count)
            share = Share(np.ones(count), np.ones(count))
            return Cut(event, (1, LENGTH), offsets, position, values.reshape(1, -1), share)

        owner = np.repeat(np.arange(90), 3)
        seen = ProngCuts(
            cut(of_events, np.arange(90)),
            cut(of_prongs, owner),
            np.arange(91) * 3,
            np.tile(np.arange(3), 90),
            "profiles",
        )
        return Labelled(seen, label[:, None], prong_label[:, None])

    tasks = [question("flavour", "event"), question("particle", "prong")]
    model = {"module": "prong_trace", "parameters": {}}
    network = loop.build(model, INPUTS, tasks, 1)
    settings = short_training(30, 15, 0.005, "Adam")
    resume = Checkpoint(tmp_path / "checkpoint.pt", "digest")
    done = loop.train(network, settings, 1, tasks, labelled(1), labelled(2), torch.device("cpu"), resume)
    assert max(row.val_accuracy for row in done.history) > 0.95
    new, label = profiles(200, 5)
    with torch.inference_mode():
        _, prongs = network.eval()(torch.from_numpy(new), torch.from_numpy(new), torch.arange(200))
    assert (prongs.argmax(1).numpy() == label).mean() > 0.95


def test_a_profile_too_short_for_the_pooling_is_refused():
    model = {"module": "prong_trace", "parameters": {}}
    with pytest.raises(InputError, match="too few for the network's pooling"):
        loop.build(model, {"profiles": Input("prongs", (1, 2))}, [question("flavour", "event")], 1)
