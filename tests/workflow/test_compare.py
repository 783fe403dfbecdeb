"""The finished study compared with copies of it: unchanged, and made again in another way."""

import json
import subprocess
import sys

import pytest

CELL = "cells/projection_y/c200/simple/seed19"


@pytest.fixture
def compare(finished):
    """Run the command on the finished study and another one."""

    def run(other) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "scripts/compare.py", finished.results, other.results]
        return subprocess.run(command, cwd=finished.root, capture_output=True, text=True, check=False)

    return run


def test_a_copy_is_the_same(project, compare):
    done = compare(project)
    assert done.returncode == 0
    assert "The same" in done.stdout


def test_threads_and_seeds_that_were_changed_are_named(project, compare):
    """One cell is made again with another number of threads, and its intervals from another seed."""
    project.edit("config/electron_photon/test.yaml", "  - name: simple\n", "  - name: simple\n    threads: 2\n")
    project.edit("config/config.yaml", "bootstrap: {seed: 1,", "bootstrap: {seed: 2,")
    project.snakemake("--cores", "2", f"results-test/{CELL}/metrics.json")
    made = {path.name for path in (project.results / CELL).glob("*.*")}
    done = compare(project)
    assert done.returncode == 1
    assert done.stderr == ""
    lines = [line.strip() for line in done.stdout.splitlines()]
    explained = next(line for line in lines if line.startswith("What may explain it"))
    assert {"configuration", "seed", "threads"} == set(explained.rstrip(".").split(": ")[1].split(", "))
    assert any(line.startswith("model.training.threads: 1 | 2 (") for line in lines)
    assert any(line.startswith("bootstrap: 1 | 2 (") for line in lines)
    assert any(line.startswith("torch: 1 | 2 (") for line in lines)
    cells = [line for line in lines if line.startswith("projection_y/")]
    assert [line.split(":")[0] for line in cells] == ["projection_y/c200/simple/seed19"]
    assert "all metrics lie within each other's intervals" in done.stdout
    assert {"model.safetensors", "metrics.json"} <= made


def test_a_cell_that_is_strict_is_told_by_its_record(project, compare):
    project.edit("config/electron_photon/test.yaml", "  - name: simple\n", "  - name: simple\n    strict: true\n")
    project.snakemake("--cores", "2", f"results-test/{CELL}/metrics.json")
    said = json.loads((project.results / CELL / "train.provenance.json").read_text())["determinism"]
    assert said["cpu_capability"] == "AVX2"
    assert said["ONEDNN_MAX_CPU_ISA"] == "AVX2"
    done = compare(project)
    assert "model.training.strict: False | True" in done.stdout
