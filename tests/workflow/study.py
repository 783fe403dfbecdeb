"""A copy of the project in a folder of its own, and Snakemake run there as a user would."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from showergrid.core import code

ROOT = Path(__file__).parents[2]
HOST = "the-machine-of-the-tests"  # what the finished study takes for the machine's name
SNAKEMAKE = [sys.executable, "-m", "snakemake"]
ENVIRONMENT = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}


@cache
def warm_snakemake() -> subprocess.Popen[str]:
    """The process of warm_snakemake.py, which ends with the tests."""
    command = [sys.executable, Path(__file__).with_name("warm_snakemake.py")]
    return subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@dataclass(frozen=True)
class Project:
    """The project's files in `root`, with the tiny study of config/electron_photon/test.yaml."""

    root: Path

    @property
    def results(self) -> Path:
        return self.root / "results-test"

    def cell(self, representation: str, resolution: int, model: str, seed: int) -> Path:
        return self.results / "cells" / representation / f"c{resolution}" / model / f"seed{seed}"

    def snakemake(
        self,
        *arguments: str,
        config: str = "config/electron_photon/test.yaml",
        check: bool = True,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run Snakemake in the project; `stdout` of the answer is all that it prints, errors included.

        With `environment`, which is added to the one of the tests, Snakemake is started anew; else warm_snakemake.py
        runs it.
        """
        arguments = (*arguments, "--configfile", config)
        with tempfile.NamedTemporaryFile("r+") as printed:
            if environment is None:
                server = warm_snakemake()
                print(json.dumps([str(self.root), arguments, printed.name]), file=server.stdin, flush=True)
                status = int(server.stdout.readline())
            else:
                status = subprocess.run(
                    [*SNAKEMAKE, *arguments],
                    cwd=self.root,
                    env={**ENVIRONMENT, **environment},
                    stdin=subprocess.DEVNULL,
                    stdout=printed,
                    stderr=subprocess.STDOUT,
                    check=False,
                ).returncode
            printed.seek(0)
            done = subprocess.CompletedProcess(arguments, status, printed.read())
        if check and status:
            raise AssertionError(f"{' '.join(arguments)} failed:\n{done.stdout[-8000:]}")
        return done

    def plan(self, *arguments: str, config: str = "config/electron_photon/test.yaml") -> Plan:
        return Plan(self.snakemake("--dry-run", *arguments, config=config).stdout)

    def sources(self, job: Job) -> frozenset[str]:
        """The source files whose state is an input of a planned job."""
        states = [self.root / name for name in job.inputs if name.startswith(str(code.FOLDER))]
        return frozenset(name for state in states for name in code.listed(state))

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text()
        assert text.count(old) >= 1, f"{file} does not hold {old!r}"
        path.write_text(text.replace(old, new, 1))

    def copy(self, folder: Path) -> Project:
        """Copy the files with their times, and what Snakemake remembers of them."""
        subprocess.run(["cp", "-a", str(self.root), str(folder)], check=True)
        return Project(folder)


@dataclass(frozen=True)
class Job:
    """One job of a plan."""

    rule: str
    wildcards: dict[str, str]
    inputs: frozenset[str]

    @property
    def told(self) -> dict[str, str]:
        """Its wildcards, and of an input its representation and resolution."""
        representation, _, resolution = self.wildcards.get("input", "").partition("/c")
        place = {"representation": representation, "resolution": resolution}
        return {**self.wildcards, **{name: value for name, value in place.items() if value}}


@dataclass(frozen=True)
class Plan:
    """The jobs that a dry run announces."""

    text: str

    @cached_property
    def jobs(self) -> list[Job]:
        """All jobs but those of rules that only collect."""
        jobs = []
        for block in re.split(r"\n(?=(?:local)?rule )", self.text)[1:]:
            rule = re.match(r"(?:local)?rule (\w+):", block).group(1)
            lines = dict(re.findall(r"^ {4}(\w+): (.*)$", block, re.M))
            wildcards = [pair.split("=", 1) for pair in lines.get("wildcards", "").split(", ") if pair]
            inputs = frozenset(filter(None, lines.get("input", "").split(", ")))
            jobs.append(Job(rule, dict(wildcards), inputs))
        return [job for job in jobs if job.rule not in ("all", "data", "inputs", "cells", "figures")]

    @property
    def rules(self) -> Counter[str]:
        return Counter(job.rule for job in self.jobs)

    def of(self, wildcard: str) -> set[str]:
        """All values of a wildcard, of a representation or of a resolution among the planned jobs."""
        return {job.told[wildcard] for job in self.jobs if wildcard in job.told}

    def places(self, rule: str) -> list[tuple[str, ...]]:
        """Representation, resolution, model and seed of each job of a rule, as far as it has them."""
        names = ("representation", "resolution", "model", "seed")
        return [tuple(job.told[name] for name in names if name in job.told) for job in self.jobs if job.rule == rule]


def checkout(folder: Path) -> Project:
    """The project's files as they stand in the working tree, in a git repository of their own."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    git = ["git", "-C", str(folder), "-c", "user.name=test", "-c", "user.email=test@example.org"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "Start"], check=True)
    return Project(folder)


def outputs(results: Path) -> dict[str, bytes]:
    """Every output that must be the same each time: all but provenance, logs and benchmarks."""
    return {
        str(path.relative_to(results)): path.read_bytes()
        for path in sorted(results.rglob("*"))
        if path.is_file()
        and not path.name.endswith("provenance.json")
        and path.relative_to(results).parts[0] not in ("logs", "benchmarks")
    }
