"""The benchmark of planning at its smallest size."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_it_tells_what_a_plan_of_some_cells_costs():
    command = [sys.executable, ROOT / "benchmarks/plan.py", "--cells", "40"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    head, line = printed.splitlines()
    assert head.split()[:2] == ["cells", "jobs"]
    cells, jobs, seconds, megabytes = map(float, line.split())
    of_data = 10 + 3  # shards, and gather, split, calibrate
    of_inputs = 2 * 2  # calibrated and made
    assert (cells, jobs) == (40, of_data + of_inputs + 2 * 40 + 1)
    assert 0 < seconds < 600
    assert megabytes > 10
