"""How long the jobs of a study took, from Snakemake's benchmarks, and what they ran on, from their records."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from showergrid.core.errors import InputError
from showergrid.report.data.machines import origins
from showergrid.report.formats.html import markdown_table
from showergrid.report.formats.markdown import escape


@dataclass(frozen=True)
class Runtime:
    """One job: wall time [s], CPU time of all cores [s] and largest resident memory [MB]; None where not measured."""

    rule: str
    job: str
    seconds: float
    cpu: float | None
    memory: float | None


def read_runtimes(folder: Path) -> list[Runtime]:
    """The benchmarks below `folder`, where a rule with one job has a file and a rule with many jobs a folder.

    Raises:
        InputError: a file is no benchmark.
    """
    runtimes = []
    for path in sorted(folder.rglob("*.tsv")):
        place = path.relative_to(folder).with_suffix("")
        rule, job = place.parts[0], "/".join(place.parts[1:])
        try:
            with open(path, newline="") as file:
                for row in csv.DictReader(file, delimiter="\t"):
                    numbers = [_number(row[name]) for name in ("cpu_time", "max_rss")]
                    runtimes.append(Runtime(rule, job, float(row["s"]), *numbers))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path}: is no benchmark of Snakemake ({error}); delete it") from None
    return runtimes


def runtimes_page(jobs: Sequence[Runtime], records: Iterable[Mapping[str, Any]]) -> str:
    """The page in Markdown: each rule, the longest first, and what the records say of software and machines."""
    rules = sorted(
        {job.rule for job in jobs}, key=lambda rule: (-sum(job.seconds for job in jobs if job.rule == rule), rule)
    )
    rows = [_row(escape(rule), [job for job in jobs if job.rule == rule]) for rule in rules]
    heads = ["rule", "jobs", "mean [s]", "longest [s]", "total [s]", "CPU time [s]", "most memory [MB]"]
    told = [[escape(name), ", ".join(f"`{value}`" for value in values)] for name, values in origins(records).items()]
    return (
        "How long each rule took, by the clock; jobs run beside each other, so that the sum is not what one waits."
        f"{markdown_table([escape(head) for head in heads], *rows, _row('all', jobs))}"
        "On what it ran, from the records beside the results."
        f"{markdown_table(['', 'each value once'], *told)}"
    )


def _row(name: str, jobs: Sequence[Runtime]) -> list[str]:
    seconds = [job.seconds for job in jobs]
    cpu = [job.cpu for job in jobs if job.cpu is not None]
    memory = [job.memory for job in jobs if job.memory is not None]
    numbers = [
        sum(seconds) / len(jobs),
        max(seconds),
        sum(seconds),
        sum(cpu) if cpu else None,
        max(memory, default=None),
    ]
    return [name, str(len(jobs)), *("" if number is None else f"{number:.0f}" for number in numbers)]


def _number(text: str) -> float | None:
    """A number of a benchmark; None where a job ended too soon for it to be measured."""
    return None if text in ("NA", "-", "") else float(text)
