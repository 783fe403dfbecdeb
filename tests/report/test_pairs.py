"""All pairs of the places of a study, in a CSV, in words and in a figure."""

import csv

import numpy as np
import pytest
from asked import PARTICLE
from synthetic_cells import write_cell

from showergrid.core.errors import InputError
from showergrid.evaluation.comparisons import holm
from showergrid.report.figures.pairs import pairs_figure
from showergrid.report.formats import markdown
from showergrid.report.settings.performance import Compared
from showergrid.report.tables.pairs import build, pairs_csv, ranges, statement, tables, words

FIVE = [19, 20, 21, 22, 23]


def compared(*places: tuple[str, int, str, list[int]], alpha: float = 0.05) -> Compared:
    names = ("representation", "resolution", "model", "seeds")
    return Compared(
        question=PARTICLE,
        comparison={"alpha": alpha},
        level=0.95,
        places=[{**dict(zip(names, place, strict=True)), "status": "run", "settings": None} for place in places],
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A poor network and two that are alike, of five seeds each, and one of a single seed that answers one class."""
    results = tmp_path_factory.mktemp("study")
    skills = {
        ("projection_y", 100, "poor"): 0.5,
        ("projection_y", 100, "good"): 2.0,
        ("color_y", 200, "good"): 2.05,
        ("voxels", 50, "one_class"): 0,
    }
    for place, skill in skills.items():
        for seed in FIVE if skill else [19]:
            write_cell(results, *place, seed, skill, events=1200)
    return results, compared(*[(*place, FIVE if skill else [19]) for place, skill in skills.items()])


def test_csv_has_every_pair_once(study):
    results, settings = study
    pairs = build(settings, results)
    rows = list(csv.DictReader(pairs_csv(pairs).splitlines()))
    assert len(rows) == 6
    ends = {
        frozenset(tuple(row[f"{end}_{key}"] for key in ("representation", "model")) for end in ("first", "second"))
        for row in rows
    }
    assert len(ends) == 6
    for row in rows:
        assert float(row["difference"]) == pytest.approx(float(row["first_accuracy"]) - float(row["second_accuracy"]))
        assert float(row["low"]) <= float(row["difference"]) <= float(row["high"])
        assert (row["stands"] == "true") == (float(row["p_holm"]) < 0.05)
    assert [float(row["p_holm"]) for row in rows] == holm([float(row["p_value"]) for row in rows])
    assert {row["seeds_compared"] for row in rows} == {"paired", "borrowed"}


def test_each_of_a_few_pairs_is_listed(study):
    results, settings = study
    pairs = build(settings, results)
    lines = [line for line in markdown.document(tables(pairs)).splitlines() if " to " in line and line[0] == "|"]
    rows = list(csv.DictReader(pairs_csv(pairs).splitlines()))
    assert len(lines) == len(rows) == 6
    for line, row in zip(lines, rows, strict=True):
        assert f"{row['first_model']} on {row['first_representation']} at c" in line
        assert f"{row['second_model']} on {row['second_representation']} at c" in line
        assert f"| {float(row['difference']):+.3f}".replace("0.", ".") in line
        assert line.endswith("| stands |") == (row["stands"] == "true")


def test_matrix_and_words(study):
    results, settings = study
    pairs = build(settings, results)
    assert [place.model for place in pairs.places] == ["good", "good", "poor", "one_class"]
    assert pairs.collapsed == [False, False, False, True]
    np.testing.assert_array_equal(pairs.matrix, -pairs.matrix.T)
    assert pairs.matrix[0].tolist() == [0, 0, 1, 1]
    best, second = (f"good on {place.representation} at c {place.resolution}" for place in pairs.places[:2])
    said = words(pairs)
    assert "Test accuracy of 4 places of the grid" in said
    assert "on the same 1000 events" in said
    assert "Differences that stand: 5 of 6, at a family-wise error rate of 0.05, corrected for all 6" in said
    assert f"The best, {best}, stands above 2 of the 3 others; it is not told apart from {second}." in said
    assert "single seed only" not in said
    text = markdown.document([statement(pairs)])
    assert "| 1 | " in text
    assert next(line for line in text.splitlines() if line.startswith("| 4 |")).endswith(
        "| .500 (collapsed) | 0 | 3 | none |"
    )


def test_words_where_nothing_and_where_all_stands(study):
    results, settings = study
    strict = build(
        settings.model_copy(update={"comparison": settings.comparison.model_copy(update={"alpha": 1e-12})}), results
    )
    assert "Differences that stand: 0 of 6" in words(strict)
    assert "stands above none of the others; it is not told apart from" in words(strict)
    two = build(compared(("projection_y", 100, "good", [19]), ("voxels", 50, "one_class", [19])), results)
    assert "stands above all others" in words(two)
    assert "Where both have a single seed only the noise of events counts" in words(two)
    sole = build(compared(("projection_y", 100, "good", [19])), results)
    assert words(sole) == "good on projection_y at c 100 is the only place of the grid, so there is nothing to compare."
    assert pairs_csv(sole).count("\n") == 1


def test_figures_of_one_and_of_many_places(study, tmp_path):
    results, settings = study
    for name, chosen in (("one", compared(("projection_y", 100, "good", [19]))), ("four", settings)):
        for copy in ("a", "b"):
            pairs_figure(build(chosen, results), tmp_path / f"{name}{copy}.pdf")
        assert (tmp_path / f"{name}a.pdf").read_bytes() == (tmp_path / f"{name}b.pdf").read_bytes()


def test_cells_of_other_events_are_refused(tmp_path):
    write_cell(tmp_path, "projection_y", 100, "simple", 19, 1.0)
    write_cell(tmp_path, "projection_y", 200, "simple", 19, 1.0, events=500)
    with pytest.raises(InputError, match=r"its test events are not those of"):
        build(compared(("projection_y", 100, "simple", [19]), ("projection_y", 200, "simple", [19])), tmp_path)


def test_ranges_in_words():
    assert ranges([2, 3, 4, 7]) == "2 to 4, 7"
    assert ranges([1]) == "1"
    assert ranges([]) == ""
