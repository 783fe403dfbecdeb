"""The distribution of a difference: against integrals of SciPy, by hand, and its p values of noise alone."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from showergrid.evaluation.comparisons import paired, samples
from showergrid.evaluation.metrics import accuracy
from showergrid.evaluation.pairwise import differences, mixture
from showergrid.evaluation.settings import Bootstrap


def law(normal: float, variances: tuple[float, float], freedom: tuple[float, float]):
    two = variances[1] > 0
    return mixture(np.array([normal]), np.array([variances]), np.array([freedom], dtype=float), two)


@pytest.mark.parametrize("freedom", [1, 2, 4])
@pytest.mark.parametrize("p", [0.5, 0.05, 1e-3, 1e-6])
def test_without_noise_of_events_it_is_students_t(freedom, p):
    distance = 0.01 * stats.t.isf(p / 2, freedom)
    tail = law(0, (1e-4, 0), (freedom, 1)).outside(np.array([distance]))
    np.testing.assert_allclose(tail, p, rtol=2e-3 if p > 1e-6 else 1e-2)


@pytest.mark.parametrize(("first", "second"), [(2, 2), (2, 4), (1, 9)])
@pytest.mark.parametrize("distance", [0.5, 3, 40])
def test_two_sources_and_events_by_integration(first, second, distance):
    """Events and one t by the convolution of SciPy's densities; then two t's without events."""
    single = law(1.0, (4.0, 0), (first, 1)).outside(np.array([distance]))

    def tail(x, shift):
        return stats.t.sf((distance - shift) / 2, first) + stats.t.sf((distance + shift) / 2, first) if x else 0

    expected, _ = quad(lambda z: stats.norm.pdf(z) * tail(1, z), -9, 9, limit=200)
    np.testing.assert_allclose(single, expected, rtol=2e-3)
    both = law(0.0, (4.0, 1.0), (first, second)).outside(np.array([distance]))
    edges = [-np.inf, -100, -10, -1, 1, 10, 100, np.inf]
    parts = itertools.pairwise(edges)
    expected = sum(quad(lambda t: stats.t.pdf(t, second) * tail(1, t), a, b, limit=200)[0] for a, b in parts)
    np.testing.assert_allclose(both, expected, rtol=5e-3)


def test_half_width_holds_the_level():
    normal = law(0.01**2, (0, 0), (1, 1)).half_width(0.95)
    np.testing.assert_allclose(normal, 0.0195996398, rtol=1e-8)
    mixed = law(0.01**2, (1e-4, 2e-4), (2, 4))
    np.testing.assert_allclose(mixed.outside(mixed.half_width(0.9)), 0.1, rtol=1e-9)
    assert law(0, (1e6, 0), (1, 1)).half_width(0.95) == 2  # of accuracies, so wide enough


def test_single_seeds_are_mcnemars_test_by_hand():
    first = np.array([[True] * 12 + [False] * 4 + [True] * 84])
    second = np.array([[False] * 12 + [True] * 4 + [True] * 84])
    pairs = differences([first, second], [[19], [19]], 0.95)
    assert pairs.value[0] == 8 / 100
    assert pairs.p[0] == pytest.approx(stats.chi2.sf((12 - 4) ** 2 / (12 + 4), 1))
    assert pairs.low[0] == pytest.approx(0.08 - 1.959964 * 4 / 100)
    assert pairs.high[0] == pytest.approx(0.08 + 1.959964 * 4 / 100)
    assert pairs.seeds[0] == "none"


def test_how_the_noise_of_seeds_is_taken():
    """By hand on four events: the seeds of `a` have the accuracies .5, .75 and .25, those of `b` 1, .75 and .5."""
    a = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 0, 0]], dtype=bool)
    b = np.array([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0]], dtype=bool)
    places = [a, b, a[:2], a[:1], b[:1]]
    seeds = [[19, 20, 21], [19, 20, 21], [19, 20], [19], [7]]
    pairs = differences(places, seeds, 0.95)
    kinds = dict(zip(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True), pairs.seeds, strict=True))
    assert kinds[0, 1] == "paired"
    assert kinds[0, 2] == "independent"
    assert kinds[0, 3] == kinds[1, 4] == "borrowed"
    assert kinds[3, 4] == "none"
    per_seed = a.mean(axis=1) - b.mean(axis=1)
    events = ((a.mean(axis=0) - b.mean(axis=0)) ** 2).sum() / 16
    expected = law(events, (np.var(per_seed, ddof=1) / 3, 0), (2, 1)).outside(per_seed.mean()[None])
    assert pairs.p[0] == pytest.approx(expected[0])
    events = ((a.mean(axis=0) - a[0]) ** 2).sum() / 16
    spread = np.var(a.mean(axis=1), ddof=1) * (1 / 3 + 1)
    expected = law(events, (spread, 0), (2, 1)).outside(np.array([a.mean() - a[0].mean()]))
    assert pairs.p[2] == pytest.approx(expected[0])


def test_seeds_are_paired_by_their_number():
    rng = np.random.default_rng(1)
    a, b = rng.random((2, 3, 200)) < np.array([0.6, 0.7, 0.8])[:, None]
    straight = differences([a, b], [[1, 2, 3], [1, 2, 3]], 0.95)
    turned = differences([a, b[::-1]], [[1, 2, 3], [3, 2, 1]], 0.95)
    assert straight.p == turned.p


@given(st.integers(0, 2**32), st.lists(st.integers(1, 4), min_size=2, max_size=5))
@settings(max_examples=30)
def test_exchanging_places_turns_differences_round(seed, sizes):
    rng = np.random.default_rng(seed)
    right = [rng.random((size, 40)) < rng.random() for size in sizes]
    numbers = [list(range(size)) for size in sizes]
    straight = differences(right, numbers, 0.9)
    turned = differences(right[::-1], numbers[::-1], 0.9)
    order = np.lexsort((-turned.first, -turned.second))  # the pairs of the turned places in the order of the others
    np.testing.assert_allclose(straight.value, -turned.value[order], atol=1e-12)
    np.testing.assert_allclose(straight.p, turned.p[order], rtol=1e-9)
    np.testing.assert_allclose(straight.low, -turned.high[order], atol=1e-9)
    assert np.all((straight.p >= 0.1 - 1e-9) == ((straight.low <= 1e-9) & (straight.high >= -1e-9)))
    assert np.all((straight.p > 0) & (straight.p <= 1))


def test_the_same_answers_do_not_differ():
    right = np.random.default_rng(2).random((3, 50)) < 0.8
    pairs = differences([right, right], [[1, 2, 3]] * 2, 0.95)
    assert pairs.value[0] == pairs.low[0] == pairs.high[0] == 0 or pairs.high[0] < 1e-12
    assert pairs.p[0] == 1


def test_it_is_the_law_that_comparisons_draws():
    rng = np.random.default_rng(3)
    labels = np.tile([0, 1], 500)
    hard = rng.normal(size=1000)
    lean = hard + rng.normal(size=(2, 4, 1000)) + np.array([1.0, 1.12])[:, None, None] + rng.normal(0, 0.03, (2, 4, 1))
    scores = np.where((lean > 0) == (labels == 0), 0.9, 0.1)
    bootstrap = Bootstrap(seed=1, resamples=20_000, level=0.95)
    probability = np.stack([scores, 1 - scores], axis=-1)
    made = samples({"a": probability[0], "b": probability[1]}, labels, accuracy, bootstrap)
    drawn = paired(made["a"], made["b"], bootstrap, "test")
    computed = differences(list(lean > 0), [[1, 2, 3, 4]] * 2, 0.95)
    assert computed.value[0] == pytest.approx(drawn.value)
    assert 0.001 < drawn.p < 0.9
    assert computed.p[0] == pytest.approx(drawn.p, rel=0.1)
    assert computed.low[0] == pytest.approx(drawn.low, abs=0.002)
    assert computed.high[0] == pytest.approx(drawn.high, abs=0.002)


def test_p_values_of_noise_of_events_are_uniform():
    rng = np.random.default_rng(4)
    right = list(rng.random((120, 1, 2000)) < 0.8)
    p = np.concatenate([differences(right[k : k + 2], [[1], [1]], 0.95).p for k in range(0, 120, 2)])
    assert stats.kstest(p, "uniform").pvalue > 0.01


@pytest.mark.parametrize("seeds", [3, 5])
@pytest.mark.parametrize("between", [0.0, 1.0, 3.0])  # noise of the mean over seeds, in units of that of events
def test_noise_is_not_called_a_difference_however_small_p_must_be(seeds, between):
    trials, rng = 40_000, np.random.default_rng(5)
    difference = rng.normal(0, np.hypot(1, between), trials)
    variance = between**2 * rng.chisquare(seeds - 1, trials) / (seeds - 1)
    made = mixture(np.ones(trials), np.stack([variance, 0 * variance], 1), np.full((trials, 2), seeds - 1.0), False)
    p = made.outside(difference)
    for alpha in (0.05, 1e-3):
        assert np.mean(p < alpha) < alpha + 4 * np.sqrt(alpha / trials)
