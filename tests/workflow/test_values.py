"""Questions of a value through the whole workflow: beside classes, and alone."""

import csv
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from study import Project, checkout

from showergrid.training.model_file import read_model

ENERGY = {"name": "energy", "kind": "value", "column": "energy", "unit": "GeV"}
MEMBERS = [
    {"representation": representation, "resolution": 100, "model": model, "seeds": [1]}
    for representation, model in (("projection_y", "simple"), ("features", "xgboost"))
]
SHARED = {"ablations": [], "tuning": [], "published": None, "showers": {"shard_size": 160}}
BOTH = {
    "results": "results-both",
    "questions": [
        ENERGY,
        {
            "name": "particle",
            "column": "pdg",
            "classes": [{"name": "electron", "values": [11]}, {"name": "photon", "values": [22]}],
            "positive": "electron",
        },
    ],
    "grid": [
        {
            "table": "table1",
            "representations": ["projection_y"],
            "resolutions": [100],
            "models": ["simple"],
            "seeds": [1],
        },
        {
            "table": "table1",
            "representations": ["features"],
            "resolutions": [100],
            "models": ["xgboost"],
            "seeds": [1],
        },
    ],
    "reports": {"table_energy": {"module": "values", "of": "table1"}},
    "figures": {"values": "table_energy"},
    "ensembles": [{"name": "pair", "question": "energy", "of": MEMBERS, "combine": ["mean"], "seed": 1}],
    "predict": [
        {
            "name": "again",
            "files": ["results-both/data/hits.parquet"],
            "representation": "projection_y",
            "resolution": 100,
            "model": "simple",
            "seed": 1,
        }
    ],
    **SHARED,
}
ALONE = {
    "extends": "config/electron_photon/test.yaml",
    "results": "results-alone",
    "questions": [ENERGY],
    "representations": [
        {"name": "charge_sum"},
        {"name": "features", "radii": [3, 30], "quartile_radii": [], "spread_radii": [], "headroom": 1.15},
    ],
    "models": [
        {"name": "calorimeter", "module": "straight_line"},
        {"name": "random_forest", "n_estimators": 10},
        {"name": "dense", "precision": "float32"},
    ],
    "grid": [
        {
            "table": "table1",
            "representations": ["charge_sum"],
            "resolutions": [100],
            "models": ["calorimeter"],
            "seeds": [1],
        },
        {
            "table": "table1",
            "representations": ["features"],
            "resolutions": [100],
            "models": ["random_forest", "dense"],
            "seeds": [1],
        },
    ],
    "reports": {"table1": {"module": "values"}},
    "figures": {"resolution": None, "values": "table1"},
    "ensembles": [],
    **SHARED,
    "showers": {"particles": [11, 22], "shard_size": 160},
}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """Both studies, of the first no figure that is there without a question of a value too."""
    made = checkout(tmp_path_factory.mktemp("values") / "project")
    told = {"both": BOTH | {"extends": "config/electron_photon/test.yaml"}, "alone": ALONE}
    for name, study in told.items():
        (made.root / f"config/{name}.yaml").write_text(yaml.safe_dump(study))
    cell = "results-both/cells/projection_y/c100/simple/seed1"
    targets = [f"{cell}/figures/confusion.pdf", f"{cell}/export/spec.json", "results-both/predictions/again.parquet"]
    made.snakemake(
        "--cores", "2", *targets, "comparison", "ensembles", "results-both/table1.tex", config="config/both.yaml"
    )
    made.snakemake("--cores", "2", config="config/alone.yaml")
    return made


def test_a_value_beside_classes(project):
    results = project.root / "results-both"
    cell = results / "cells/projection_y/c100/simple/seed1"
    table = pq.read_table(cell / "predictions.parquet")
    columns = ["event", "energy", "n_hits", "split", "energy.value", "particle", "particle.electron", "particle.photon"]
    assert table.column_names == columns
    metrics = json.loads((cell / "metrics.json").read_text())["questions"]
    residual = table["energy.value"].to_numpy() - table["energy"].to_numpy()
    test = np.array(table["split"].to_pylist()) == "test"
    assert metrics["energy"]["test"]["bias"]["value"] == pytest.approx(residual[test].mean())
    assert "accuracy" in metrics["particle"]["test"]
    _, told = read_model(cell / "model.safetensors")
    train = table.filter(np.array(table["split"].to_pylist()) == "train")["energy"].to_numpy().astype(float)
    assert told["scales"]["energy"] == pytest.approx({"mean": train.mean(), "std": train.std()})
    with open(cell / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["val_accuracy"] for row in rows} == {""}
    lowest = min(rows, key=lambda row: float(row["val_loss"]))
    assert json.loads((cell / "metrics.json").read_text())["best_epoch"] == int(lowest["epoch"])
    # The figures and tables of classes are of the question that has some
    assert (cell / "figures/confusion.pdf").is_file()
    assert "telling electron from photon" in (text := (results / "table1.md").read_text())
    assert "Epochs were chosen by the validation loss of all questions together." in text


def test_scores_of_files_and_the_export_have_the_unit_of_the_column(project):
    results = project.root / "results-both"
    cell = results / "cells/projection_y/c100/simple/seed1"
    table = pq.read_table(cell / "predictions.parquet")
    again = pq.read_table(results / "predictions/again.parquet")
    assert again["energy.value"].to_numpy().tobytes() == table["energy.value"].to_numpy().tobytes()
    assert "energy.answer" not in again.column_names
    told = json.loads((cell / "export/spec.json").read_text())["output"]
    assert told["columns"] == ["energy.value", "particle.electron", "particle.photon"]
    assert told["questions"][0] == {"name": "energy", "value": "energy", "unit": "GeV"}


def test_an_ensemble_answers_with_the_mean(project):
    results = project.root / "results-both"
    members = [
        pq.read_table(results / f"cells/{member['representation']}/c100/{member['model']}/seed1/predictions.parquet")
        for member in MEMBERS
    ]
    combined = pq.read_table(results / "ensembles/pair.predictions.parquet")
    mean = np.mean([member["energy.value"].to_numpy() for member in members], axis=0)
    np.testing.assert_allclose(combined["energy.value.mean"].to_numpy(), mean)
    with open(results / "ensembles/pair.csv", newline="") as file:
        first = next(csv.DictReader(file))
    test = np.array(members[0]["split"].to_pylist()) == "test"
    assert first["model"] == "mean"
    assert float(first["bias"]) == pytest.approx((mean - members[0]["energy"].to_numpy())[test].mean())


def test_a_value_alone(project):
    results = project.root / "results-alone"
    with open(results / "table1.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 7  # all test events, and six bins
    calorimeter = rows[0]
    assert (calorimeter["model"], calorimeter["c"]) == ("calorimeter", "100")
    assert float(calorimeter["relative_resolution"]) < 0.3
    whole = [row for row in rows if not row["from"]]
    for row in whole:
        folder = results / f"cells/{row['representation']}/c100/{row['model']}/seed1"
        told = json.loads((folder / "metrics.json").read_text())["questions"]["energy"]["test"]
        for end, name in (("", "value"), ("_low", "low"), ("_high", "high")):
            assert float(row[f"resolution{end}"]) == pytest.approx(told["resolution"][name])
    assert "Energy: bias and resolution relative to the true value" in (results / "table1.md").read_text()
    assert (results / "figures/values.pdf").read_bytes().startswith(b"%PDF")
    assert not (results / "comparison").exists()
    assert "Nothing to be done" in project.snakemake("--dry-run", config="config/alone.yaml").stdout


def test_a_figure_of_classes_is_refused_in_one_line(project):
    done = project.snakemake("--dry-run", "results-alone/comparison/pairs.csv", config="config/alone.yaml", check=False)
    assert done.returncode
    lines = [line for line in done.stdout.splitlines() if line.startswith("config: questions")]
    assert len(lines) == 1, done.stdout
