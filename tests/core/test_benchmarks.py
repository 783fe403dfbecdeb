"""Benchmarks at their smallest size, of which no other test runs them."""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "options", "lines"),
    [
        ("images", ["--events", "1"], 1 + 9 + 1 + 1 + 3),  # what is made; what is read
        ("dense", ["--models", "simple", "--events", "2", "--steps", "1"], None),  # a line more where there is bfloat16
        ("ingest", ["--events", "400", "--layouts", "parquet"], 1 + 2),
        ("simulate", ["--events", "1"], 1 + 5 + 2 + len({1, os.cpu_count()})),  # energies, processes
    ],
)
def test_a_benchmark_prints_its_table(name, options, lines):
    command = [sys.executable, f"benchmarks/{name}.py", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert len(rows) == lines or not lines
    assert all(float(row[-1]) > 0 for row in rows[1:] if row and row[0] not in ("read", "processes"))


def loaded(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / f"benchmarks/{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # data classes look for it there
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def results(tmp_path):
    """What Snakemake notes of the jobs of a study: seconds of two trainings and a split, too short for its samples."""
    for place, seconds, cpu in (("train/a", 10, 8), ("train/b", 30, 32), ("split", 2, "NA")):
        path = tmp_path / f"benchmarks/{place}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\th:m:s\tcpu_time\n{seconds}\t0:00:00\t{cpu}\n")
    return tmp_path


def test_all_are_run_again_and_again_into_one_table(results, capsys, monkeypatch):
    bench = loaded("bench")
    told = bench.Benchmark(("overhead.py", "--results", str(results)), 2)
    monkeypatch.setattr(bench, "BENCHMARKS", {"overhead": told})
    bench.main(argparse.Namespace(names=["overhead"], runs=3, output=results / "new/benchmarks.json"))
    figures = json.loads((results / "new/benchmarks.json").read_text())["figures"]
    assert len(figures) == 2 * 3  # rows, columns
    assert figures[-1] == {"benchmark": "overhead", "row": "split", "column": "/ trainings", "runs": [0.05, 0.05]}
    assert capsys.readouterr().out.splitlines()[-1].split() == [
        "overhead",
        "split",
        "/",
        "trainings",
        *["0.05"] * 3,
        "2",
    ]


def test_a_printed_table_is_read_by_its_headings():
    text = """\
energy [GeV]   Geant4  million hits/s
         0.1     0.72             1.5
0.08 to 2.27     3.33             nan
a line of words

read     ratio
color     5e-3
color      2.0
"""
    assert list(loaded("bench").printed(text)) == [
        ("0.1", "Geant4", 0.72),
        ("0.1", "million hits/s", 1.5),
        ("0.08 to 2.27", "Geant4", 3.33),
        ("color", "ratio", 0.005),
        ("color (2)", "ratio", 2.0),
    ]


def test_the_overhead_of_a_study_is_told_by_rule(results):
    command = [sys.executable, "benchmarks/overhead.py", "--results", results]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert [line.split() for line in done.stdout.splitlines()[1:]] == [
        ["trainings", "2", "40.0", "1.000"],
        ["split", "1", "2.0", "0.050"],
    ]


def test_the_overhead_is_what_trainings_leave_of_all_cores(results, capsys):
    overhead = loaded("overhead")
    overhead.show(results, overhead.Cost(4, 2 * 40.0))
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line]
    assert ["plans,", "starts,", "free", "cores", "4", "38.0", "0.950"] in rows
    assert rows[-1] == ["overhead", "0.500"]


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (["images"], ["overhead", "images"]),
        (["dense", "sparse", "overhead"], ["overhead", "dense", "sparse"]),
        (["plan", "dense"], ["plan", "dense"]),
    ],
)
def test_a_benchmark_has_the_study_that_it_reads(named, expected):
    assert loaded("bench").ordered(named) == expected


def test_an_unknown_benchmark_is_refused():
    done = subprocess.run(
        [sys.executable, "benchmarks/bench.py", "image"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("bench.py: error: unknown benchmark image; valid: overhead, images")
