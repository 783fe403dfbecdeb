"""Events that share something, such as one collision or one air shower, count once in every interval."""

import json
import runpy
from argparse import Namespace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asked import PARTICLE, PARTICLES
from synthetic_cells import BOOTSTRAP

from showergrid.evaluation.bootstrap import event_weights
from showergrid.evaluation.comparisons import estimate, paired, samples
from showergrid.evaluation.counts import effective
from showergrid.evaluation.metrics import accuracy, mean_share, split_metrics
from showergrid.evaluation.pairwise import differences
from showergrid.evaluation.predictions import read_predictions
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.settings import Split
from showergrid.events.split import divide_groups, groups_of, write_split
from showergrid.training.answer_file import Answers, write_answers
from showergrid.training.history import Epoch, write_history

FEW = Bootstrap(**BOOTSTRAP)
SCRIPTS = Path(__file__).parents[2] / "scripts"


def answers(labels: np.ndarray, seed: int) -> np.ndarray:
    """Probabilities (n, 2) that lean to the true class."""
    score = 1 / (1 + np.exp(-np.random.default_rng(seed).normal(size=labels.size) - 1 + 2 * labels))
    return np.stack([score, 1 - score], axis=1)


LABELS = np.repeat([0, 1], [240, 160])
FIRST, SECOND = answers(LABELS, 1), answers(LABELS, 2)
# every event twice, in an order of their own, beside a number that both have
TWICE = np.random.default_rng(3).permutation(np.repeat(np.arange(400), 2))


def test_doubled_events_have_the_intervals_of_the_single_ones():
    single = split_metrics(LABELS, FIRST, PARTICLES, FEW, "test")
    doubled = split_metrics(LABELS[TWICE], FIRST[TWICE], PARTICLES, FEW, "test", TWICE)
    assert (doubled.pop("events"), doubled.pop("groups"), doubled.pop("effective_events")) == (800, 400, 400)
    single.pop("events")
    for of_true in doubled["confusion"].values():
        for number in of_true.values():
            number |= {end: value / 2 for end, value in number.items()}
    agree(doubled, single)
    naive = split_metrics(LABELS[TWICE], FIRST[TWICE], PARTICLES, FEW, "test")["accuracy"]
    width = {name: one["high"] - one["low"] for name, one in {"naive": naive, "true": single["accuracy"]}.items()}
    assert width["naive"] < 0.8 * width["true"]  # 1 / sqrt 2


def agree(first: dict, second: dict) -> None:
    """Both are the same but for the last digits."""
    assert first.keys() == second.keys()
    for key, value in first.items():
        if isinstance(value, dict):
            agree(value, second[key])
        else:
            assert value == pytest.approx(second[key], rel=1e-9), key


def test_doubled_events_have_the_shares_of_the_single_ones():
    share = np.random.default_rng(4).random(400)
    single = mean_share(share, LABELS, FEW, "window", "charge")
    assert mean_share(share[TWICE], LABELS[TWICE], FEW, "window", "charge", group=TWICE) == pytest.approx(single)


def test_doubled_events_have_the_differences_of_the_single_ones():
    cells = {"first": FIRST[None], "second": SECOND[None]}
    single = samples(cells, LABELS, accuracy, FEW)
    again = {name: given[:, TWICE] for name, given in cells.items()}
    doubled = samples(again, LABELS[TWICE], accuracy, FEW, TWICE)
    assert estimate(doubled["first"], FEW, "first") == estimate(single["first"], FEW, "first")
    one, two = (paired(made["first"], made["second"], FEW, "both") for made in (single, doubled))
    assert vars(two) == pytest.approx(vars(one))

    right = [(given.argmax(axis=1) == LABELS)[None] for given in (FIRST, SECOND)]
    one = differences(right, [[1], [1]], 0.95)
    two = differences([given[:, TWICE] for given in right], [[1], [1]], 0.95, TWICE)
    for name in ("value", "low", "high", "p"):
        np.testing.assert_allclose(getattr(two, name), getattr(one, name), rtol=1e-9)


def test_groups_of_one_event_are_events():
    """To the byte: a study is not changed by a column of numbers that are all different."""
    alone = split_metrics(LABELS, FIRST, PARTICLES, FEW, "test")
    numbered = split_metrics(LABELS, FIRST, PARTICLES, FEW, "test", np.arange(400))
    assert numbered.pop("groups") == numbered.pop("effective_events") == 400
    assert json.dumps(numbered) == json.dumps(alone)


def test_intervals_of_events_that_share_a_collision_cover_the_truth():
    """1 to 8 events of a collision, which are answered rightly together or not at all; the truth is .7."""
    covered = {"groups": 0, "events": 0}
    for trial in range(200):
        rng = np.random.default_rng([trial, 7])
        sizes = rng.integers(1, 9, 200)
        collision = np.repeat(np.arange(200), sizes)
        labels = (np.arange(200) % 2)[collision]
        right = (rng.random(200) < 0.7)[collision]
        given = np.stack([np.where(right == (labels == 0), 0.9, 0.1)] * 2, axis=1) * [1, -1] + [0, 1]
        for name, group in {"groups": collision, "events": None}.items():
            made = samples({"a": given[None]}, labels, accuracy, FEW, group)
            interval = estimate(made["a"], FEW, "a")
            covered[name] += interval.low <= 0.7 <= interval.high
    assert covered["groups"] / 200 > 0.95 - 0.06  # 4 binomial standard deviations
    assert covered["events"] / 200 < 0.75


def test_noise_of_collisions_is_no_difference():
    """Two networks that are equally good, and answer all events of a collision alike."""
    found = {"groups": 0, "events": 0}
    for trial in range(300):
        rng = np.random.default_rng([trial, 8])
        collision = np.repeat(np.arange(300), rng.integers(1, 9, 300))
        right = [(rng.random(300) < 0.7)[collision][None] for _ in range(2)]
        for name, group in {"groups": collision, "events": None}.items():
            found[name] += differences(right, [[1], [1]], 0.95, group).p[0] < 0.05
    assert found["groups"] / 300 < 0.05 + 0.038  # 3 binomial standard deviations
    assert found["events"] / 300 > 0.2


def test_groups_of_one_class_are_drawn_within_it_and_others_among_all():
    group = np.repeat(np.arange(100), 4)
    labels = (group < 30).astype(int)
    weights = np.concatenate(list(event_weights(labels, FEW, "test", group=group)))
    assert (weights[:, labels == 1].sum(axis=1) == 120).all()
    assert (np.ptp(weights.reshape(-1, 100, 4), axis=2) == 0).all()
    weights = np.concatenate(list(event_weights(np.arange(400) % 2, FEW, "test", group=group)))
    assert (weights.sum(axis=1) == 400).all()
    assert (np.ptp(weights.reshape(-1, 100, 4), axis=2) == 0).all()


def test_effective_number_by_hand():
    assert effective(np.array([5, 2, 5, 5, 9])) == 25 / 11  # of groups of 3, 1 and 1
    assert effective(np.array([], dtype=int)) == 0


def test_the_groups_of_the_split_reach_the_predictions(tmp_path):
    """evaluate.py takes them from split.parquet, which has them where a column divides the events."""
    event, run = np.arange(400), np.repeat(np.arange(200), 2)[::-1].copy()
    labels = run % 2
    split = Split(seed=1, test_fraction=0.5, validation_fraction=0.2, by="run")
    write_split(tmp_path / "split.parquet", event, divide_groups(labels, [[11], [22]], split, run), run)
    assert np.array_equal(groups_of(tmp_path / "split.parquet", np.array([3, 7])), run[[3, 7]])
    pq.write_table(
        pa.table({"event": event, "pdg": np.array([11, 22])[labels], "source": ["a"] * 400, "number": event}),
        tmp_path / "events.parquet",
    )
    given = answers(labels, 5)
    write_answers(tmp_path / "answers.safetensors", Answers(event, {"particle": given}, None))
    write_history(tmp_path / "history.csv", [Epoch(1, 1e-3, 0.6, 0.7, 0.5, 0.7)])
    files = {name: tmp_path / f"{name}.parquet" for name in ("events", "split", "predictions")}
    files |= {name: tmp_path / f"{name}.json" for name in ("metrics", "provenance")}
    files |= {"answers": tmp_path / "answers.safetensors", "history": tmp_path / "history.csv"}
    job = json.dumps({"config": {"questions": [PARTICLE], "bootstrap": BOOTSTRAP}})
    runpy.run_path(str(SCRIPTS / "evaluate.py"))["main"](Namespace(**files, prongs=[], hits=[], job=job))
    test = read_predictions(files["predictions"], PARTICLES, "test")
    assert np.array_equal(test.group, run[test.event])
    report = json.loads(files["metrics"].read_text())["questions"]["particle"]["test"]
    assert (report["events"], report["groups"], report["effective_events"]) == (200, 100, 100)
