"""Searches in the workflow: tuned cells, what reruns, and a search killed in the middle."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from safetensors import safe_open
from study import ENVIRONMENT, Project

PLACES = ("projection_y/c100", "color_y/c100")
# One search is of the network alone, the other, by two workers, of its images too.
GRID = """
  - {representations: [projection_y, color_y], resolutions: [100], models: [simple@tuned], seeds: [19]}
"""
IMAGES = """
  - representation: color_y
    resolution: 100
    model: simple
    seeds: [19]
    sampler: grid
    pruner: median
    trials: 2
    seed: 1
    workers: 2
    space: {hue_span: {choices: [180, 300]}}
"""
TARGETS = [f"results-test/cells/{place}/simple@tuned/seed19/metrics.json" for place in PLACES]


@pytest.fixture(scope="module")
def searched(finished, tmp_path_factory) -> Project:
    """The study with its searches; do not change it: take `tuned`."""
    project = finished.copy(tmp_path_factory.mktemp("tuned") / "project")
    project.edit("config/electron_photon/test.yaml", "\n\nablations:", f"\n{GRID}\nablations:")
    project.edit("config/electron_photon/test.yaml", "\nexplanation:", f"{IMAGES}\nexplanation:")
    project.snakemake("--cores", "2", *TARGETS)
    return project


@pytest.fixture
def tuned(searched, tmp_path) -> Project:
    return searched.copy(tmp_path / "project")


def best(project: Project, place: str) -> dict:
    return yaml.safe_load((project.results / "tuning" / place / "simple/best.yaml").read_text())


@pytest.mark.parametrize("place", PLACES)
def test_a_tuned_cell_is_the_trial_that_was_best(searched, place):
    """The cell, trained apart from the search with the same seed, has the same validation accuracy."""
    trial = best(searched, place)
    cell = searched.results / "cells" / place / "simple@tuned/seed19"
    with open(cell / "history.csv", newline="") as file:
        assert max(float(row["val_accuracy"]) for row in csv.DictReader(file)) == trial["val_accuracy"]
    with safe_open(cell / "model.safetensors", framework="np") as model:
        told = json.loads(model.metadata()["showergrid"])
    used = told["representation"]["parameters"] | told["model"]["parameters"] | told["model"]["training"]
    assert {key: used[key] for key in trial["values"]} == trial["values"]


def test_images_of_a_search_are_those_of_its_values(searched):
    made_inputs = searched.results / "tuning/color_y/c100/simple/input.safetensors"
    value = best(searched, "color_y/c100")["values"]["hue_span"]
    record = json.loads(made_inputs.with_name("input.safetensors.provenance.json").read_text())
    job = {key: record[key] for key in ("rule", "wildcards", "config", "environment")}
    job["config"]["representation"]["parameters"]["hue_span"] = value
    job["config"] = {key: job["config"][key] for key in ("representation", "resolution")}
    data, made = searched.results / "data", searched.root.with_name("made")
    for command, files in (
        ("calibrate_inputs", {"split": data / "split.parquet", "calibration": data / "calibration.json"}),
        ("represent", {"calibration": made / "calibrate_inputs"}),
    ):
        files = {**files, "tables": data / "hits.parquet", "output": made / command, "provenance": made / "record"}
        options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
        line = [sys.executable, f"scripts/{command}.py", "--job", json.dumps(job), *options]
        subprocess.run(line, cwd=searched.root, check=True)
    assert (made / "represent").read_bytes() == made_inputs.read_bytes()
    assert (made / "calibrate_inputs").read_bytes() == made_inputs.with_name("input.calibration.json").read_bytes()


def test_every_job_leaves_a_record(searched):
    rules = {json.loads(path.read_text())["rule"] for path in searched.results.rglob("*provenance.json")}
    assert {"tune", "best", "tuned_inputs"} <= rules


def test_finished_search_plans_nothing(searched):
    assert searched.plan(*TARGETS).jobs == []


def test_another_space_plans_the_search_and_its_tuned_cells(tuned):
    tuned.edit("config/electron_photon/test.yaml", "optim_lr: {low: 1.0e-4,", "optim_lr: {low: 2.0e-4,")
    plan = tuned.plan(*TARGETS)
    assert dict(plan.rules) == {"tune": 1, "best": 1, "train": 1, "evaluate": 1}
    assert plan.of("representation") == {"projection_y"}
    assert plan.places("train") == [("projection_y", "100", "simple@tuned", "19")]


def test_the_same_best_values_train_nothing_again(tuned):
    """A plan for all includes what depends on `best`; once `best` alone has run and given the same, nothing is left."""
    tuned.edit("scripts/best.py", "\n\ndef main", "\n\n# A remark.\ndef main")
    assert {"best", "train"} <= set(tuned.plan(*TARGETS).rules)
    done = tuned.snakemake("--cores", "2", *[f"results-test/tuning/{place}/simple/best.yaml" for place in PLACES])
    assert done.stdout.count("(Rule: best)") == 2
    assert tuned.plan(*TARGETS).jobs == []


def test_other_best_values_train_the_tuned_cell_again(tuned):
    path = tuned.results / "tuning/projection_y/c100/simple/best.yaml"
    path.write_text(path.read_text().replace("batch_size: ", "batch_size: 1"))
    assert "train" in tuned.plan(*TARGETS).rules


def test_figures(tuned):
    folder = tuned.results / "tuning/projection_y/c100/simple/figures"
    tuned.snakemake(f"results-test/{folder.relative_to(tuned.results)}/history.pdf")
    assert sorted(path.name for path in folder.glob("*.pdf")) == [
        "history.pdf",
        "importances.pdf",
        "parallel.pdf",
        "parameters.pdf",
    ]


def test_a_place_without_a_search_is_refused_in_one_line(searched):
    done = searched.snakemake("--dry-run", "results-test/tuning/voxels/c100/simple/best.yaml", check=False)
    assert done.returncode != 0
    assert "tuning has no search of simple on voxels/c100" in done.stdout


def test_a_killed_search_ends_in_the_same_table(searched, tmp_path):
    """It gets SIGKILL as soon as the first trial is in the journal, while the second is under way."""
    table = searched.results / "tuning/projection_y/c100/simple/workers/0.csv"
    record = json.loads(table.with_name("0.csv.provenance.json").read_text())
    job = {key: record[key] for key in ("rule", "wildcards", "config", "environment")}
    files = {"inputs": "inputs/projection_y/c100.safetensors", "events": "data/events.parquet"}
    files = {name: searched.results / file for name, file in {**files, "split": "data/split.parquet"}.items()}
    files |= {"folder": tmp_path, "output": tmp_path / "0.csv", "provenance": tmp_path / "record.json"}
    options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    command = [sys.executable, "scripts/tune.py", "--worker", "0", "--job", json.dumps(job), *options]
    process = subprocess.Popen(command, cwd=searched.root, env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    while trials(tmp_path) < 1:
        assert process.poll() is None
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not files["output"].exists()
    before = trials(tmp_path)
    done = subprocess.run(command, cwd=searched.root, env=ENVIRONMENT, check=True, capture_output=True, text=True)
    assert f"trial {before + 1}/4:" in done.stderr
    assert f"trial {before}/4:" not in done.stderr  # what was done is not done again
    assert trials(tmp_path) == 4
    assert files["output"].read_bytes() == table.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".journal") == ["0.csv", "record.json"]


def trials(folder: Path) -> int:
    """The number of trials in the journal of a folder."""
    return sum(path.read_bytes().count(b'"op_code":4') for path in folder.glob("*.journal"))
