"""Cells of several views, cells that join others, and ensembles of cells: what is shared and what is made again."""

import csv
import json
import shutil

import numpy as np
import pyarrow.parquet as pq

TINY = "results-test/ensembles/tiny.tex"


def test_views_share_the_images_there_are(finished):
    made = {path.parent.name for path in (finished.results / "inputs").rglob("*.safetensors")}
    assert made == {"projection_x", "projection_y", "color_y", "voxels", "hits", "features"}
    both, alone = (
        json.loads((finished.cell(name, 100, "simple", 19) / "metrics.json").read_text())["window"]["charge"]
        for name in ("start_end", "projection_y")
    )
    assert both["value"] != alone["value"]


def test_a_view_is_made_again_with_what_shows_it_and_nothing_else(project):
    project.edit("config/electron_photon/test.yaml", "axis: x, cube_pool: mean", "axis: x, cube_pool: max")
    plan = project.plan()
    assert plan.of("representation") == {"projection_x", "two_sides"}
    assert plan.of("model") == {"simple", "joined", "frozen"}
    # everything of the other view stays
    assert plan.rules["represent"] == plan.rules["features"] == 1
    assert plan.rules["train"] == 3


def test_backbones_trained_otherwise_are_joined_anew(project):
    """The joined network is trained end to end, so how its backbone learns alone does not concern it."""
    project.edit("config/electron_photon/test.yaml", "  - name: simple\n", "  - name: simple\n    optim_lr: 0.004\n")
    plan = project.plan()
    assert plan.of("model") == {"simple", "frozen"}
    assert plan.rules["features"] == 2
    assert ("two_sides", "100", "frozen", "19") in plan.places("train")
    assert plan.rules["represent"] == 0


def test_the_classifier_of_a_frozen_cell_alone(project):
    """The classifier is trained again; the backbones and their features stay."""
    project.edit(
        "config/electron_photon/test.yaml", "backbone: simple, clf_neurons: [8]}", "backbone: simple, clf_neurons: [4]}"
    )
    plan = project.plan()
    assert plan.of("model") == {"frozen"}
    assert plan.rules["train"] == plan.rules["evaluate"] == 1
    assert not {"features", "represent"} & set(plan.rules)
    cell = project.cell("two_sides", 100, "joined", 19)
    shutil.rmtree(cell)
    plan = project.plan(str((cell / "metrics.json").relative_to(project.root)))
    assert dict(plan.rules) == {"train": 1, "evaluate": 1}


def test_an_ensemble_is_made_of_cells_and_nothing_is_planned_then(project):
    assert project.plan(TINY).rules == {"ensemble_predictions": 1, "report": 1}
    project.snakemake(TINY)
    made = {
        path: path.read_bytes()
        for path in (project.results / "ensembles").glob("tiny.*")
        if not path.name.endswith("provenance.json")
    }
    assert {path.name for path in made} == {"tiny.tex", "tiny.csv", "tiny.md", "tiny.predictions.parquet"}
    assert project.plan(TINY).jobs == project.plan().jobs == []
    project.snakemake(TINY, "--forcerun", "ensemble_predictions", "report")
    assert {path: path.read_bytes() for path in made} == made

    predictions = pq.read_table(project.results / "ensembles/tiny.predictions.parquet")
    members = [("projection_y", "complex", 19), ("projection_y", "complex", 20), ("start_end", "simple", 19)]
    scores = [
        pq.read_table(project.cell(name, 100, model, seed) / "predictions.parquet")["particle.electron"].to_numpy()
        for name, model, seed in members
    ]
    np.testing.assert_allclose(predictions["particle.electron.mean"].to_numpy(), np.mean(scores, axis=0), rtol=1e-12)
    with open(project.results / "ensembles/tiny.csv", newline="") as file:
        assert [row["kind"] for row in csv.DictReader(file)] == ["combined"] * 3 + ["member"] * 2

    project.edit("config/electron_photon/test.yaml", "combine: [mean, ", "combine: [")
    assert dict(project.plan(TINY).rules) == {"ensemble_predictions": 1, "report": 1}
    project.edit("config/electron_photon/test.yaml", "- {name: complex,", "- {name: complex, optim_lr: 0.005,")
    assert dict(project.plan(TINY).rules) == {"train": 2, "evaluate": 2, "ensemble_predictions": 1, "report": 1}
