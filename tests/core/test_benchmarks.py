"""Benchmarks at their smallest size, of which no other test runs them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "options", "lines"),
    [
        ("images", ["--events", "1"], 1 + 8 + 1 + 1 + 3),  # what is made; what is read
        ("ingest", ["--events", "400", "--layouts", "parquet"], 1 + 2),
        ("simulate", ["--events", "1"], 1 + 5),  # energies
    ],
)
def test_a_benchmark_prints_its_table(name, options, lines):
    command = [sys.executable, f"benchmarks/{name}.py", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert len(rows) == lines
    assert all(float(row[-1]) > 0 for row in rows[1:] if row and row[0] != "read")
