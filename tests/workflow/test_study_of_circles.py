"""A study of collisions, read from files, through the whole workflow: as circles and by the mass of two muons."""

import csv
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from collisions import FILES, OF_EVENTS, OF_OBJECTS, PROCESSES, QUESTION, collisions, write_csv
from safetensors.numpy import load_file
from study import Project, checkout

EVENTS = 120
AUGMENT = {"shear": 0.2, "zoom": 0.2, "flips": ["horizontal", "vertical"]}
SHORT = {"n_epochs": 2, "min_epochs": 1, "batch_size": 32}
STUDY = {
    "extends": None,
    "results": "results-circles",
    "source": "files",
    "files": FILES,
    "questions": [QUESTION],
    "representations": [
        {"name": "drawn", "module": "circles", "jets": 2},
        {"name": "mass", "module": "dimuon", "variables": ["mass"], "scale": "none"},
    ],
    "models": [
        {"name": "simple", "transform": "batch_norm", "augment": AUGMENT, **SHORT},
        {"name": "frozen", "backbone": "simple", **SHORT},
        {"name": "cut"},
    ],
    "grid": [
        {
            "table": "table1",
            "representations": ["drawn"],
            "resolutions": [32],
            "models": ["simple", "frozen"],
            "seeds": [1],
        },
        {"table": "table1", "representations": ["mass"], "models": ["cut"], "seeds": [1]},
    ],
    "bootstrap": {"resamples": 100},
    "predict": [
        {
            "name": "again",
            "representation": "drawn",
            "resolution": 32,
            "model": "simple",
            "seed": 1,
            "events": OF_EVENTS,
            "collections": {"objects": OF_OBJECTS},
        }
    ],
}
CONFIG = "config/circles.yaml"
RESULTS = "results-circles"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Project:
    """The study, made to its end."""
    project = checkout(tmp_path_factory.mktemp("circles") / "project")
    write_csv(project.root, *collisions(EVENTS))
    (project.root / CONFIG).write_text(yaml.safe_dump(STUDY, sort_keys=False))
    project.snakemake("--cores", "2", f"{RESULTS}/table1.tex", f"{RESULTS}/predictions/again.parquet", config=CONFIG)
    return project


def test_objects_are_stored_and_no_pixels(made):
    results = made.root / RESULTS
    given = load_file(results / "inputs/drawn/c32.safetensors")
    assert set(given) == {"event", "offsets", "values"}
    objects = pq.read_table(results / "data/objects.parquet")
    jets = np.bincount(objects["event"].to_numpy(), objects["kind"].to_numpy() < 13, EVENTS)
    assert np.diff(given["offsets"]).tolist() == (3 + jets.clip(0, 2)).tolist()
    assert (results / "inputs/mass.safetensors").is_file()
    assert not (results / "data/calibration.json").exists()


def test_all_cells_are_in_the_table(made):
    with open(made.root / RESULTS / "table1.csv", newline="") as file:
        rows = {(row["representation"], row["model"]): row for row in csv.DictReader(file)}
    assert rows["drawn", "simple"]["window"] == "32 32"
    assert {rows["drawn", "simple"]["status"], rows["drawn", "frozen"]["status"]} <= {"ok", "collapsed"}
    assert rows["drawn", "cut"]["status"] == "n/a"
    assert float(rows["mass", "cut"]["test_accuracy"]) > 0.85  # which tells these made-up processes apart
    text = (made.root / RESULTS / "table1.md").read_text()
    assert "c: pixels across an image." in text
    assert "hits" not in text.replace("lists of hits", "")
    assert "None" not in text


def test_a_training_is_told_of_its_augmentation_and_a_frozen_network_of_features(made):
    told = {}
    for name in ("simple", "frozen"):
        record = made.root / RESULTS / f"cells/drawn/c32/{name}/seed1/train.provenance.json"
        told[name] = json.loads(record.read_text())
    assert told["simple"]["config"]["model"]["training"]["augment"] == AUGMENT
    assert "augment" not in told["frozen"]["config"]["model"]["training"]
    assert "features/drawn/c32/simple/seed1" in json.dumps(told["frozen"]["inputs"])


def test_the_same_events_as_new_ones_get_the_same_answers(made):
    expected = pq.read_table(made.root / RESULTS / "cells/drawn/c32/simple/seed1/predictions.parquet")
    given = pq.read_table(made.root / RESULTS / "predictions/again.parquet")
    for name in PROCESSES:
        np.testing.assert_allclose(given[f"process.{name}"], expected[f"process.{name}"], atol=1e-6)
    assert np.any(given["outside"].to_numpy() > 0)  # objects beyond the training events


def test_nothing_is_left_and_an_edit_reruns_its_own(made, tmp_path):
    project = made.copy(tmp_path / "project")
    assert project.plan(f"{RESULTS}/table1.tex", config=CONFIG).jobs == []
    project.edit(CONFIG, "jets: 2", "jets: 1")
    plan = project.plan(f"{RESULTS}/table1.tex", config=CONFIG)
    assert plan.places("represent") == [("drawn", "32")]
    assert plan.of("representation") == {"drawn"}


def test_events_with_too_few_jets_stop_the_job_that_needs_them(made, tmp_path):
    project = made.copy(tmp_path / "project")
    project.edit(CONFIG, "jets: 2", "jets: 2\n  exact_jets: true")
    done = project.snakemake("--cores", "1", f"{RESULTS}/inputs/drawn/c32.safetensors", config=CONFIG, check=False)
    assert "jets, and exact_jets asks for 2" in done.stdout
    assert "Traceback" not in done.stdout
