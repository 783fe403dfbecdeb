"""Metrics against scikit-learn, hand-computed answers, and intervals against their nominal coverage."""

import json

import numpy as np
import pytest
from sklearn import metrics as sk

from showergrid.core.errors import InputError
from showergrid.evaluation.bootstrap import event_weights, reverse_percentile_interval
from showergrid.evaluation.metrics import calibration_error, cell_metrics, collapsed, mean_share, roc_auc, split_metrics
from showergrid.evaluation.settings import Bootstrap

NAMES = ("electron", "photon")
FEW = Bootstrap(seed=3, resamples=200, level=0.95)


def answers(events: int, seed: int = 0, skill: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Labels and scores rounded to three decimals, so that there are ties."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(events) < 0.4).astype(int)
    lean = rng.normal(size=events) + skill * np.where(labels == 0, 1, -1)
    return labels, np.round(1 / (1 + np.exp(-lean)), 3).clip(0.001, 0.999)


def test_every_value_agrees_with_scikit_learn():
    labels, scores = answers(1500)
    report = split_metrics(labels, scores, NAMES, FEW, "test")
    truth, answered = labels == 0, scores >= 0.5
    expected = {
        "accuracy": sk.accuracy_score(truth, answered),
        "loss": sk.log_loss(truth, scores),
        "f1_electron": sk.f1_score(truth, answered),
        "f1_photon": sk.f1_score(~truth, ~answered),
        "f1_macro": sk.f1_score(truth, answered, average="macro"),
        "roc_auc": sk.roc_auc_score(truth, scores),
        "efficiency": sk.recall_score(truth, answered),
        "purity": sk.precision_score(truth, answered),
    }
    for name, value in expected.items():
        assert report[name]["value"] == pytest.approx(value, rel=1e-12), name
        assert report[name]["low"] < value < report[name]["high"], name
    matrix = sk.confusion_matrix(labels, np.where(answered, 0, 1))
    confusion = [[report["confusion"][true][answer]["value"] for answer in NAMES] for true in NAMES]
    assert confusion == matrix.tolist()
    assert report["events"] == 1500
    assert report["collapsed"] is False


def test_auc_of_hand_made_ties():
    labels = np.array([0, 0, 1, 1])
    whole = np.ones((1, 4))
    assert roc_auc(labels, np.array([0.9, 0.5, 0.5, 0.1]), whole)[0] == 0.875  # of 4 pairs 3 right, one level
    assert roc_auc(labels, np.full(4, 0.3), whole)[0] == 0.5
    assert roc_auc(labels, np.array([0.1, 0.2, 0.8, 0.9]), whole)[0] == 0


def test_weights_mean_repeated_events():
    labels, scores = answers(60)
    weights = next(event_weights(labels, FEW, "test"))[:5]
    for row in weights:
        events = np.repeat(np.arange(60), row.astype(int))
        expected = sk.roc_auc_score(labels[events] == 0, scores[events])
        assert roc_auc(labels, scores, row[None])[0] == pytest.approx(expected, rel=1e-12)


def test_calibration_error_by_hand():
    # two bins hold events: scores .70 (3 of 4 positive) and .10 (1 of 2 positive)
    labels = np.array([0, 0, 0, 1, 0, 1])
    scores = np.array([0.7, 0.7, 0.7, 0.7, 0.1, 0.1])
    expected = 4 / 6 * abs(0.7 - 0.75) + 2 / 6 * abs(0.1 - 0.5)
    assert calibration_error(labels, scores, np.ones((1, 6)))[0] == pytest.approx(expected)
    assert calibration_error(np.array([0, 1]), np.array([1.0, 0.0]), np.ones((1, 2)))[0] == 0


def test_half_answers_the_positive_class():
    report = split_metrics(np.array([0, 1]), np.array([0.5, 0.5]), NAMES, FEW, "test")
    assert report["efficiency"]["value"] == 1
    assert report["confusion"]["photon"]["electron"]["value"] == 1


@pytest.mark.parametrize(("answered", "expected"), [(0, True), (2, True), (3, False), (97, False), (98, True)])
def test_collapsed_from_98_percent(answered: int, expected: bool):
    scores = np.where(np.arange(100) < answered, 0.7, 0.2)
    assert collapsed(scores) is expected


def test_what_is_not_defined_is_null():
    report = split_metrics(np.array([0, 1, 1]), np.full(3, 0.2), NAMES, FEW, "test")
    assert report["purity"] == {"value": None, "low": None, "high": None}
    assert report["efficiency"]["value"] == 0
    json.dumps(report, allow_nan=False)


def test_sure_and_wrong_has_a_finite_loss():
    report = split_metrics(np.array([0, 1]), np.array([0.0, 1.0]), NAMES, FEW, "test")
    assert report["loss"]["value"] == pytest.approx(-np.log(np.finfo(float).eps))


@pytest.mark.parametrize("score", [np.nan, np.inf, -0.1, 1.1])
def test_a_score_that_is_no_probability_is_refused(score: float):
    with pytest.raises(InputError, match="split test: 1 scores are no probabilities"):
        split_metrics(np.array([0, 1]), np.array([0.5, score]), NAMES, FEW, "test")


def test_class_names_are_data():
    report = split_metrics(*answers(50), ("muon", "pion"), FEW, "test")
    assert {"f1_muon", "f1_pion"} <= set(report)
    assert list(report["confusion"]) == ["muon", "pion"]


def test_resamples_keep_the_number_of_events_of_each_class():
    labels, _ = answers(500)
    weights = np.concatenate(list(event_weights(labels, FEW, "test")))
    assert weights.shape == (200, 500)
    assert (weights[:, labels == 0].sum(axis=1) == np.sum(labels == 0)).all()
    # a count is binomial with mean 1: its variance is 1 - 1/n
    assert weights.var() == pytest.approx(1, abs=0.02)


def test_same_seed_same_bytes_and_another_stream_differs():
    labels, scores = answers(300)
    first, again = (json.dumps(split_metrics(labels, scores, NAMES, FEW, "test")) for _ in range(2))
    assert first == again
    assert first != json.dumps(split_metrics(labels, scores, NAMES, FEW, "validation"))


def test_intervals_cover_the_truth_as_often_as_they_say():
    trials, hits = 300, {"accuracy": 0, "roc_auc": 0}
    truth = {"accuracy": 0.8413447460685429, "roc_auc": 0.9213503964748574}  # Phi(1), Phi(sqrt 2)
    for trial in range(trials):
        labels, scores = answers(400, seed=trial)
        report = split_metrics(labels, scores, NAMES, FEW, "test")
        for name, value in truth.items():
            hits[name] += report[name]["low"] <= value <= report[name]["high"]
    for name in hits:  # 4 binomial standard deviations, and 1 % for 200 resamples
        assert abs(hits[name] / trials - 0.95) < 0.05 + 0.01, name


def test_calibration_interval_is_mirrored_and_holds_its_value():
    resampled = np.linspace(0.02, 0.06, 1001)
    assert reverse_percentile_interval(0.03, resampled, 0.9) == pytest.approx((0.002, 0.038))
    low, high = reverse_percentile_interval(0.01, resampled, 0.9)
    assert (low, high) == (0, 0.01)


def test_mean_share():
    report = mean_share(np.array([0.0, 0.0, 1.0, 1.0, 0.5]), np.array([0, 0, 1, 1, 1]), FEW, "window", "charge")
    assert report["value"] == report["median"] == 0.5
    assert report["low"] <= 0.5 <= report["high"]


def test_all_of_a_cell():
    labels, scores = answers(200)
    report = cell_metrics(
        {"train": (labels, scores), "test": (labels, scores)}, {"charge": np.full(200, 0.5)}, 3, 10, NAMES, FEW
    )
    assert list(report["splits"]) == ["train", "test"]
    assert (report["best_epoch"], report["epochs"], report["collapsed"]) == (3, 10, False)
    assert report["window"]["charge"] == {"value": 0.5, "low": 0.5, "high": 0.5, "median": 0.5}
