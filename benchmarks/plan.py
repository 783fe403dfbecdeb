"""Processor time [s] and peak memory [MB] of planning studies of many cells, of which nothing is made yet.

python benchmarks/plan.py [--cells 1000 5000] [--target cells]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SEEDS = 10  # of each place, as the cells of a place are few in a real study
MODELS = ["simple", "complex"]


@dataclass(frozen=True)
class Planned:
    """What one plan cost: processor time [s], peak memory [MB], and its number of jobs."""

    seconds: float
    megabytes: float
    jobs: int


def study(cells: int) -> str:
    """A configuration of at least so many cells: two representations and two networks, at so many resolutions."""
    representations = ["projection_y", "color_y"]
    resolutions = range(500, 500 + max(1, round(cells / (SEEDS * len(MODELS) * len(representations)))))
    block = {
        "table": "table_resolution",
        "representations": representations,
        "resolutions": list(resolutions),
        "models": MODELS,
        "seeds": list(range(SEEDS)),
    }
    reports = {"table_resolution": {"module": "resolution"}}
    return json.dumps({"results": "results", "reports": reports, "grid": [block], "ensembles": [], "ablations": []})


def plan(cells: int, target: str) -> Planned:
    """Plan such a study in a folder of its own, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "study.yaml").write_text(study(cells))
        command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--directory", folder]
        command += ["--dry-run", "--quiet", "rules", "--configfile", "study.yaml", "--", target]
        with open(Path(folder, "printed"), "w+") as printed:
            process = subprocess.Popen(command, cwd=folder, stdout=printed, stderr=subprocess.STDOUT)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            printed.seek(0)
            text = printed.read()
    if process.returncode:  # the reason is among what it printed
        raise SystemExit(text)
    jobs = int(re.search(r"^total +([0-9]+)$", text, re.M)[1])
    return Planned(used.ru_utime + used.ru_stime, used.ru_maxrss / 1000, jobs)


def main(arguments: argparse.Namespace) -> None:
    """Print one line for each size."""
    print(f"{'cells':>8}{'jobs':>8}{'CPU [s]':>10}{'memory [MB]':>14}")
    for cells in arguments.cells:
        planned = plan(cells, arguments.target)
        print(f"{cells:8}{planned.jobs:8}{planned.seconds:10.1f}{planned.megabytes:14.0f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, nargs="+", default=[40, 1000, 5000], help="numbers of cells")
    parser.add_argument("--target", default="cells", help="what is planned: a rule, or a file from the study's folder")
    main(parser.parse_args())
