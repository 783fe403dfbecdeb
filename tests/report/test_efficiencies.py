"""The table of efficiencies where few of the rest are taken for a class, against scikit-learn's ROC curve."""

import csv
import io

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve
from synthetic_cells import table_config, write_study

from showergrid.evaluation.rates import efficiency_at
from showergrid.report.formats import markdown
from showergrid.report.reports import efficiencies as report

SHARES = [0.02, 0.1]
PERFORMANCE = {"bins": 4, "efficiencies": [0.5], "mistaken": SHARES, "ratio": 1.0}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    results = tmp_path_factory.mktemp("results")
    write_study(results)
    told = table_config(name="efficiencies", performance=PERFORMANCE)
    asked = report.Parameters(**{key: told[key] for key in told if key in report.Parameters.model_fields})
    return report.build(asked, results), results


def test_numbers_are_read_off_scikit_learns_roc(made):
    table, results = made
    rows = list(csv.DictReader(io.StringIO(report.csv(table))))
    place = "projection_y", "complex", "19 20 21"
    own = [row for row in rows if (row["representation"], row["model"], row["seeds"]) == place]
    expected = {"": [], **{f"{share:g}": [] for share in SHARES}}
    for seed in (19, 20, 21):
        answers = pq.read_table(results / f"cells/projection_y/c1000/complex/seed{seed}/predictions.parquet")
        test = answers.filter(np.array(answers["split"].to_pylist()) == "test")
        truth = np.array(test["particle"].to_pylist()) == "electron"
        false, true, _ = roc_curve(truth, test["particle.electron"].to_numpy(), drop_intermediate=False)
        expected[""].append(roc_auc_score(truth, test["particle.electron"].to_numpy()))
        for share in SHARES:
            expected[f"{share:g}"].append(true[false <= share].max())
    assert [row["mistaken"] for row in own] == list(expected)
    assert {row["class"] for row in own} == {"electron"}
    for row in own:
        assert float(row["value"]) == pytest.approx(np.mean(expected[row["mistaken"]]))
        assert float(row["low"]) < float(row["value"]) < float(row["high"])


def test_what_is_shown(made):
    table, _ = made
    [grid] = report.layout(table)
    text = markdown.document([grid])
    assert "where so many of the photons are taken for them, on 200 test events" in text
    assert all(word in text for word in ("ROC AUC", "2 %", "10 %", "complex"))
    assert len(report.reads(table.settings)["predictions.parquet"]) == 10


@given(st.integers(0, 2**32), st.integers(1, 4))
@settings(max_examples=50)
def test_efficiencies_of_resamples_with_ties_are_those_of_the_events_written_out(seed, decimals):
    rng = np.random.default_rng(seed)
    labels, scores = rng.integers(0, 2, 60), np.round(rng.random(60), decimals)
    labels[:2] = 0, 1
    weights = rng.integers(0, 3, (3, 60)).astype(float)
    weights[:, :2] = 1
    shares = np.array([0.01, 0.1, 0.5, 0.99])
    for row, kept in zip(weights, efficiency_at(labels == 0, scores, shares, weights), strict=True):
        repeated = np.repeat(np.arange(60), row.astype(int))
        false, true, _ = roc_curve(labels[repeated] == 0, scores[repeated], drop_intermediate=False)
        np.testing.assert_allclose(kept, [true[false <= share + 1e-9].max() for share in shares])
