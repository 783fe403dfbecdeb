"""Three classes and two questions through the whole workflow."""

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from study import Project, checkout

HERE = Path(__file__).parent
TARGETS = [
    "all",
    "ensembles",
    "explanations",
    "results-three/predictions/again.parquet",
    "results-three/report/table1.html",
    "results-three/cells/projection_y/c100/simple/seed19/export/spec.json",
]
LABELS = {"representations": {"projection_y": "projection $y$"}, "models": {"simple": "Simple_CNN"}}
SPECIES = ["electron", "photon", "muon"]


@pytest.fixture(scope="module")
def three(tmp_path_factory) -> Project:
    """The study of three.yaml, over the tiny one, made to its end."""
    project = checkout(tmp_path_factory.mktemp("three") / "project")
    config = yaml.safe_load((project.root / "config/electron_photon/test.yaml").read_text())
    changes = yaml.safe_load((HERE / "three.yaml").read_text())
    changes["showers"] = config["showers"] | changes["showers"]
    for kind, labels in LABELS.items():
        for entry in config[kind]:
            entry |= {"label": labels[entry["name"]]} if entry["name"] in labels else {}
    (project.root / "config/three.yaml").write_text(yaml.safe_dump(config | changes))
    project.snakemake("--cores", "2", *TARGETS, config="config/three.yaml")
    return project


def cell(three: Project) -> Path:
    return three.root / "results-three/cells/projection_y/c100/simple/seed19"


def test_nothing_is_left_to_do(three):
    assert "Nothing to be done" in three.snakemake("--dry-run", *TARGETS, config="config/three.yaml").stdout


def test_predictions_answer_both_questions(three):
    table = pq.read_table(cell(three) / "predictions.parquet")
    columns = ["species", *(f"species.{name}" for name in SPECIES), "showers", "showers.does", "showers.does_not"]
    assert table.column_names == ["event", "energy", "n_hits", "split", *columns]
    for question, names in (("species", SPECIES), ("showers", ["does", "does_not"])):
        total = sum(table[f"{question}.{name}"].to_numpy() for name in names)
        np.testing.assert_allclose(total, 1)
    muon = np.array(table["species"].to_pylist()) == "muon"
    assert muon.sum() == 40
    assert np.array_equal(muon, np.array(table["showers"].to_pylist()) == "does_not")
    # The same events, from the hits alone
    again = pq.read_table(three.root / "results-three/predictions/again.parquet")
    for name in [f"species.{kind}" for kind in SPECIES] + ["showers.does"]:
        assert again[name].to_numpy().tobytes() == table[name].to_numpy().tobytes()


def test_metrics_are_of_both_questions(three):
    metrics = json.loads((cell(three) / "metrics.json").read_text())["questions"]
    assert list(metrics["species"]["test"]["classes"]) == SPECIES
    assert {"roc_auc"} <= metrics["species"]["test"]["classes"]["muon"].keys()
    trees = three.root / "results-three/cells/features/c100/xgboost/seed19/metrics.json"
    learnt = json.loads(trees.read_text())["questions"]
    assert learnt["showers"]["test"]["accuracy"]["low"] > 2 / 3  # as many as are no muons
    assert learnt["species"]["test"]["accuracy"]["low"] > 1 / 3
    total = sum(answer["value"] for row in metrics["species"]["test"]["confusion"].values() for answer in row.values())
    assert total == 60


def test_tables_and_figures_show_every_class(three):
    results = three.root / "results-three"
    text = (results / "table1.md").read_text()
    assert r"What came in: accuracy of telling $e^-$, $\gamma$ and muon apart" in text
    assert "projection $y$" in text
    tex = (results / "table1.tex").read_text()
    assert r"\mbox{projection $y$}" in tex
    assert r"\mbox{Simple\_CNN}" in tex
    with open(results / "table1.csv", newline="") as file:
        assert {row["model"] for row in csv.DictReader(file)} == {"simple", "xgboost"}
    page = (results / "report/table1.html").read_text()
    assert "projection <math" in page
    assert "$" not in page
    with open(results / "comparison/performance.csv", newline="") as file:
        assert {row["class"] for row in csv.DictReader(file)} == set(SPECIES)
    combined = pq.read_table(results / "ensembles/pair.predictions.parquet")
    for how in ("mean", "logistic_regression", "random_forest"):
        np.testing.assert_allclose(sum(combined[f"species.{name}.{how}"].to_numpy() for name in SPECIES), 1)
    with open(cell(three) / "explanation/removal.csv", newline="") as file:
        assert {"muon_efficiency", "photon_purity_high"} <= set(next(csv.DictReader(file)))
    for name in ("roc", "confusion", "rejection", "calibration", "threshold", "removal", "heatmaps", "mistakes"):
        assert (cell(three) / f"figures/{name}.pdf").read_bytes().startswith(b"%PDF")


def test_a_table_is_of_the_question_that_it_names(three):
    results = three.root / "results-three"
    assert "Accuracy of telling does from does_not" in (text := (results / "table_showers.md").read_text())
    assert "Epochs were chosen by the validation accuracy of what came in." in text
    assert "last epoch" not in text
    with open(results / "table_showers.csv", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["test_accuracy"] and row["model"] == "xgboost")
    metrics = json.loads((results / "cells/features/c100/xgboost/seed19/metrics.json").read_text())
    measured = {split: of["accuracy"]["value"] for split, of in metrics["questions"]["showers"].items()}
    assert float(row["test_accuracy"]) == pytest.approx(measured["test"])
    assert float(row["train_accuracy"]) == measured["train"]
    assert float(row["best_validation_accuracy"]) == measured["validation"]


def test_the_export_names_the_classes(three):
    told = json.loads((cell(three) / "export/spec.json").read_text())["output"]
    assert told["questions"] == [
        {"name": "species", "classes": SPECIES},
        {"name": "showers", "classes": ["does", "does_not"]},
    ]
    assert told["shape"] == ["N", 5]


def test_a_class_of_the_second_question_renamed_leaves_the_data(three, tmp_path):
    project = three.copy(tmp_path / "project")
    project.edit("config/three.yaml", "name: does_not", "name: never")
    done = project.snakemake("--dry-run", "results-three/table1.tex", config="config/three.yaml").stdout
    assert "rule train" in done
    assert "rule shard" not in done
    assert "rule split" not in done


def test_a_better_label_trains_nothing(three, tmp_path):
    project = three.copy(tmp_path / "project")
    project.edit("config/three.yaml", "$\\gamma$", "$\\gamma^*$")
    planned = project.plan(*TARGETS, config="config/three.yaml").rules.keys()
    assert {"report", "cell_figures", "pairs", "performance", "heatmap_figure"} <= planned
    assert not planned & {
        "shard",
        "split",
        "represent",
        "train",
        "evaluate",
        "removal",
        "heatmaps",
        "predict",
        "export",
    }
