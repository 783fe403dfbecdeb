"""Answers of groups against Bayes' law and by hand; the separation of two classes against NumPy and scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from showergrid.core.errors import InputError
from showergrid.evaluation.together import LEAST, area, first_of_groups, log_scores, merit, shares, summed

RNG = np.random.default_rng(1)
ONE = np.ones((1, 400))
LABELS = RNG.integers(0, 3, 400)
SCORES = RNG.normal(size=(400, 3)) + np.eye(3)[LABELS]


def test_sums_by_hand():
    probability = np.array([[0.6, 0.4], [0.3, 0.7], [0.5, 0.5]])
    scores = summed(log_scores(probability), np.array([0.75, 0.25]), np.array([7, 4, 7]))
    np.testing.assert_allclose(np.exp(scores), [[0.3 / 0.75, 0.7 / 0.25], [0.3 / 0.75**2, 0.2 / 0.25**2]])


def test_the_answer_is_the_likeliest_class_whatever_the_prior():
    """Events drawn from normal laws: their true posteriors, summed, give the likelihood of the group."""
    prior, means = np.array([0.7, 0.2, 0.1]), np.array([-0.5, 0.0, 0.5])
    group = np.repeat(np.arange(50), 6)
    x = RNG.normal(size=300)
    likelihood = np.exp(-((x[:, None] - means) ** 2) / 2)
    posterior = likelihood * prior / (likelihood * prior).sum(axis=1, keepdims=True)
    scores = summed(log_scores(posterior), prior, group)
    expected = np.log(likelihood).reshape(50, 6, 3).sum(axis=1)
    assert posterior.min() > LEAST
    np.testing.assert_allclose(scores - scores[:, :1], expected - expected[:, :1], atol=1e-9)


def test_one_event_never_decides_alone():
    """Where one event gives a class nothing and nine events half of everything, the nine may still win."""
    probability = np.array([[0.0, 1.0], *[[0.9, 0.1]] * 9])
    scores = summed(log_scores(probability), np.array([0.5, 0.5]), np.zeros(10, int))
    assert scores.argmax(axis=1) == 0
    assert np.isfinite(scores).all()


def test_groups_in_their_order_and_what_has_no_answer():
    assert first_of_groups(np.array([2, 0, 2, 0]), np.array([9, 3, 9, 3])).tolist() == [1, 0]
    with pytest.raises(InputError, match=r"group 3 of split\.by holds events of several classes"):
        first_of_groups(np.array([2, 0, 2, 1]), np.array([9, 3, 9, 3]))
    assert shares(np.array([0, 0, 1, 0]), ["p", "Fe"]).tolist() == [0.75, 0.25]
    with pytest.raises(InputError, match="no training event is of class O"):
        shares(np.array([0, 2]), ["p", "O", "Fe"])


def test_figure_of_merit_by_its_formula():
    odds = SCORES[:, 2] - SCORES[:, 0]
    iron, proton = odds[LABELS == 2], odds[LABELS == 0]
    expected = abs(iron.mean() - proton.mean()) / np.sqrt(iron.var() + proton.var())
    assert merit(0, 2)(LABELS, SCORES, ONE)[0] == pytest.approx(expected)
    assert merit(2, 0)(LABELS, 100 + 7 * SCORES, ONE)[0] == pytest.approx(expected)  # neither unit nor zero counts


def test_the_figure_of_merit_of_normal_laws_is_their_distance():
    """Two normal laws of variance 1 at a distance of 2: 2 / sqrt(2), and an area of Phi(2 / sqrt(2)) = 0.9214."""
    labels = np.repeat([0, 1], 20_000)
    scores = np.stack([np.zeros(40_000), RNG.normal(size=40_000) + 2 * labels], axis=1)
    whole = np.ones((1, 40_000))
    assert merit(0, 1)(labels, scores, whole)[0] == pytest.approx(np.sqrt(2), abs=4 * 0.011)
    assert area(0, 1)(labels, scores, whole)[0] == pytest.approx(0.9214, abs=4 * 0.0014)


def test_weights_are_repeated_events():
    weights = RNG.integers(0, 3, (2, 400)).astype(float)
    for row in range(2):
        repeated = np.repeat(np.arange(400), weights[row].astype(int))
        whole = np.ones((1, repeated.size))
        for statistic in (merit(0, 2), area(0, 2)):
            expected = statistic(LABELS[repeated], SCORES[repeated], whole)[0]
            assert statistic(LABELS, SCORES, weights)[row] == pytest.approx(expected)


def test_the_area_is_scikit_learns_of_the_two_classes_alone():
    either = LABELS != 1
    odds = (SCORES[:, 2] - SCORES[:, 0])[either]
    assert area(0, 2)(LABELS, SCORES, ONE)[0] == pytest.approx(roc_auc_score(LABELS[either] == 2, odds))
