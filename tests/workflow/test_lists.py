"""Hit lists, features and models without gradients: cells like all others, which rerun only for what concerns them."""

import csv
import json

import pytest

CELLS = [
    ("hits", "transformer", 2),
    ("hits", "linear_svm", 1),
    ("features", "xgboost", 4),
    ("features", "cut", 1),
]
STUDY = "config/electron_photon/test.yaml"
OF_FEATURES = {("features", "xgboost"), ("features", "cut")}
FITTED = {"linear_svm", "xgboost", "cut"}
PARTS = "scripts/showergrid/models/parts"


@pytest.mark.parametrize(("representation", "model", "rows"), CELLS)
def test_cells_are_like_all_others(finished, representation, model, rows):
    cell = finished.cell(representation, 200, model, 19)
    with open(cell / "history.csv", newline="") as file:
        assert len(list(csv.DictReader(file))) == rows
    metrics = json.loads((cell / "metrics.json").read_text())
    assert bool(metrics["window"]) == (representation == "hits")  # a table has no window
    assert representation == "features" or 0 < metrics["window"]["charge"]["value"] < 1
    assert (cell / "figures/history.pdf").is_file()


def test_table_says_what_the_windows_hold(finished):
    with open(finished.results / "table1.csv", newline="") as file:
        rows = {(row["representation"], row["model"]): row for row in csv.DictReader(file)}
    assert {rows[representation, model]["status"] for representation, model, _ in CELLS} <= {"ok", "collapsed"}
    assert rows["features", "transformer"]["status"] == "n/a"
    assert rows["features", "xgboost"]["batch_size"] == rows["features", "xgboost"]["n_epochs"] == ""
    text = (finished.results / "table1.md").read_text()
    assert "| hits | 200 | 2 | 16 hits | 16 |" in text
    assert "| features | 200 | 2 | 25 features |" in text


def test_learning_rate_of_networks_leaves_trees_and_lines(project):
    project.edit("config/config.yaml", "optim_lr: 1.0e-3", "optim_lr: 2.0e-3")
    trained = {model for _, _, model, _ in project.plan().places("train")}
    assert "transformer" in trained
    assert not trained & FITTED


def test_place_of_windows_leaves_lists(project):
    project.edit("config/electron_photon/default.yaml", "win_margin: {x: 10, z: 5}", "win_margin: {x: 9, z: 5}")
    plan = project.plan()
    assert plan.rules["train"] > 1
    assert not plan.of("representation") & {"hits", "features"}


@pytest.mark.parametrize(
    ("file", "old", "new", "cells"),
    [
        (STUDY, "spread_radii: [3, 10]", "spread_radii: [3, 11]", OF_FEATURES),
        (STUDY, "rounds: 5", "rounds: 4", {("features", "xgboost")}),
        (STUDY, "sort: distance", "sort: order", {("hits", "transformer"), ("hits", "linear_svm")}),
        (f"{PARTS}/linear.py", '"""Models', '"""All models', {("hits", "linear_svm"), ("features", "cut")}),
        (f"{PARTS}/hit_transformer.py", '"""A transformer', '"""One transformer', {("hits", "transformer")}),
    ],
)  # fmt: skip
def test_an_edit_trains_what_depends_on_it(project, file, old, new, cells):
    project.edit(file, old, new)
    assert {(place[0], place[2]) for place in project.plan().places("train")} == cells


def test_keys_of_networks_are_refused(finished, tmp_path):
    text = (finished.root / "config/electron_photon/test.yaml").read_text()
    config = tmp_path / "wrong.yaml"
    config.write_text(text.replace("{name: cut}", "{name: cut, optim_lr: 1.0e-3}"))
    done = finished.snakemake("--dry-run", config=str(config), check=False)
    assert done.returncode != 0
    assert "config: model cut: optim_lr = 0.001: unknown key; valid: threads, " in done.stdout
