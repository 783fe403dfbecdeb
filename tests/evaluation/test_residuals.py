"""Bias and resolution of values against numbers worked out by hand or known of a Gaussian, and their intervals."""

import numpy as np
import pyarrow as pa
import pytest
from asked import PARTICLES

from showergrid.core.errors import InputError
from showergrid.evaluation.metrics import cell_metrics
from showergrid.evaluation.predictions import read_values, write_predictions
from showergrid.evaluation.residuals import deviations, quantiles, value_metrics
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.questions import ValueQuestion

BOOTSTRAP = Bootstrap(seed=3, resamples=400, level=0.95)
ENERGY = ValueQuestion(name="energy", kind="value", column="energy", unit="GeV")
SCALE = {"mean": 0.0, "std": 1.0}


def test_quantiles_by_hand():
    residual = np.array([3.0, 1.0, 2.0, 4.0])
    weights = np.array([[1.0, 1, 1, 1], [0, 4, 0, 0], [2, 0, 1, 1]])
    low, middle = quantiles(residual, weights, (0.25, 0.5))
    assert low.tolist() == [1, 1, 2]
    assert middle.tolist() == [2, 1, 3]


def test_deviations_by_hand():
    truth, value = np.array([1.0, 2.0, 4.0, 5.0]), np.array([2.0, 2.0, 3.0, 7.0])  # residuals 1, 0, -1, 2
    measured = {name: float(row[0]) for name, row in deviations(truth, value, np.ones((1, 4))).items()}
    assert measured["bias"] == 0.5
    assert measured["median_bias"] == 0
    assert measured["rms"] == pytest.approx(np.sqrt(6 / 4))
    assert measured["resolution"] == (2 - -1) / 2
    assert measured["relative/bias"] == pytest.approx((1 + 0 - 0.25 + 0.4) / 4)
    assert not any(name.startswith("relative/") for name in deviations(truth - 1, value, np.ones((1, 4))))


def test_the_resolution_of_a_gaussian_is_its_deviation():
    rng = np.random.default_rng(1)
    truth = rng.uniform(1, 2, 40_000)
    value = truth + rng.normal(0.1, 0.3, truth.size)
    measured = {name: float(row[0]) for name, row in deviations(truth, value, np.ones((1, truth.size))).items()}
    # errors: 0.3 / sqrt(n) of the mean; about 1.2 times as much of the median and of half the central width
    assert measured["bias"] == pytest.approx(0.1, abs=4 * 0.3 / 200)
    assert measured["median_bias"] == pytest.approx(0.1, abs=5 * 0.3 / 200)
    assert measured["resolution"] == pytest.approx(0.3 * 0.9945, abs=5 * 0.3 / 200)  # the central 68 %, not 68.27 %
    assert measured["rms"] == pytest.approx(np.hypot(0.1, 0.3), abs=5 * 0.3 / 200)


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng, held = np.random.default_rng(2), 0
    for i in range(200):
        truth = rng.uniform(1, 2, 150)
        value = truth + rng.normal(0.05, 0.2, truth.size)
        bootstrap = BOOTSTRAP.model_copy(update={"resamples": 200, "seed": i})
        bias = value_metrics(truth, value, ENERGY, SCALE, bootstrap, "test")["bias"]
        held += bias["low"] <= 0.05 <= bias["high"]
    assert 0.89 <= held / 200 <= 0.99  # 0.95 +- 3 deviations, less what a bootstrap of 150 events lacks


def test_events_that_stand_twice_in_groups_have_the_intervals_of_single_ones():
    rng = np.random.default_rng(4)
    truth = rng.uniform(1, 2, 300)
    value = truth + rng.normal(0, 0.2, truth.size)
    single = value_metrics(truth, value, ENERGY, SCALE, BOOTSTRAP, "test", np.arange(300))
    twice = value_metrics(*np.tile([truth, value], 2), ENERGY, SCALE, BOOTSTRAP, "test", np.tile(np.arange(300), 2))
    assert twice["groups"] == 300
    for end in ("value", "low", "high"):
        assert twice["resolution"][end] == pytest.approx(single["resolution"][end])


def test_loss_is_of_standardised_values():
    truth = np.array([1.0, 1.0])
    measured = value_metrics(truth, truth + np.array([1.0, 4.0]), ENERGY, {"mean": 9.0, "std": 2.0}, BOOTSTRAP, "test")
    assert measured["loss"]["value"] == pytest.approx((0.5**2 / 2 + 1.5) / 2)


def test_an_answer_that_is_no_number_is_refused():
    with pytest.raises(InputError, match="1 answers are no numbers"):
        value_metrics(np.ones(2), np.array([1, np.nan]), ENERGY, SCALE, BOOTSTRAP, "test")


def test_a_cell_answers_both_kinds(tmp_path):
    rng = np.random.default_rng(5)
    events = 60
    table = pa.table(
        {
            "event": np.arange(events),
            "energy": rng.uniform(0.1, 2, events).astype(np.float32),
            "n_hits": np.full(events, 9, np.int32),
        }
    )
    energy, labels = ENERGY.truth(table), np.arange(events) % 2
    score = np.where(labels == 0, 0.9, 0.2)
    answers = {"particle": np.stack([score, 1 - score], axis=1), "energy": energy[:, None] + 0.25}
    truth = {"particle": labels, "energy": energy}
    sets = np.repeat(["train", "validation", "test"], 20)
    told = cell_metrics(
        [ENERGY, PARTICLES], truth, answers, sets, {}, 1, 1, BOOTSTRAP, scales={"energy": {"mean": 1.0, "std": 0.5}}
    )
    assert told["questions"]["energy"]["test"]["bias"]["value"] == pytest.approx(0.25)
    assert told["questions"]["particle"]["test"]["accuracy"]["value"] == 1
    assert told["collapsed"] is False
    write_predictions(tmp_path / "p.parquet", table, sets, [ENERGY, PARTICLES], truth, answers)
    read = read_values(tmp_path / "p.parquet", ENERGY, "test")
    assert np.array_equal(read.truth, energy[40:])
    assert np.array_equal(read.value, energy[40:] + 0.25)
