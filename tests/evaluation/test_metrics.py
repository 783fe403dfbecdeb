"""Metrics against scikit-learn, hand-computed answers, and intervals against their nominal coverage."""

import json

import numpy as np
import pytest
from sklearn import metrics as sk

from showergrid.core.errors import InputError
from showergrid.evaluation.bootstrap import event_weights, reverse_percentile_interval
from showergrid.evaluation.metrics import calibration_error, cell_metrics, collapsed, mean_share, roc_auc, split_metrics
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.questions import Question

QUESTION = Question(
    name="particle",
    column="pdg",
    classes=[{"name": "electron", "values": [11]}, {"name": "photon", "values": [22]}],
    positive="electron",
)
NAMES = QUESTION.names
PRIMARY = Question(
    name="primary", column="pdg", classes=[{"name": name, "values": [k]} for k, name in enumerate(("p", "He", "Fe"))]
)
FEW = Bootstrap(seed=3, resamples=200, level=0.95)


def answers(events: int, seed: int = 0, skill: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Labels and probabilities rounded to three decimals, so that there are ties."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(events) < 0.4).astype(int)
    lean = rng.normal(size=events) + skill * np.where(labels == 0, 1, -1)
    return labels, both(np.round(1 / (1 + np.exp(-lean)), 3).clip(0.001, 0.999))


def both(scores: np.ndarray) -> np.ndarray:
    """The probabilities of two classes, of which the first has these."""
    return np.stack([scores, 1 - scores], axis=1)


def test_every_value_agrees_with_scikit_learn():
    labels, probability = answers(1500)
    report = split_metrics(labels, probability, QUESTION, FEW, "test")
    scores = probability[:, 0]
    truth, answered = labels == 0, scores >= 0.5
    expected = {
        "accuracy": sk.accuracy_score(truth, answered),
        "loss": sk.log_loss(truth, scores),
        "f1_macro": sk.f1_score(truth, answered, average="macro"),
        "roc_auc": sk.roc_auc_score(truth, scores),
    }
    of_class = {
        "electron": {
            "f1": sk.f1_score(truth, answered),
            "efficiency": sk.recall_score(truth, answered),
            "purity": sk.precision_score(truth, answered),
            "roc_auc": expected["roc_auc"],
        },
        "photon": {
            "f1": sk.f1_score(~truth, ~answered),
            "efficiency": sk.recall_score(~truth, ~answered),
            "purity": sk.precision_score(~truth, ~answered),
        },
    }
    agree(report, expected)
    assert report["classes"].keys() == of_class.keys()
    for name, values in of_class.items():
        assert report["classes"][name].keys() == values.keys()
        agree(report["classes"][name], values)
    matrix = sk.confusion_matrix(labels, np.where(answered, 0, 1))
    confusion = [[report["confusion"][true][answer]["value"] for answer in NAMES] for true in NAMES]
    assert confusion == matrix.tolist()
    assert report["events"] == 1500
    assert report["collapsed"] is False


def agree(report: dict, expected: dict[str, float]) -> None:
    for name, value in expected.items():
        assert report[name]["value"] == pytest.approx(value, rel=1e-12), name
        assert report[name]["low"] < value < report[name]["high"], name


def test_every_value_of_three_classes_agrees_with_scikit_learn():
    rng = np.random.default_rng(5)
    labels = rng.choice(3, 1200, p=[0.5, 0.3, 0.2])
    lean = np.exp(rng.normal(size=(1200, 3)) + 1.2 * np.eye(3)[labels])
    probability = lean / lean.sum(axis=1, keepdims=True)
    report = split_metrics(labels, probability, PRIMARY, FEW, "test")
    answered = probability.argmax(axis=1)
    areas = [sk.roc_auc_score(labels == k, probability[:, k]) for k in range(3)]
    agree(
        report,
        {
            "accuracy": sk.accuracy_score(labels, answered),
            "loss": sk.log_loss(labels, probability),
            "f1_macro": sk.f1_score(labels, answered, average="macro"),
            "roc_auc": np.mean(areas),
        },
    )
    for k, name in enumerate(PRIMARY.names):
        truth, own = labels == k, answered == k
        agree(
            report["classes"][name],
            {
                "efficiency": sk.recall_score(truth, own),
                "purity": sk.precision_score(truth, own),
                "f1": sk.f1_score(truth, own),
                "roc_auc": areas[k],
            },
        )
    confusion = [[report["confusion"][a][b]["value"] for b in PRIMARY.names] for a in PRIMARY.names]
    assert confusion == sk.confusion_matrix(labels, answered).tolist()
    whole = np.ones((1, 1200))
    errors = [calibration_error(labels == k, probability[:, k], whole)[0] for k in range(3)]
    assert report["expected_calibration_error"]["value"] == pytest.approx(np.mean(errors))


def test_without_a_positive_class_both_are_looked_at():
    labels, probability = answers(300)
    report = split_metrics(labels, probability, QUESTION.model_copy(update={"positive": None}), FEW, "test")
    areas = [report["classes"][name]["roc_auc"]["value"] for name in NAMES]
    assert areas[0] == pytest.approx(areas[1])  # of two classes they mirror each other
    assert report["roc_auc"]["value"] == pytest.approx(areas[0])


def test_ties_go_to_the_first_class():
    report = split_metrics(np.array([2, 1, 0]), np.full((3, 3), 1 / 3), PRIMARY, FEW, "test")
    assert [report["confusion"][name]["p"]["value"] for name in PRIMARY.names] == [1, 1, 1]


def test_auc_of_hand_made_ties():
    labels = np.array([True, True, False, False])
    whole = np.ones((1, 4))
    assert roc_auc(labels, np.array([0.9, 0.5, 0.5, 0.1]), whole)[0] == 0.875  # of 4 pairs 3 right, one level
    assert roc_auc(labels, np.full(4, 0.3), whole)[0] == 0.5
    assert roc_auc(labels, np.array([0.1, 0.2, 0.8, 0.9]), whole)[0] == 0


def test_weights_mean_repeated_events():
    labels, scores = answers(60)
    positive, scores = labels == 0, scores[:, 0]
    weights = next(event_weights(labels, FEW, "test"))[:5]
    for row in weights:
        events = np.repeat(np.arange(60), row.astype(int))
        expected = sk.roc_auc_score(positive[events], scores[events])
        assert roc_auc(positive, scores, row[None])[0] == pytest.approx(expected, rel=1e-12)


def test_calibration_error_by_hand():
    # two bins hold events: scores .70 (3 of 4 positive) and .10 (1 of 2 positive)
    positive = np.array([0, 0, 0, 1, 0, 1]) == 0
    scores = np.array([0.7, 0.7, 0.7, 0.7, 0.1, 0.1])
    expected = 4 / 6 * abs(0.7 - 0.75) + 2 / 6 * abs(0.1 - 0.5)
    assert calibration_error(positive, scores, np.ones((1, 6)))[0] == pytest.approx(expected)
    assert calibration_error(np.array([True, False]), np.array([1.0, 0.0]), np.ones((1, 2)))[0] == 0


def test_half_answers_the_positive_class():
    report = split_metrics(np.array([0, 1]), np.full((2, 2), 0.5), QUESTION, FEW, "test")
    assert report["classes"]["electron"]["efficiency"]["value"] == 1
    assert report["confusion"]["photon"]["electron"]["value"] == 1


@pytest.mark.parametrize(("answered", "expected"), [(0, True), (2, True), (3, False), (97, False), (98, True)])
def test_collapsed_from_98_percent(answered: int, expected: bool):
    scores = np.where(np.arange(100) < answered, 0.7, 0.2)
    assert collapsed(both(scores)) is expected


def test_what_is_not_defined_is_null():
    report = split_metrics(np.array([0, 1, 1]), both(np.full(3, 0.2)), QUESTION, FEW, "test")
    electron = report["classes"]["electron"]
    assert electron["purity"] == {"value": None, "low": None, "high": None}
    assert electron["efficiency"]["value"] == 0
    json.dumps(report, allow_nan=False)


def test_sure_and_wrong_has_a_finite_loss():
    report = split_metrics(np.array([0, 1]), both(np.array([0.0, 1.0])), QUESTION, FEW, "test")
    assert report["loss"]["value"] == pytest.approx(-np.log(np.finfo(float).eps))


@pytest.mark.parametrize("score", [np.nan, np.inf, -0.1, 1.1])
def test_a_score_that_is_no_probability_is_refused(score: float):
    with pytest.raises(InputError, match="split test: 1 answers are no probabilities"):
        split_metrics(np.array([0, 1]), both(np.array([0.5, score])), QUESTION, FEW, "test")


def test_class_names_are_data():
    classes = [{"name": "muon", "values": [13]}, {"name": "pion", "values": [211, -211]}]
    report = split_metrics(*answers(50), Question(name="track", column="pdg", classes=classes), FEW, "test")
    assert list(report["classes"]) == ["muon", "pion"]
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
    first, again = (json.dumps(split_metrics(labels, scores, QUESTION, FEW, "test")) for _ in range(2))
    assert first == again
    assert first != json.dumps(split_metrics(labels, scores, QUESTION, FEW, "validation"))


def test_intervals_cover_the_truth_as_often_as_they_say():
    trials, hits = 300, {"accuracy": 0, "roc_auc": 0}
    truth = {"accuracy": 0.8413447460685429, "roc_auc": 0.9213503964748574}  # Phi(1), Phi(sqrt 2)
    for trial in range(trials):
        labels, scores = answers(400, seed=trial)
        report = split_metrics(labels, scores, QUESTION, FEW, "test")
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
    labels, probability = answers(300)
    sets = np.repeat(["train", "validation", "test"], 100)
    spin = Question(name="spin", column="spin", classes=[{"name": name, "values": [name]} for name in ("up", "down")])
    told = {"particle": labels, "spin": 1 - labels}, {"particle": probability, "spin": np.full((300, 2), 0.5)}
    report = cell_metrics([QUESTION, spin], *told, sets, {"charge": np.full(300, 0.5)}, 3, 10, FEW)
    assert list(report["questions"]) == ["particle", "spin"]
    assert list(report["questions"]["spin"]) == ["train", "validation", "test"]
    alone = split_metrics(labels[200:], probability[200:], QUESTION, FEW, "test")
    assert report["questions"]["particle"]["test"] == alone
    assert (report["best_epoch"], report["epochs"], report["collapsed"]) == (3, 10, True)  # all spins are up
    assert report["window"]["charge"] == {"value": 0.5, "low": 0.5, "high": 0.5, "median": 0.5}
