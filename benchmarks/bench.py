"""All benchmarks that live, one after the other, some several times: one table with spreads, and a file of it.

python benchmarks/bench.py [images plan] [--runs 3] [--output results/benchmarks.json]

Each compares with baselines that it runs itself, in turn. The first makes the default study in a folder of its own,
whose hits and voxels others take; it is run before these, named or not. Of several runs of a benchmark the table shows
the median of each figure, the smallest and the largest.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
HITS, VOXELS = "results/data/hits.parquet", "results/inputs/voxels/c1000.safetensors"


@dataclass(frozen=True)
class Benchmark:
    """A command of benchmarks/, run `runs` times at most; {study} in it is the folder of the default study."""

    command: tuple[str, ...]
    runs: int


BENCHMARKS = {
    "overhead": Benchmark(("overhead.py", "--folder", "{study}"), 1),
    "images": Benchmark(("images.py", "--hits", f"{{study}}/{HITS}"), 3),
    "ingest": Benchmark(("ingest.py", "--layouts", "parquet", "hdf5", "csv", "root"), 1),
    "simulate": Benchmark(("simulate.py", "--events", "50"), 3),
    "plan": Benchmark(("plan.py", "--cells", "40", "1000"), 3),
    "sparse": Benchmark(("sparse.py", f"{{study}}/{VOXELS}"), 2),
    "dense": Benchmark(("dense.py",), 3),
}


@dataclass(frozen=True)
class Figure:
    """A number that a benchmark prints, in each of its runs."""

    benchmark: str
    row: str
    column: str
    runs: tuple[float, ...]

    @property
    def line(self) -> str:
        """Its line of the table."""
        spread = "".join(f"{f(self.runs):>12.4g}" for f in (median, min, max))
        return f"{self.benchmark:10}{self.row:30}{self.column:20}{spread}{len(self.runs):>6}"


def printed(text: str) -> Iterator[tuple[str, str, float]]:
    """Row, column and number of the tables that a benchmark prints, whose columns end where their headings do.

    Tables are apart by an empty line. A row begins with its name, numbers follow; other lines are left out. Further
    rows of a name are numbered.
    """
    for table in text.strip().split("\n\n"):
        heading, *lines = table.splitlines()
        rows = [(line, _numbers(line)) for line in lines]
        columns = len(rows[0][1])
        names: Counter[str] = Counter()
        for line, numbers in rows:
            if len(numbers) < columns:
                continue
            name = line[: numbers[-columns].start()].strip()
            names[name] += 1
            begin = len(name)
            for number in numbers[-columns:]:
                # The heading of the first column is behind that of the names
                column = re.split(r"\s{2,}", heading[begin : number.end()].strip())[-1]
                begin = number.end()
                if number[0] != "nan":
                    yield name if names[name] == 1 else f"{name} ({names[name]})", column, float(number[0])


def _numbers(line: str) -> list[re.Match[str]]:
    """The numbers at the end of a line, whose first word is none of them."""
    words = list(re.finditer(r"\S+", line))[1:]
    after = takewhile(lambda word: re.fullmatch(r"nan|-?[0-9.]+(e[+-]?[0-9]+)?", word[0]), reversed(words))
    return list(after)[::-1]


def ordered(names: Sequence[str]) -> list[str]:
    """The benchmarks to run: those of `names`, and first the one that makes the study, if any of them takes it."""
    taking = [name for name in names if any("{study}" in word for word in BENCHMARKS[name].command)]
    return list(dict.fromkeys(["overhead", *names] if taking else names))


def run(name: str, study: Path, runs: int) -> list[Figure]:
    """The figures of a benchmark in all its runs, in the order of its table."""
    benchmark = BENCHMARKS[name]
    script, *options = (word.format(study=study) for word in benchmark.command)
    told: dict[tuple[str, str], list[float]] = {}
    for _ in range(min(runs, benchmark.runs)):
        command = [sys.executable, ROOT / "benchmarks" / script, *options]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        print(done.stdout, file=sys.stderr, flush=True)
        for row, column, number in printed(done.stdout):
            told.setdefault((row, column), []).append(number)
    return [Figure(name, *place, tuple(numbers)) for place, numbers in told.items()]


def machine() -> dict[str, str | int | float]:
    """What the figures are of: processor, cores, and how many processes ran just before."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {"cpu": model[1] if model else "unknown", "cores": os.cpu_count() or 0, "load before": os.getloadavg()[0]}


def main(arguments: argparse.Namespace) -> None:
    """Run the benchmarks, print the table and write it."""
    about = machine()
    with tempfile.TemporaryDirectory() as study:
        figures = [figure for name in ordered(arguments.names) for figure in run(name, Path(study), arguments.runs)]
    print(f"{'benchmark':10}{'of':30}{'figure':20}{'median':>12}{'smallest':>12}{'largest':>12}{'runs':>6}")
    for figure in figures:
        print(figure.line)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    written = {"machine": about, "figures": [vars(figure) for figure in figures]}
    arguments.output.write_text(json.dumps(written, indent=1) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=list(BENCHMARKS), help=f"which of {', '.join(BENCHMARKS)}")
    parser.add_argument("--runs", type=int, default=3, help="runs of each at most")
    parser.add_argument("--output", type=Path, default=ROOT / "results/benchmarks.json", help="file to write")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.names if name not in BENCHMARKS]:
        parser.error(f"unknown benchmark {unknown[0]}; valid: {', '.join(BENCHMARKS)}")
    main(arguments)
