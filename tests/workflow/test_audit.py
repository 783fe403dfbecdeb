"""`make audit`: from the records alone, what of a finished study is current, and what is to be made again."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter

import pytest
from study import ENVIRONMENT, Project

CELL = "cells/projection_y/c100/complex/seed20"


def audit(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/audit.py", *arguments, "--configfile", "config/electron_photon/test.yaml"]
    return subprocess.run(command, cwd=project.root, env=ENVIRONMENT, capture_output=True, text=True, check=False)


def states(done: subprocess.CompletedProcess[str]) -> dict[str, tuple[str, str]]:
    """State and reasons of each output, by its path in the folder of results."""
    lines = [re.fullmatch(r"(\S.*?) {2,}(\S+)(?:  \((.*)\))?", line) for line in done.stdout.splitlines()[:-1]]
    return {line[2]: (line[1], line[3] or "") for line in lines if line}


def test_finished_study_is_current_wherever_it_lies(project, tmp_path):
    done = audit(project)
    assert done.returncode == 0, done.stdout
    assert {state for state, _ in states(done).values()} == {"current"}
    outputs = [path for path in project.results.rglob("*") if path.is_file()]
    parts = [
        path.relative_to(project.results).parts[0] for path in outputs if not path.name.endswith("provenance.json")
    ]
    assert len(states(done)) == sum(part not in ("logs", "benchmarks") for part in parts)
    shutil.move(project.results, tmp_path / "moved")
    assert states(audit(project, str(tmp_path / "moved"))) == states(done)


def test_what_differs_is_named(project):
    project.edit("config/electron_photon/test.yaml", "- {name: complex,", "- {name: complex, optim_lr: 0.005,")
    project.edit("scripts/showergrid/representations/color.py", "\nclass ", "\n# A remark.\nclass ")
    with open(project.root / "envs/torch.txt", "a") as lock:
        lock.write("another==1.0\n")
    with open(project.results / "data/split.parquet", "a") as file:
        file.write(" ")
    (project.results / "data/own.txt").write_text("mine\n")
    record = project.results / "data/calibration.json.provenance.json"
    of_old = json.loads(record.read_text())
    of_old["environment"]["python"] = "3.10"
    record.write_text(json.dumps(of_old))
    done = audit(project)
    assert done.returncode == 1
    known = states(done)
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert known["data/calibration.json"] == (
        "stale",
        f"environment: Python 3.10 made it, and this is {here}; input: data/split.parquet has changed",
    )
    state, reasons = known[f"{CELL}/model.safetensors"]
    assert state == "stale"
    assert reasons == (
        "configuration: model.training.optim_lr was 0.001, is 0.005; environment: envs/torch.txt pins others; "
        "input: data/split.parquet has changed"
    )
    image = known["inputs/color_y/c200.safetensors"]
    assert image[0] == "stale"
    assert image[1].startswith("code: scripts/showergrid/representations/color.py has changed")
    assert known["table1.tex"][0] == "stale"
    assert known["data/split.parquet"] == (
        "damaged",
        "is not the file that data/split.parquet.provenance.json tells of",
    )
    assert known["data/own.txt"] == ("without a record", "")
    assert known["data/hits.parquet"] == ("current", "")
    assert known["inputs/projection_y/c100.calibration.json"][0] == "stale"  # of the training events
    counted = Counter(state for state, _ in known.values())
    assert done.stdout.splitlines()[-1].endswith(
        f": {counted['current']} current, {counted['stale']} stale, 1 damaged, 1 without a record"
    )


def test_what_is_forgotten_is_made_again_without_snakemakes_memory_too(project):
    project.edit("config/electron_photon/test.yaml", "- {name: complex,", "- {name: complex, optim_lr: 0.005,")
    planned = project.plan().rules
    shutil.rmtree(project.root / ".snakemake")
    done = audit(project, "--forget")
    assert done.returncode == 0, done.stdout
    assert not (project.results / CELL / "model.safetensors").exists()
    assert not (project.results / CELL / "train.provenance.json").exists()
    assert (project.results / "inputs/projection_y/c100.safetensors").exists()
    project.snakemake("--cores", "1", "--touch")
    assert project.plan().rules == planned


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], ["nowhere", "no such folder"]),
        (["--config", "bootstrap={resamples: x}"], ["bootstrap.resamples", "valid integer"]),
        (["--config", "bootstrap"], ["--config", "name=value"]),
    ],
)
def test_wrong_arguments_are_refused_in_one_line(finished, arguments, words):
    done = audit(finished, *arguments)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert [word for word in words if word not in line] == [], line
