"""What a study costs beside its trainings: time [s] and CPU time [s] by rule, and of the whole.

python benchmarks/overhead.py [--folder FOLDER] [--cores 2]
python benchmarks/overhead.py --results results

The first makes the default study from nothing in a folder, as make table1 does, and measures it; what its jobs do not
take are the plans and the starts of jobs. The second tells of a study that is finished. The last column is the share of
the CPU time of the trainings.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("data", "inputs", "cells", "results/table1.tex")  # those of make table1


@dataclass(frozen=True)
class Cost:
    """Jobs, and the sums of their seconds and of their CPU seconds."""

    jobs: int
    seconds: float
    cpu: float


def jobs_of(results: Path) -> dict[str, Cost]:
    """What the jobs of each rule took, as Snakemake noted it."""
    measured: dict[str, list[tuple[float, float]]] = {}
    folder = results / "benchmarks"
    for path in sorted(folder.rglob("*.tsv")):
        with open(path, newline="") as file:
            taken = [(float(row["s"]), float(row["cpu_time"])) for row in csv.DictReader(file, delimiter="\t")]
        measured.setdefault(path.relative_to(folder).parts[0].removesuffix(".tsv"), []).extend(taken)
    return {
        rule: Cost(len(taken), *(sum(values) for values in zip(*taken, strict=True)))
        for rule, taken in measured.items()
    }


def make(folder: Path, cores: int) -> Cost:
    """Make the default study in `folder`; its seconds and CPU seconds, Snakemake's own included."""
    before, start = os.times(), time.perf_counter()
    for stage in STAGES:
        command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--directory", folder]
        command += ["--cores", str(cores), "--quiet", "rules", "host", "--", stage]
        subprocess.run(command, check=True, stdout=sys.stderr)
    after = os.times()
    cpu = sum(getattr(after, kind) - getattr(before, kind) for kind in ("children_user", "children_system"))
    return Cost(len(STAGES), time.perf_counter() - start, cpu)


def show(results: Path, whole: Cost | None) -> None:
    """Print what each rule took, the longest first, and the whole beside it."""
    rules = jobs_of(results)
    trainings = rules.pop("train")
    rows = {"trainings": trainings, **dict(sorted(rules.items(), key=lambda rule: -rule[1].cpu))}
    if whole:
        rows["plans, starts of jobs"] = Cost(whole.jobs, float("nan"), whole.cpu - sum(c.cpu for c in rows.values()))
        rows["whole study"] = whole
    print(f"{'rule':24} {'jobs':>6} {'time [s]':>9} {'CPU [s]':>9} {'/ trainings':>12}")
    for rule, cost in rows.items():
        print(f"{rule:24} {cost.jobs:6} {cost.seconds:9.1f} {cost.cpu:9.1f} {cost.cpu / trainings.cpu:12.3f}")


def main(arguments: argparse.Namespace) -> None:
    """Make the study if none is named, and tell of it."""
    if arguments.results:
        show(arguments.results, None)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        whole = make(folder, arguments.cores)
        show(folder / "results", whole)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, help="results of a finished study; left out: one is made")
    parser.add_argument("--folder", type=Path, help="where it is made and stays; left out: one that is deleted")
    parser.add_argument("--cores", type=int, default=2, help="cores that its jobs share")
    main(parser.parse_args())
