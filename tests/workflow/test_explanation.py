"""Explanations of the trained cells of a finished study."""

import csv
import json

import pyarrow.parquet as pq
import pytest
from study import outputs

CELL = "results-test/cells/projection_y/c200/simple/seed19"
VOXELS = "results-test/cells/voxels/c100/simple/seed19"
COLOUR = "results-test/cells/color_y/c200/simple/seed19"
FIGURES = [f"{CELL}/figures/{name}.pdf" for name in ("removal", "heatmaps", "mistakes")]
TREES = "results-test/cells/features/c200/xgboost/seed19"
OTHERS = [f"{VOXELS}/figures/heatmaps.pdf", f"{COLOUR}/figures/mistakes.pdf", f"{TREES}/figures/removal.pdf"]
RULES = ("removal", "removal_figure", "heatmaps", "heatmap_figure", "mistakes")


@pytest.fixture(scope="module")
def explained(finished, tmp_path_factory):
    """The study with the figures made; do not change it."""
    project = finished.copy(tmp_path_factory.mktemp("explained") / "project")
    project.snakemake(*FIGURES, *OTHERS, "--cores", "2")
    return project


def test_figures_and_their_numbers(explained):
    for name in [*FIGURES, *OTHERS]:
        assert (explained.root / name).read_bytes().startswith(b"%PDF")
    with open(explained.root / CELL / "explanation/removal.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 10
    assert {row["events"] for row in rows} == {"40"}
    report = json.loads((explained.root / CELL / "explanation/heatmaps.json").read_text())
    assert report["events"] == 40
    assert report["fall_hottest"]["low"] <= report["fall_hottest"]["value"] <= report["fall_hottest"]["high"]
    maps = pq.read_table(explained.root / CELL / "explanation/heatmaps.parquet")
    predictions = pq.read_table(explained.root / CELL / "predictions.parquet").to_pylist()
    score = {row["event"]: row["particle.electron"] for row in predictions if row["split"] == "test"}
    for row in maps.to_pylist():
        assert row["particle.electron"] == pytest.approx(score[row["event"]], abs=0.01)  # bf16, in another batch


def test_what_an_edit_makes_again(explained, tmp_path):
    assert explained.plan(*FIGURES).jobs == []
    for old, new, planned in (
        ("kept: [1.0, 0.1]", "kept: [1.0, 0.2]", {"removal", "removal_figure"}),
        ("steps: 4}", "steps: 4, masked: 0.2}", {"heatmaps", "heatmap_figure"}),
        ("shown: {heatmaps: 1,", "shown: {heatmaps: 2,", {"heatmap_figure"}),
        ("mistakes: 2}", "mistakes: 3}", {"mistakes"}),
    ):
        text = (explained.root / "config/electron_photon/test.yaml").read_text()
        assert old in text
        (explained.root / "config/edited.yaml").write_text(text.replace(old, new))
        assert set(explained.plan(*FIGURES, config="config/edited.yaml").rules) == planned


def test_code_of_the_maps_makes_no_cell_again(explained, tmp_path):
    project = explained.copy(tmp_path / "project")
    project.edit("scripts/showergrid/explain/heatmaps.py", "\nclass ", "\n# A remark.\nclass ")
    assert set(project.plan(*FIGURES).rules) == {"heatmaps", "heatmap_figure"}
    assert project.plan().jobs == []


def test_the_same_bytes_again(explained, tmp_path):
    project = explained.copy(tmp_path / "project")
    before = outputs(project.results)
    project.snakemake(*FIGURES, *OTHERS, "--cores", "2", "--forcerun", *RULES)
    assert outputs(project.results) == before


def test_everything_that_is_explained(finished):
    """The first seed of each place of table 1 is explained, but not by a bare call."""
    plan = finished.plan("explanations")
    lists = sum(job.told["representation"] in ("hits", "features") for job in plan.jobs if job.rule == "removal")
    assert lists > 0
    assert plan.rules["heatmap_figure"] == plan.rules["mistakes"] == plan.rules["removal"] - lists == 6
    assert plan.of("seed") == {"19"}
    assert not {*plan.rules} - {*RULES, "explanations"}
    assert finished.plan().jobs == []
