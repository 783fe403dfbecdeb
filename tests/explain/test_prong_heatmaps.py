"""Heat of answers to events and prongs: by hand on small networks; on a trained one it finds what answers rest on."""

from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from short_training import short_training
from torch import nn

from showergrid.events.questions import Question
from showergrid.explain.prong_answers import Explained
from showergrid.explain.prong_entries import OccupiedEntries, as_many, copies
from showergrid.explain.prong_heatmaps import AskedProngs, heat, trust_in
from showergrid.explain.prong_map_file import write_prong_maps
from showergrid.inputs.kinds import Input, Share
from showergrid.inputs.prongs import EVENT, ProngCuts
from showergrid.inputs.window import Cut
from showergrid.models import transformer_cvn
from showergrid.models.parts.observed import Observed, attention, observed, rollout
from showergrid.report.figures.prong_heatmaps import prong_heatmap_figure, read_prong_maps
from showergrid.report.settings.labels import HumanLabels
from showergrid.tasks.classes import Classification
from showergrid.training import loop
from showergrid.training.data import Labelled

pytestmark = pytest.mark.usefixtures("one_thread")

SETTINGS = short_training(20, 1, 0.01)
CPU = torch.device("cpu")
CLASSES = {
    "column": "kind",
    "classes": [{"name": "dark", "values": ["dark"]}, {"name": "bright", "values": ["bright"]}],
}
TASKS = [
    Classification(Question(name="flavour", **CLASSES)),
    Classification(Question(name="of", of="prong", **CLASSES)),
]
SMALL = {"blocks": [1, 1], "growth": 4, "embedding": 8, "d_model": 8, "dim_feedforward": 8, "num_layers": 2, "nhead": 2}


def sparse(dense: np.ndarray, event: np.ndarray) -> Cut:
    """The occupied pixels of maps (M, V, H, W) of the events (M,)."""
    flat = dense.reshape(*dense.shape[:2], -1)
    row, position = np.nonzero(np.any(flat != 0, axis=1))
    offsets = np.append(0, np.cumsum(np.bincount(row, minlength=len(dense))))
    values, ones = flat[row, :, position].T.astype(np.float32), np.ones(len(dense))
    return Cut(event, dense.shape[1:], offsets, position.astype(np.int32), values, Share(ones, ones), "maps")


def seen(events: np.ndarray, prongs: np.ndarray, owner: np.ndarray) -> ProngCuts:
    """Maps (N, V, H, W) of events and (P, V, H, W) of prongs, the event (P,) of each."""
    offsets = np.append(0, np.cumsum(np.bincount(owner, minlength=len(events))))
    of_events, of_prongs = sparse(events, np.arange(len(events))), sparse(prongs, owner)
    return ProngCuts(of_events, of_prongs, offsets, np.arange(owner.size) - offsets[owner], "maps")


def maps(count: int, seed: int, shape: tuple[int, ...] = (2, 16, 16)) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (random.uniform(0.1, 1, (count, *shape)) * (random.random((count, *shape)) < 0.2)).astype(np.float32)


def asked_of_all(network: nn.Module, given: ProngCuts, label: int = 0, observe=observed) -> AskedProngs:
    """Of each event and of each of its prongs, whether it is of the class `label`."""
    count = 1 + np.diff(given.offsets)
    row = np.repeat(np.arange(len(given)), count)
    token = np.arange(row.size) - np.searchsorted(row, row)
    labels = np.full(row.size, label)
    return AskedProngs(network, observe, TASKS, copies(given, row), token, labels, SETTINGS, CPU)


def by_map(asked: AskedProngs, hot: np.ndarray) -> dict[tuple[int, int, int], np.ndarray]:
    """The heat of the entries by event, token that is asked, and token whose map it is."""
    occupied, whole = asked.entries, asked.seen
    first = whole.offsets[:-1]
    owner = np.append(np.arange(len(whole)), np.repeat(np.arange(len(whole)), np.diff(whole.offsets)))
    token = np.append(
        np.zeros(len(whole), int), 1 + np.arange(whole.offsets[-1]) - np.repeat(first, np.diff(whole.offsets))
    )
    return {
        (int(whole.event[owner[m]]), int(asked.token[owner[m]]), int(token[m])): hot[occupied.map == m]
        for m in np.unique(occupied.map)
    }


def test_heat_has_the_sign_of_the_pixel_and_the_size_of_all_three():
    of_pixels = torch.tensor([[[[1.0, 2.0], [0.0, 1.0]]]]), torch.tensor([[[[0.5, -1.0], [3.0, 1.0]]]])
    activations = torch.tensor([[[[1.0, 1.0], [1.0, -2.0]], [[1.0, 0.0], [0.0, 0.0]]]])
    gradient = torch.tensor([[[[2.0, -3.0], [1.0, 1.0]], [[4.0, 9.0], [9.0, 9.0]]]])
    # value times gradient is .5, -2, 0, 1, the class activation 2 + 4, -3, 1, -2
    expected = torch.tensor([[[[0.5 * 6, -2.0 * 3], [0, 1.0 * 2]]]])
    for share in (0.0, 0.25):
        assert torch.equal(heat(*of_pixels, activations, gradient, torch.tensor([share])), share * expected)
    coarse = torch.tensor([[[[1.0]]]])  # one activation is seen by all pixels
    assert torch.equal(heat(*of_pixels, coarse, coarse, torch.ones(1)), torch.tensor([[[[0.5, -2.0], [0.0, 1.0]]]]))


class Linear(nn.Module):
    """Logits that are linear in an event's map and in those of its prongs; attention that differs from map to map."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.own, self.other = (nn.Linear(9, 2, bias=False) for _ in range(2))

    def forward(self, events, prongs, owner):
        own, other = events.flatten(1), prongs.flatten(1)
        of_event = self.own(own) + torch.zeros(len(own), 2).index_add(0, owner, self.other(other))
        return of_event, self.other(own)[owner] + self.own(other)


def observed_linear(network: Linear, events, prongs, owner) -> Observed:
    """Activations are the pixels themselves."""
    of_events, of_prongs = events * 1, prongs * 1
    given = network(of_events, of_prongs, owner)
    return Observed(given, of_events, of_prongs, torch.arange(1.0, 10.0).reshape(1, 3, 3).expand(len(events), 3, 3))


def test_heat_of_a_linear_network_by_hand():
    """Value and activation are x, and both gradients w, the difference of the weights: heat is a |w x| w x."""
    network, owner = Linear(), np.array([0, 0, 2])
    events, prongs = maps(3, 1, (1, 3, 3)), maps(3, 2, (1, 3, 3))
    asked = asked_of_all(network, seen(events, prongs, owner), label=1, observe=observed_linear)
    hot = by_map(asked, asked.looked().of(asked.entries))
    own, other = ((layer.weight[1] - layer.weight[0]).detach().numpy() for layer in (network.own, network.other))
    for (event, token, of), values in hot.items():
        shown = events[event] if of == 0 else prongs[np.flatnonzero(owner == event)[of - 1]]
        # An event sees its map by `own` and its prongs by `other`; a prong itself by `own`, its event by `other`
        weight = own if of == token else other if 0 in (of, token) else 0 * own
        part = (weight * shown.ravel())[shown.ravel() != 0]
        assert values == pytest.approx((1 + 3 * token + of) * np.abs(part) * part, abs=1e-6)
    assert {(event, token) for event, token, _ in hot} >= {(0, 0), (0, 2), (1, 0), (2, 1)}
    assert not [key for key in hot if key[0] == 1 and key != (1, 0, 0)]


def small(**changes) -> nn.Module:
    torch.manual_seed(1)
    built = transformer_cvn.Parameters(**SMALL | changes)
    return transformer_cvn.build(built, {"maps": Input("prongs", (2, 16, 16))}, [2], [2]).eval()


GIVEN = seen(maps(3, 3), maps(5, 4), np.array([0, 0, 0, 2, 2]))


def test_attention_is_that_of_the_layers():
    """As PyTorch's function has it for values that tell tokens apart; those of two layers are multiplied by hand."""
    layer = small().layers[0]
    x, there = torch.randn(3, 4, 8), torch.arange(4) < torch.tensor([[4], [1], [3]])
    q, k, _ = (part.unflatten(2, (2, 4)).transpose(1, 2) for part in layer.project(layer.norm(x)).split(8, dim=2))
    told = nn.functional.scaled_dot_product_attention(q, k, torch.eye(4).expand(3, 2, 4, 4), there[:, None, None])
    torch.testing.assert_close(attention(layer, x, there[:, None, None]), (told[:, 0] + told[:, 1]) / 2)
    alone = torch.eye(2)[None]
    first, second = torch.tensor([[[0.5, 0.5], [1.0, 0.0]]]), torch.tensor([[[0.0, 1.0], [0.0, 1.0]]])
    # halves: [[.75, .25], [.5, .5]], then [[.5, .5], [0, 1]]
    assert torch.equal(rollout(alone, [first, second]), torch.tensor([[[0.625, 0.375], [0.5, 0.5]]]))


def test_what_is_observed_belongs_to_the_answers():
    network = small(blocks=[1, 1, 1])
    events, prongs, owner = (torch.from_numpy(values) for values in GIVEN.batch(np.arange(3)).values())
    shown = observed(network, events, prongs, owner)
    for own, expected in zip(shown.given, network(events, prongs, owner), strict=True):
        assert torch.equal(own, expected)
    assert shown.of_prongs.shape == (5, 12, 4, 4)  # the first block: none has 7 x 7
    assert torch.allclose(shown.attention.sum(2), torch.ones(3, 4))
    assert not shown.attention[1, 0, 1:].any()  # an event without prongs
    wide = observed(network, torch.rand(1, 2, 64, 80), torch.rand(1, 2, 64, 80), torch.zeros(1, dtype=torch.int64))
    assert wide.of_events.shape[2:] == wide.of_prongs.shape[2:] == (8, 10)  # the second of 16, 8 and 4


@pytest.mark.parametrize("num_layers", [0, 2])
def test_maps_are_hot_as_far_as_there_is_attention(num_layers):
    asked = asked_of_all(small(num_layers=num_layers), GIVEN)
    hot = by_map(asked, asked.looked().of(asked.entries))
    assert {key: bool(values.any()) for key, values in hot.items()} == {
        key: num_layers > 0 or key[1] == key[2] for key in hot
    }
    assert len(hot) == 16 + 1 + 9


def test_heat_for_the_other_class_has_the_other_sign_and_no_other_event_a_part_in_it():
    network = small()
    first, second = (asked_of_all(network, GIVEN, label) for label in range(2))
    hot = first.looked().of(first.entries)
    assert np.array_equal(second.looked().of(second.entries), -hot)
    assert hot.min() < 0 < hot.max()
    changed = seen(
        np.append(maps(2, 8), GIVEN.of_events.batch([2])["maps"], axis=0), maps(5, 4), np.array([0, 0, 0, 2, 2])
    )
    other = asked_of_all(network, changed)
    before, after = by_map(first, hot), by_map(other, other.looked().of(other.entries))
    for key in before:
        if key[0] == 2:
            np.testing.assert_allclose(before[key], after[key], rtol=1e-4, atol=1e-6 * np.abs(hot).max())


def test_as_many_entries_of_each_map():
    group = np.repeat([0, 1, 3], [4, 1, 6])
    chosen = np.array([1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0], bool)
    drawn = [as_many(chosen, group, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert [np.bincount(group[own], minlength=4).tolist() for own in drawn] == 3 * [[2, 0, 0, 3]]
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])
    occupied = OccupiedEntries.of(copies(GIVEN, np.array([1, 0, 0])))
    assert occupied.offsets[1] == np.count_nonzero(GIVEN.of_events.batch([1])["maps"])
    assert np.unique(occupied.place).size == occupied.place.size == occupied.offsets[-1]
    assert np.unique(occupied.map[: occupied.offsets[1]]).tolist() == [0]


def patched(count: int, seed: int) -> Labelled:
    """Events whose second prong has a patch: the brighter it is, the likelier are both of the class `bright`."""
    random = np.random.default_rng(seed)
    brightness = random.uniform(0, 1, count)
    label = (random.random(count) < 1 / (1 + np.exp(-12 * (brightness - 0.5)))).astype(np.int64)
    owner = np.repeat(np.arange(count), 2)
    prongs = 0.3 * maps(2 * count, seed, (1, 16, 16))
    prongs[1::2, 0, 4:7, 9:12] = brightness[:, None, None] * random.uniform(0.8, 1, (count, 3, 3))
    given = seen(0.3 * maps(count, seed + 1, (1, 16, 16)), prongs, owner)
    of_prongs = np.zeros(owner.size, np.int64)
    of_prongs[1::2] = label
    return Labelled(given, label[:, None], of_prongs[:, None])


@pytest.fixture(scope="module")
def trained() -> tuple[list[nn.Module], Labelled]:
    """TransformerCVN that has learnt of the patch, and one that has learnt nothing; 60 more events."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    model = {"module": "transformer_cvn", "parameters": SMALL | {"dropout": 0.0}}
    train = patched(300, 1)
    network, anew = (loop.build(model, train.seen.inputs, TASKS, seed) for seed in (1, 2))
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.01)
    network.train()
    for epoch in range(8):
        for rows in np.random.default_rng(epoch).permutation(300).reshape(-1, 20):
            optimiser.zero_grad()
            given = network(*map(torch.from_numpy, train.seen.batch(rows).values()))
            truth = map(torch.from_numpy, train.truth(rows))
            sum(map(nn.functional.cross_entropy, given, truth)).backward()
            optimiser.step()
    torch.set_num_threads(threads)
    return [network, anew], patched(60, 9)


@pytest.fixture
def explained(trained) -> tuple[AskedProngs, Explained]:
    [network, _], data = trained
    given = [answer.numpy() for answer in loop.answers(network, SETTINGS, TASKS, data.seen, CPU)]
    explained = Explained.of(data, TASKS, given)
    for _, own in explained.collections():
        assert np.mean(explained.answer[own] == explained.truth[own]) > 0.75
    whole = copies(data.seen, explained.row)
    return AskedProngs(network, observed, TASKS, whole, explained.token, explained.answer, SETTINGS, CPU), explained


def test_heat_finds_what_answers_rest_on(trained, explained):
    """A bright patch, 7 % of the entries, speaks for `bright` and against `dark`, of its prong and of the event."""
    [_, anew], _ = trained
    asked, answers = explained
    hot, occupied = asked.looked().of(asked.entries), asked.entries
    row = np.repeat(np.arange(answers.token.size), np.diff(occupied.offsets))
    of_prongs = occupied.map >= len(asked.seen)
    position = np.append(asked.seen.of_events.position, asked.seen.of_prongs.position)[occupied.place]  # of one view
    down, across = np.unravel_index(position, (16, 16))
    patch = of_prongs & (down >= 4) & (down < 7) & (across >= 9) & (across < 12)
    measured = trust_in(asked, hot, anew, 0.05, seed=1)
    for token, share in ((0, 0.15), (2, 0.3)):
        for answer, sign in ((0, -1), (1, 1)):
            chosen = (answers.token == token) & (answers.answer == answer)
            own = chosen[row]
            assert sign * hot[own & patch].sum() > share * np.abs(hot[own]).sum()
            assert np.abs(hot[own & patch]).mean() > 4 * np.abs(hot[own & ~patch]).mean()
            assert abs(np.nanmean(measured["correlation_untrained"][chosen])) < 0.1
            if answer == 1:  # what is dark cannot be masked away
                assert np.mean(measured["fall_hottest"][chosen]) > 4 * np.mean(measured["fall_random"][chosen])
                assert np.mean(measured["difference"][chosen]) > 0.3


def test_masked_entries_are_empty_ones(explained):
    asked, _ = explained
    masked = np.random.default_rng(1).random(asked.entries.place.size) < 0.5
    whole = asked.probability(masked)
    emptied = [cut.values.copy() for cut in (asked.seen.of_events, asked.seen.of_prongs)]
    flat = np.concatenate([values.ravel() for values in emptied])
    flat[asked.entries.place[masked]] = 0
    parts = np.split(flat[None], [emptied[0].size], axis=1)
    shown = replace(
        asked.seen,
        of_events=replace(asked.seen.of_events, values=parts[0]),
        of_prongs=replace(asked.seen.of_prongs, values=parts[1]),
    )
    for i in (0, 1, 2, 100):  # each by itself
        alone = copies(shown, np.array([i]))
        with torch.no_grad():
            given = asked.network(*map(torch.from_numpy, alone.batch(np.arange(1)).values()))
        logits = given[0][0] if asked.token[i] == 0 else given[1][asked.token[i] - 1]
        assert whole[i] == pytest.approx(float(logits.double().softmax(0)[asked.label[i]]), abs=1e-5)


def test_maps_come_back_answer_by_answer_and_are_drawn(tmp_path, explained):
    asked, answers = explained
    looked = asked.looked()
    places = [
        np.stack(np.unravel_index(cut.position, (16, 16)), axis=1) - 8
        for cut in (asked.seen.of_events, asked.seen.of_prongs)
    ]
    table = answers.table({"fall": np.arange(answers.token.size)})
    for name in ("one.parquet", "two.parquet"):
        write_prong_maps(tmp_path / name, table, asked.seen, asked.looked(), *places)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    rows = pq.read_table(tmp_path / "one.parquet").to_pylist()
    assert len(rows) == 60 * 3 * 3
    assert [(row["event"], row["answering"], row["map"]) for row in rows[:10]] == [
        *((0, answering, of) for answering in (EVENT, 0, 1) for of in (EVENT, 0, 1)),
        (1, EVENT, EVENT),
    ]
    row = rows[3 * 5 + 2]  # of the sixth answer, prong 1 of event 1, the map of its second prong
    assert (row["answering"], row["map"], row["fall"]) == (1, 1, 5)
    assert row["truth"] == ("dark", "bright")[answers.truth[5]]
    pixels = slice(*asked.seen.of_prongs.offsets[2 * 5 + 1 : 2 * 5 + 3])
    assert row["place"] == places[1][pixels].tolist()
    assert row["heat"] == looked.prong_heat[:, pixels].T.tolist()
    assert row["value"] == asked.seen.of_prongs.values[:, pixels].T.tolist()
    assert row["attention"] == looked.prong_attention[11]

    (tmp_path / "report.json").write_text('{"axes": ["x", "z"], "pixel_cm": [1.8, 1.8]}')
    questions = [task.question for task in TASKS]
    events, pixel = read_prong_maps(tmp_path / "one.parquet", tmp_path / "report.json", questions)
    first = [list(answers.truth[answers.token == 0]).index(k) for k in range(2)]  # of each class
    assert [event[0].event for event in events] == first
    assert [answer.number for answer in events[1]] == [EVENT, 0, 1]
    own = [row for row in rows if (row["event"], row["answering"], row["map"]) == (first[1], 1, 1)]
    assert events[1][2].maps[2].heat == pytest.approx(np.array(own[0]["heat"]))
    for drawn, name in ((events[1:], "drawn"), (events[1:], "again"), ([], "blank")):
        prong_heatmap_figure(drawn, pixel, [HumanLabels(), HumanLabels()], tmp_path / f"{name}.pdf")
    assert (tmp_path / "drawn.pdf").read_bytes() == (tmp_path / "again.pdf").read_bytes()
    assert (tmp_path / "drawn.pdf").stat().st_size > 2 * (tmp_path / "blank.pdf").stat().st_size
