"""Paths, columns and keys that users and their scripts rely on."""

import csv
import hashlib
import json
import shutil

import pyarrow.parquet as pq
import pytest
from safetensors import safe_open
from study import ROOT

RECORDS = [
    "data/hits.parquet",
    "data/split.parquet",
    "data/calibration.json",
    "data/summary.json",
    "data/shards/0.hits.parquet",
    "inputs/color_y/c200.calibration.json",
    "inputs/color_y/c200.safetensors",
    "figures/data/events.pdf",
    "cells/voxels/c100/simple/seed19/figures/history.pdf",
    "table1.tex",
]
ABOUT = ["event", "energy", "n_hits"]
METRICS = ["accuracy", "loss", "f1_macro", "roc_auc", "expected_calibration_error"]


def test_tables_of_the_data(finished):
    data = finished.results / "data"
    assert pq.read_schema(data / "hits.parquet").names == ["event", "x", "y", "z", "charge", "time"]
    events = pq.read_table(data / "events.parquet")
    assert events.column_names == ["event", "pdg", "energy", "n_hits", "source", "number"]
    assert events["event"].to_pylist() == list(range(160))
    assert sorted(set(events["pdg"].to_pylist())) == [11, 22]
    split = pq.read_table(data / "split.parquet").to_pydict()
    assert {part: split["split"].count(part) for part in set(split["split"])} == {
        "train": 72,
        "validation": 8,
        "test": 80,
    }


def test_files_of_a_cell(finished):
    cell = finished.cell("projection_y", 200, "simple", 19)
    with open(cell / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["epoch", "lr", "train_loss", "train_accuracy", "val_loss", "val_accuracy"]
    assert [row["epoch"] for row in rows] == ["1", "2"]
    predictions = pq.read_table(cell / "predictions.parquet")
    assert predictions.column_names == [*ABOUT, "split", "particle", "particle.electron", "particle.photon"]
    assert predictions["event"].to_pylist() == list(range(160))
    metrics = json.loads((cell / "metrics.json").read_text())
    for split in ("train", "validation", "test"):
        split_metrics = metrics["questions"]["particle"][split]
        for name in METRICS:
            assert {"value", "low", "high"} <= set(split_metrics[name])
        for kind in ("electron", "photon"):
            assert {"efficiency", "purity", "f1"} <= set(split_metrics["classes"][kind])
        assert sum(split_metrics["confusion"]["electron"][answer]["value"] for answer in ("electron", "photon")) > 0
    assert metrics["best_epoch"] in (1, 2)
    assert 0 < metrics["window"]["charge"]["value"] <= 1
    assert 0 < metrics["window"]["hits"]["value"] <= 1
    assert isinstance(metrics["collapsed"], bool)
    with safe_open(cell / "model.safetensors", framework="np") as model:
        assert len(model.metadata()) == 1
        described = json.loads(next(iter(model.metadata().values())))
    assert described["seed"] == 19
    assert described["calibration"]["axes"]["x"]["min"] < described["calibration"]["axes"]["x"]["max"]


@pytest.mark.parametrize("output", RECORDS)
def test_every_job_leaves_a_record(finished, output):
    record = json.loads((finished.results / f"{output}.provenance.json").read_text())
    files = [entry for value in record["outputs"].values() for entry in (value if isinstance(value, list) else [value])]
    digests = {entry["path"]: entry["sha256"] for entry in files}
    content = (finished.results / output).read_bytes()
    assert digests[f"results-test/{output}"] == hashlib.sha256(content).hexdigest()
    assert record["git"]["commit"]
    assert record["git"]["dirty"] is False
    lock = ROOT / record["environment"]["lock"]
    assert record["environment"]["sha256"] == hashlib.sha256(lock.read_bytes()).hexdigest()


def test_installed_packages_are_those_of_the_lock(finished):
    """The tests run in the environment that the locks describe."""
    for output in ("table1.tex.provenance.json", "cells/voxels/c100/simple/seed19/train.provenance.json"):
        assert json.loads((finished.results / output).read_text())["environment"]["differs"] == {}


def test_table_has_every_network_and_its_pdf(project):
    with open(project.results / "table1.csv", newline="") as file:
        rows = {(row["model"], row["representation"]): row["status"] for row in csv.DictReader(file)}
    assert rows["efficientnet_lite0", "voxels"] == "n/a"
    assert rows["complex", "color_y"] == "not run"
    assert rows["simple", "projection_y"] in ("ok", "collapsed")
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is missing (Debian: texlive-latex-base, texlive-latex-recommended)")
    project.snakemake("results-test/table1.pdf")
    assert (project.results / "table1.pdf").read_bytes().startswith(b"%PDF")
