"""The table and the figure of final states that products of scores choose, against counts by hand."""

import csv
import io

import numpy as np
import pytest
from several_answers import SEEDS, answers, told, write_answers

from showergrid.core.errors import InputError
from showergrid.report.figures.final_states import final_states_figure
from showergrid.report.formats import markdown
from showergrid.report.reports import final_states as report
from showergrid.report.tables.final_states import curve

PERFORMANCE = {"bins": 2, "efficiencies": [0.5], "ratio": 1.0}
STATE = {"name": "electron_one", "label": "e1p", "answers": {"particle": "electron", "protons": "one"}}


def settings(*states: dict) -> report.Parameters:
    return told(report.Parameters, name="states", performance=PERFORMANCE, final_states=list(states))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    results = tmp_path_factory.mktemp("results")
    write_answers(results)
    return report.build(settings(STATE), results), results


def scored(results, seed: int, split: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether each event is an electron with one proton, the product of its two scores, and its energy."""
    of = answers(results, seed, split)
    own = (of["particle"] == "electron") & (of["protons"] == "one")
    return own, of["particle.electron"] * of["protons.one"], of["energy"]


def test_the_product_of_the_scores_chooses(made):
    table, results = made
    expected = []
    energy = scored(results, SEEDS[0], "test")[2]  # invented cells have energies of their own
    for seed in SEEDS:
        own, score, _ = scored(results, seed, "validation")
        products = {cut: own[score >= cut].sum() ** 2 / (score >= cut).sum() for cut in np.sort(score)}
        cut = max(products, key=lambda threshold: (products[threshold], threshold))
        own, score, _ = scored(results, seed, "test")
        kept = score >= cut
        expected.append((cut, kept[own].mean(), own[kept].mean()))
        half = energy <= np.median(energy)
        expected[-1] += (kept[own & half].mean(), own[kept & half].mean())
    [row] = table.rows
    thresholds, *rates = np.transpose(expected)
    np.testing.assert_allclose(row.thresholds, thresholds)
    below = row.bins[0]
    measured = (row.efficiency, row.purity, below.efficiency, below.purity)
    assert [of.value for of in measured] == pytest.approx(np.mean(rates, axis=1).tolist())
    assert all(of.low < of.value < of.high for of in measured)
    assert row.share == pytest.approx(own.mean())


def test_a_curve_by_hand():
    of_state, score = np.array([True, False, True, True]), np.array([0.9, 0.6, 0.6, 0.1])
    np.testing.assert_allclose(curve(of_state, score), [[1 / 3, 2 / 3, 1], [1, 2 / 3, 3 / 4]])


def test_what_is_shown(made, tmp_path):
    table = made[0]
    text = markdown.document(report.layout(table))
    assert all(word in text for word in ("e1p: particle electron, protons one", "share", "efficiency", "purity"))
    rows = list(csv.DictReader(io.StringIO(report.csv(table))))
    assert [row["quantity"] for row in rows] == ["share", "threshold", *["efficiency", "purity"] * 3]
    final_states_figure(table, tmp_path / "states.pdf")
    assert (tmp_path / "states.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ([], "final_states: is empty"),
        (
            [{"name": "a", "answers": {"pions": "none"}}],
            "with classes is called 'pions'; valid: particle",
        ),
        ([{"name": "a", "answers": {"visible": "none"}}], "with classes is called 'visible'"),
        ([{"name": "a", "answers": {"protons": "three"}}], "a.answers.protons: no class is called 'three'"),
    ],
)
def test_a_state_is_of_the_classes_of_the_study(states, words):
    with pytest.raises(InputError, match=words):
        report.reads(settings(*states))
