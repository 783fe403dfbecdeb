"""Heat maps: by hand on a linear network; on a trained one they find what it looks at, and depend on what it learnt."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from asked import image, tasks
from torch import nn

from showergrid.evaluation.settings import Bootstrap
from showergrid.explain.heatmaps import Asked, correlation, falls, log_odds, summary, write_maps
from showergrid.inputs.kinds import Share
from showergrid.inputs.window import Cut
from showergrid.training.loop import answers, build
from showergrid.training.settings import Training

SETTINGS = Training(
    batch_size=100,
    n_epochs=1,
    min_epochs=1,
    patience=1,
    optim_name="Adam",
    optim_lr=3e-3,
    scheduler_name="none",
    scheduler_step_size=1,
    scheduler_gamma=1.0,
    precision="float32",
    threads=1,
    device="cpu",
)
TASKS = tasks(2)
CPU = torch.device("cpu")
SHAPE = (1, 16, 16)


def sparse(dense: np.ndarray) -> Cut:
    """The occupied pixels of images (E, C, *window)."""
    flat = dense.reshape(*dense.shape[:2], -1)
    occupied = np.any(flat != 0, axis=1)
    event, position = np.nonzero(occupied)
    n = len(dense)
    return Cut(
        event=np.arange(n),
        shape=dense.shape[1:],
        offsets=np.append(0, np.cumsum(occupied.sum(1))),
        position=position.astype(np.int32),
        values=flat[event, :, position].T.astype(np.float32),
        share=Share(np.ones(n), np.ones(n)),
    )


def random_images(seed: int, n: int, shape: tuple[int, ...] = SHAPE, occupied: float = 0.2) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (random.uniform(0.1, 1, (n, *shape)) * (random.random((n, 1, *shape[1:])) < occupied)).astype(np.float32)


@pytest.mark.parametrize("shape", [(1, 4, 5), (3, 4, 5), (2, 3, 4, 5)])
def test_heat_of_a_linear_network_is_weight_times_value(shape, one_thread):
    torch.manual_seed(1)
    layer = nn.Linear(int(np.prod(shape)), 3)
    images = sparse(random_images(1, 40, shape))
    answer = np.arange(40) % 2
    # Of two classes the log odds are the difference of the logits, whose gradient is that of the weights
    two = nn.Sequential(nn.Flatten(), layer, nn.Linear(3, 2, bias=False))
    weight = (two[2].weight @ layer.weight).detach().double().numpy().reshape(2, shape[0], -1)
    row = np.repeat(np.arange(40), np.diff(images.offsets))
    own = weight[answer[row], :, images.position] - weight[1 - answer[row], :, images.position]
    expected = (own * images.values.T).sum(1)
    heat = Asked(two, TASKS, images, answer, SETTINGS, CPU).heat(steps=3)
    assert heat == pytest.approx(expected, abs=1e-6)


def test_log_odds_of_any_number_of_classes():
    logits = torch.randn(20, 4, dtype=torch.float64)
    answer = torch.arange(20) % 4
    p = logits.softmax(1)[torch.arange(20), answer]
    assert torch.allclose(log_odds(logits, answer), torch.log(p / (1 - p)))


@pytest.fixture(scope="module")
def trained() -> tuple[nn.Module, Cut, np.ndarray]:
    """`simple` trained on images that differ in one small patch at random, and 100 more of them with their labels."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    label = np.arange(700) % 2
    dense = random_images(2, 700)
    patch = np.random.default_rng(3).uniform(0.5, 1, (700, 3, 3))
    dense[:, 0, 4:7, 9:12] = np.where(label[:, None, None] == 0, patch, 0.1 * patch)
    network = build({"module": "simple", "parameters": {}}, image(SHAPE), TASKS, seed=1)
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    network.train()
    for epoch in range(6):
        for rows in np.random.default_rng(epoch).permutation(600).reshape(-1, 30):
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(network(torch.from_numpy(dense[rows])), torch.from_numpy(label[rows]))
            loss.backward()
            optimiser.step()
    torch.set_num_threads(threads)
    return network, sparse(dense[600:]), label[600:]


@pytest.fixture
def answered(trained, one_thread) -> Asked:
    network, images, label = trained
    answer = answers(network, SETTINGS, TASKS, images, CPU)[0].numpy().argmax(1)
    assert np.mean(answer == label) > 0.95
    return Asked(network, TASKS, images, answer, SETTINGS, CPU)


def test_heat_adds_up_to_the_difference_from_the_empty_image(answered):
    total = np.add.reduceat(answered.heat(steps=48), answered.images.offsets[:-1])
    with torch.no_grad():
        x = torch.from_numpy(answered.images.batch(np.arange(100))["image"])
        answer = torch.from_numpy(answered.answer)
        expected = log_odds(answered.network(x), answer) - log_odds(answered.network(torch.zeros_like(x)), answer)
    off = np.abs(total - expected.numpy())
    assert np.mean(off) < 0.02 * np.mean(np.abs(expected.numpy()))
    assert np.max(off) < 0.1 * np.ptp(expected.numpy())


def test_heat_finds_the_patch(answered):
    """The answer rests on a bright patch: its nine of about fifty pixels hold most of the heat."""
    heat = answered.heat(steps=16)
    row, column = np.unravel_index(answered.images.position, SHAPE[1:])
    patch = (row >= 4) & (row < 7) & (column >= 9) & (column < 12)
    bright = np.repeat(answered.answer == 0, np.diff(answered.images.offsets))
    assert heat[patch & bright].sum() > 0.6 * np.abs(heat[bright]).sum()


def test_masking_the_hottest_pixels_changes_the_score_more_than_masking_at_random(answered):
    heat = answered.heat(steps=16)
    hottest, random = falls(answered, heat, 0.1, seed=1)
    bright = answered.answer == 0  # a dark patch cannot be masked away
    difference = summary({"difference": (hottest - random)[bright]}, np.zeros(bright.sum()), BOOTSTRAP)["difference"]
    assert difference["low"] > 0.02
    assert np.mean(hottest[bright]) > 3 * np.mean(random[bright])


def test_random_weights_change_the_map(answered):
    heat = answered.heat(steps=16)
    anew = build({"module": "simple", "parameters": {}}, image(SHAPE), TASKS, seed=2)
    other = replace(answered, network=anew).heat(steps=16)
    assert np.allclose(correlation(heat, heat, answered.images.offsets), 1)
    assert abs(np.mean(correlation(heat, other, answered.images.offsets))) < 0.3


def test_masked_pixels_are_empty_ones(answered):
    masked = np.random.default_rng(1).random(answered.images.position.size) < 0.5
    dense = answered.images.batch(np.arange(100))["image"].reshape(100, -1)
    row = np.repeat(np.arange(100), np.diff(answered.images.offsets))
    dense[row[masked], answered.images.position[masked]] = 0
    with torch.no_grad():
        p = answered.network.eval()(torch.from_numpy(dense.reshape(100, *SHAPE))).double().softmax(1).numpy()
    assert answered.probability(masked) == pytest.approx(p[np.arange(100), answered.answer], abs=1e-6)


BOOTSTRAP = Bootstrap(seed=1, resamples=200, level=0.95)


def test_flat_maps_have_no_correlation():
    offsets = np.array([0, 3, 3, 6])
    correlations = correlation(np.array([1.0, 2, 3, 4, 4, 4]), np.array([3.0, 2, 1, 1, 2, 3]), offsets)
    assert correlations[0] == pytest.approx(-1)
    assert np.isnan(correlations[1:]).all()
    report = summary({"a": correlations, "b": correlations[1:]}, np.zeros(3), BOOTSTRAP)
    assert report["a"]["value"] == pytest.approx(-1)
    assert report["b"] is None


def test_maps_come_back_event_by_event(tmp_path):
    images = sparse(random_images(4, 6, (2, 4, 5), occupied=0.1))
    heat = np.arange(images.position.size, dtype=np.float64)
    places = np.stack(np.unravel_index(images.position, (4, 5)), axis=1) - 2
    for name in ("one.parquet", "two.parquet"):
        write_maps(tmp_path / name, pa.table({"event": images.event}), {"fall": heat[:6]}, images, places, heat)
    table = pq.read_table(tmp_path / "one.parquet")
    assert table.column_names == ["event", "fall", "place", "value", "heat"]
    assert [place for row in table["place"].to_pylist() for place in row] == places.tolist()
    assert [len(row) for row in table["heat"].to_pylist()] == np.diff(images.offsets).tolist()
    assert np.concatenate(table["value"].to_pylist()) == pytest.approx(images.values.T)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
