"""Comparisons under simulation: noise is not called a difference, and pairing helps."""

from statistics import NormalDist

import numpy as np
import pytest
from asked import PARTICLES

from showergrid.core.seeds import generator
from showergrid.evaluation.comparisons import (
    Sample,
    against_best,
    estimate,
    holm,
    p_value,
    paired,
    pooled,
    samples,
)
from showergrid.evaluation.metrics import accuracy, mean_roc_auc, split_metrics
from showergrid.evaluation.settings import Bootstrap

FEW = Bootstrap(seed=3, resamples=300, level=0.95)
LABELS = np.tile([0, 1], 300)
TRIALS = 200
SURE = 1.2  # mean of the leaning towards the right answer


def cell(
    rng: np.random.Generator, hard: np.ndarray, seeds: int, between: float, better: float | np.ndarray = 0.0
) -> np.ndarray:
    """Answers (S, n, 2) of networks that differ by `between` from seed to seed and share the hard events."""
    level = SURE + better + between * rng.normal(size=(seeds, 1))
    right = level + np.sqrt(0.7) * hard + np.sqrt(0.3) * rng.normal(size=(seeds, hard.size)) > 0
    return both(np.where(right == (LABELS == 0), 0.9, 0.1))


def both(scores: np.ndarray) -> np.ndarray:
    """The probabilities of two classes, of which the first has these."""
    return np.stack([scores, 1 - scores], axis=-1)


def rejected(seeds: tuple[int, int], between: float, better: float = 0.0) -> float:
    """Share of trials in which two cells are told apart at alpha 0.05."""
    count = 0
    for trial in range(TRIALS):
        rng = np.random.default_rng([trial, 5])
        hard = rng.normal(size=LABELS.size)
        cells = {"a": cell(rng, hard, seeds[0], between), "b": cell(rng, hard, seeds[1], between, better)}
        made = samples(cells, LABELS, accuracy, FEW)
        count += p_value(made["a"], made["b"], generator(trial, "test")) < 0.05
    return count / TRIALS


@pytest.mark.parametrize(
    ("seeds", "between"), [((3, 3), 0.0), ((3, 3), 0.1), ((5, 5), 0.1), ((1, 3), 0.1), ((1, 1), 0.0)]
)
def test_noise_of_seeds_and_events_is_no_difference(seeds: tuple[int, int], between: float):
    # 3 binomial standard deviations of 0.05 in 200 trials
    assert rejected(seeds, between) < 0.05 + 0.046


def test_events_alone_would_call_noise_of_seeds_a_difference():
    assert rejected((1, 1), 0.15) > 0.3  # nothing tells a single seed how noisy it is: the caption says so
    assert rejected((3, 3), 0.15) < 0.05 + 0.046


def test_a_real_difference_is_found():
    assert rejected((3, 3), 0.03, better=0.6) > 0.9


def test_pairing_finds_more_than_two_separate_test_sets():
    rng = np.random.default_rng(1)
    hard = rng.normal(size=LABELS.size)
    made = samples({"a": cell(rng, hard, 1, 0), "b": cell(rng, hard, 1, 0, 0.15)}, LABELS, accuracy, FEW)
    paired = p_value(made["a"], made["b"], generator(1, "test"))
    shuffled = Sample(made["b"].values, made["b"].resampled[:, ::-1])  # other resamples: no pairing
    assert paired < p_value(made["a"], shuffled, generator(1, "test"))


def test_identical_cells_are_not_told_apart():
    rng = np.random.default_rng(2)
    scores = cell(rng, rng.normal(size=LABELS.size), 3, 0.1)
    made = samples({"a": scores, "b": scores}, LABELS, accuracy, FEW)
    verdicts = against_best(made, 0.05, 1)
    assert verdicts["a"].best
    assert not verdicts["a"].indistinguishable
    assert verdicts["b"].indistinguishable
    assert verdicts["b"].p == 1


def test_column_with_a_clearly_worse_cell():
    rng = np.random.default_rng(4)
    hard = rng.normal(size=LABELS.size)
    cells = {"poor": cell(rng, hard, 3, 0.02, -0.9), "good": cell(rng, hard, 3, 0.02)}
    cells["alike"] = cells["good"][::-1]
    verdicts = against_best(samples(cells, LABELS, accuracy, FEW), 0.05, 1)
    assert [verdict.best for verdict in verdicts.values()] == [False, True, False]
    assert [verdict.indistinguishable for verdict in verdicts.values()] == [False, False, True]


def test_a_collapsed_cell_differs_from_a_good_one():
    rng = np.random.default_rng(4)
    cells = {"good": cell(rng, rng.normal(size=LABELS.size), 1, 0), "one class": both(np.full((1, LABELS.size), 0.7))}
    verdicts = against_best(samples(cells, LABELS, accuracy, FEW), 0.05, 1)
    assert not verdicts["one class"].indistinguishable


@pytest.mark.parametrize("shared", [0.0, 0.1])  # what networks of one seed number have in common
@pytest.mark.parametrize("own", [0.0, 0.1])
def test_no_difference_between_means_over_variants(shared: float, own: float):
    """Two equally good variants on each side, with three seeds each, which vary by `shared` and by `own`."""
    count = 0
    for trial in range(TRIALS):
        rng = np.random.default_rng([trial, 10])
        hard, lean = rng.normal(size=LABELS.size), shared * rng.normal(size=(3, 1))
        cells = {name: cell(rng, hard, 3, own, lean) for name in "abcd"}
        made = samples(cells, LABELS, accuracy, FEW)
        means = pooled([made["a"], made["b"]]), pooled([made["c"], made["d"]])
        count += paired(*means, FEW, str(trial)).p < 0.05
    assert count / TRIALS < 0.05 + 0.046


def test_pairing_by_seed_finds_what_the_noise_of_seeds_would_hide():
    rng = np.random.default_rng(11)
    hard, lean = rng.normal(size=LABELS.size), 0.3 * rng.normal(size=(5, 1))
    cells = {"a": cell(rng, hard, 5, 0, lean), "b": cell(rng, hard, 5, 0, lean + 0.4)}
    made = samples(cells, LABELS, accuracy, FEW)
    difference = paired(made["b"], made["a"], FEW, "test")
    assert difference.p < 0.05 < p_value(made["a"], made["b"], generator(1, "test"))
    assert 0 < difference.low < difference.value < difference.high
    assert difference.value == pytest.approx(made["b"].mean - made["a"].mean)
    assert paired(made["a"], made["b"], FEW, "test").value == pytest.approx(-difference.value)


def test_mean_over_variants_by_hand():
    first = Sample(np.array([0.8, 0.9]), np.array([[0.7, 0.8], [0.9, 1.0]]))
    second = Sample(np.array([0.6, 0.5]), np.array([[0.6, 0.5], [0.4, 0.6]]))
    mean = pooled([first, second])
    np.testing.assert_allclose(mean.values, [0.7, 0.7])
    np.testing.assert_allclose(mean.resampled, [[0.65, 0.65], [0.65, 0.8]])
    assert mean.variance == pytest.approx(0)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_interval_of_several_seeds_covers_the_truth():
    between = 0.15
    truth = NormalDist().cdf(SURE / np.sqrt(1 + between**2))
    covered = 0
    for trial in range(TRIALS):
        rng = np.random.default_rng([trial, 6])
        scores = cell(rng, rng.normal(size=LABELS.size), 3, between)
        estimated = estimate(samples({"a": scores}, LABELS, accuracy, FEW)["a"], FEW, "a")
        covered += estimated.low <= truth <= estimated.high
    assert covered / TRIALS > 0.95 - 0.06


def test_one_seed_has_the_interval_of_its_metrics():
    rng = np.random.default_rng(8)
    scores = cell(rng, rng.normal(size=LABELS.size), 1, 0)
    report = split_metrics(LABELS, scores[0], PARTICLES, FEW, "test")
    for name, statistic in (("accuracy", accuracy), ("roc_auc", mean_roc_auc(PARTICLES))):
        estimated = estimate(samples({"a": scores}, LABELS, statistic, FEW)["a"], FEW, "a")
        assert {"value": estimated.value, "low": estimated.low, "high": estimated.high} == report[name]
        assert estimated.std is None


def test_intervals_stay_between_0_and_1():
    rng = np.random.default_rng(9)
    scores = np.concatenate([cell(rng, rng.normal(size=LABELS.size), 2, 0, 3), both(np.full((1, LABELS.size), 0.7))])
    estimated = estimate(samples({"a": scores}, LABELS, accuracy, FEW)["a"], FEW, "a")
    assert 0 <= estimated.low < estimated.value < estimated.high == 1
