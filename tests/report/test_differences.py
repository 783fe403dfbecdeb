"""The table of all pairs of places, against McNemar's test by hand."""

import csv
import io

import numpy as np
import pytest
from scipy.stats import norm
from synthetic_cells import places, table_config, write_cell

from showergrid.evaluation.predictions import read_predictions
from showergrid.report.formats import markdown
from showergrid.report.reports import differences as report


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three places of one seed on two representations: a good one, one like it, and a bad one."""
    results = tmp_path_factory.mktemp("results")
    shown = (("projection_y", 1000, "simple", 1.0), ("color_y", 500, "simple", 1.1), ("color_y", 500, "complex", 0.2))
    folders = [write_cell(results, *place[:3], 1, place[3], events=800) for place in shown]
    asked = [entry for place in shown for entry in places(*place[:2], [place[2]], [1])]
    told = table_config(name="differences", places=asked)
    settings = report.Parameters(**{key: told[key] for key in told if key in report.Parameters.model_fields})
    right = [read_predictions(folder / "predictions.parquet", settings.question, "test").right for folder in folders]
    return report.build(settings, results), dict(zip((place[0] + place[2] for place in shown), right, strict=True))


def test_differences_are_those_of_mcnemars_test(made):
    table, right = made
    rows = list(csv.DictReader(io.StringIO(report.csv(table))))
    assert len(rows) == 3
    for row in rows:
        first, second = (right[row[f"representation_{i}"] + row[f"model_{i}"]].astype(float) for i in (1, 2))
        value, error = np.mean(first - second), np.sqrt(np.sum((first - second) ** 2)) / first.size
        assert float(row["value"]) == pytest.approx(value)
        assert value >= 0
        assert float(row["high"]) - float(row["low"]) == pytest.approx(2 * 1.96 * error, rel=1e-3)
        assert float(row["p"]) == pytest.approx(2 * norm.sf(value / error), rel=0.02)
    p, corrected = np.array(sorted([float(row["p"]), float(row["p_corrected"])] for row in rows)).T
    assert 0 < p[0] < 1e-6  # so small that a tolerance of its own would hide the factor
    holm = np.minimum(np.maximum.accumulate([3, 2, 1] * p), 1)
    np.testing.assert_allclose(corrected, holm, rtol=1e-6, atol=0)


def test_what_is_shown(made):
    [grid] = report.layout(made[0])
    text = markdown.document([grid])
    assert "on 600 test events" in text
    assert "complex on color_y at c 500" in text
    assert text.count("**") == 2 * 2  # the bad one differs from both others
