"""The table of all questions beside their commonest classes, against counts by hand."""

import csv
import io

import numpy as np
import pytest
from several_answers import SEEDS, SHARES, answers, told, write_answers

from showergrid.report.formats import markdown
from showergrid.report.reports import commonest as report


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    results = tmp_path_factory.mktemp("results")
    write_answers(results)
    return report.build(told(report.Parameters, name="answers"), results), results


def test_accuracies_stand_beside_those_of_the_commonest_class(made):
    table, results = made
    of_seeds = [answers(results, seed) for seed in SEEDS]
    names = ("none", "one", "two")
    right = [
        np.mean(np.stack([of[f"protons.{name}"] for name in names]).argmax(axis=0) == [names.index(k) for k in truth])
        for of in of_seeds
        for truth in [of["protons"]]
    ]
    particle, protons = table.rows
    assert [particle.question.name, protons.question.name] == ["particle", "protons"]  # that of a value is left out
    assert protons.accuracy.value == pytest.approx(np.mean(right))
    assert protons.question.names[protons.kind] == "none"
    share = np.mean(of_seeds[0]["protons"] == "none")
    assert protons.commonest.value == pytest.approx(share)
    assert protons.gain.value == pytest.approx(np.mean(right) - share)
    assert protons.commonest.std == 0  # all seeds have the same events


def test_the_share_of_the_commonest_has_the_interval_of_a_counted_share(made):
    _, protons = made[0].rows
    width = 2 * 1.96 * np.sqrt(SHARES[0] * (1 - SHARES[0]) / 1000)
    assert protons.commonest.high - protons.commonest.low == pytest.approx(width, rel=0.2)  # of 300 resamples
    assert protons.gain.low < protons.gain.value < protons.gain.high
    particle = made[0].rows[0]  # the split fixes how many events are of each particle
    assert (particle.commonest.low, particle.commonest.high) == (0.5, 0.5)


def test_what_is_shown(made):
    table = made[0]
    text = markdown.document(report.layout(table))
    assert all(word in text for word in ("always this", "protons", "none", "1000 test events"))
    rows = list(csv.DictReader(io.StringIO(report.csv(table))))
    assert [row["quantity"] for row in rows] == ["accuracy", "accuracy_of_commonest", "gain"] * 2
    assert {row["commonest"] for row in rows if row["question"] == "protons"} == {"none"}
