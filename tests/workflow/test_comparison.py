"""All pairs and the performance of a finished study: what is made, and what an edit makes again."""

import csv
import itertools

import pyarrow.parquet as pq
import pytest


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_every_pair_of_the_grid(finished):
    table = rows(finished.results / "comparison/pairs.csv")
    ends = [
        tuple(row[f"{end}_{key}"] for key in ("representation", "resolution", "model"))
        for row in table
        for end in ("first", "second")
    ]
    places = {
        tuple(path.relative_to(finished.results / "cells").parts[:3])
        for path in finished.results.glob("cells/*/*/*/seed*/metrics.json")  # not those of backbones alone
    }
    places = {(representation, resolution.removeprefix("c"), model) for representation, resolution, model in places}
    pairs = {frozenset(pair) for pair in zip(ends[::2], ends[1::2], strict=True)}
    assert pairs == {frozenset(pair) for pair in itertools.combinations(places, 2)}
    assert len(table) == len(pairs)
    text = (finished.results / "comparison/pairs.md").read_text()
    assert f"Differences that stand: {sum(row['stands'] == 'true' for row in table)} of {len(table)}" in text


def test_performance_of_cells_and_places(finished):
    cell = rows(finished.cell("projection_y", 200, "simple", 19) / "performance.csv")
    together = [
        row
        for row in rows(finished.results / "comparison/performance.csv")
        if (row["representation"], row["resolution"], row["model"]) == ("projection_y", "200", "simple")
    ]
    assert len(cell) == len(together)
    for own, pooled in zip(cell, together, strict=True):  # of one seed: the same numbers
        assert {key: pooled[key] for key in own} == own
    assert {row["against"] for row in cell} >= {"energy", "angle", "hits", "threshold", "score", "efficiency"}
    assert pq.read_table(finished.results / "data/directions.parquet").num_rows == 160


def test_a_target_of_its_own(project):
    assert project.plan("comparison").jobs == []
    (project.results / "data/directions.parquet.provenance.json").unlink()
    assert project.plan("comparison").rules["directions"] == 1


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("performance: {", "performance: {ratio: 1.0, ", {"cell_performance", "performance"}),
        (
            "\nperformance:",
            "\ncomparison: {alpha: 0.01}\nperformance:",
            {"pairs", "report", "published", "resolution_figure"},
        ),
    ],
)
def test_an_edit_makes_again_what_is_told_of_it(project, old, new, rules):
    project.edit("config/electron_photon/test.yaml", old, new)
    assert set(project.plan().rules) == rules


def test_a_comment_in_the_law_of_differences(project):
    project.edit("scripts/showergrid/evaluation/pairwise.py", "\n@dataclass", "\n# A remark.\n@dataclass")
    assert set(project.plan().rules) == {"pairs"}
