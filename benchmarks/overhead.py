"""What a study costs beside its trainings: wall time of the jobs of each rule, and of the whole.

python benchmarks/overhead.py [--folder FOLDER] [--cores 2]
python benchmarks/overhead.py --results results

The first makes the default study from nothing in a folder, as make table1 does, and measures it. The second tells of a
study that is finished. Each job has one core, as in the default study, so that its wall time is that of the core that
it takes, whether it computes or waits; it is what Snakemake notes, whose CPU time is sampled too seldom to be added up.
The whole study takes its wall time on each of the cores, of which the share beside the trainings is the overhead; what
its jobs do not take are plans, starts of jobs and cores without a job. Its CPU time is that of all its processes, which
the kernel counts.
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


@dataclass(frozen=True)
class Cost:
    """Jobs, and the seconds of cores that they take."""

    jobs: int
    seconds: float


def jobs_of(results: Path) -> dict[str, Cost]:
    """What the jobs of each rule took, as Snakemake noted it."""
    measured: dict[str, list[float]] = {}
    folder = results / "benchmarks"
    for path in sorted(folder.rglob("*.tsv")):
        with open(path, newline="") as file:
            seconds = [float(row["s"]) for row in csv.DictReader(file, delimiter="\t")]
        measured.setdefault(path.relative_to(folder).parts[0].removesuffix(".tsv"), []).extend(seconds)
    return {rule: Cost(len(seconds), sum(seconds)) for rule, seconds in measured.items()}


def make(folder: Path, cores: int) -> tuple[Cost, float]:
    """Make the default study in `folder`; what it takes of all cores, and its CPU seconds, Snakemake's own included."""
    before, start = os.times(), time.perf_counter()
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--directory", folder]
    command += ["--cores", str(cores), "--quiet", "rules", "host", "--", "results/table1.tex"]
    subprocess.run(command, check=True, stdout=sys.stderr)
    after = os.times()
    cpu = sum(getattr(after, kind) - getattr(before, kind) for kind in ("children_user", "children_system"))
    return Cost(1, cores * (time.perf_counter() - start)), cpu


def show(results: Path, whole: Cost | None) -> None:
    """Print what each rule took, the longest first, and the whole and the overhead beside it."""
    rules = jobs_of(results)
    trainings = rules.pop("train")
    rows = {"trainings": trainings, **dict(sorted(rules.items(), key=lambda rule: -rule[1].seconds))}
    if whole:
        unused = whole.seconds - sum(cost.seconds for cost in rows.values())
        rows["plans, starts, free cores"] = Cost(whole.jobs, unused)
        rows["whole study"] = whole
    print(f"{'rule':26} {'jobs':>6} {'core time [s]':>14} {'/ trainings':>12}")
    for rule, cost in rows.items():
        print(f"{rule:26} {cost.jobs:6} {cost.seconds:14.1f} {cost.seconds / trainings.seconds:12.3f}")
    if whole:
        print(f"\n{'share':26} {'of core time':>14}")
        print(f"{'overhead':26} {1 - trainings.seconds / whole.seconds:14.3f}")


def main(arguments: argparse.Namespace) -> None:
    """Make the study if none is named, and tell of it."""
    if arguments.results:
        show(arguments.results, None)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        whole, cpu = make(folder, arguments.cores)
        show(folder / "results", whole)
        print(f"\n{'all processes':26} {'CPU [s]':>14}\n{'study and Snakemake':26} {cpu:14.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, help="results of a finished study; left out: one is made")
    parser.add_argument("--folder", type=Path, help="where it is made and stays; left out: one that is deleted")
    parser.add_argument("--cores", type=int, default=2, help="cores that its jobs share")
    main(parser.parse_args())
