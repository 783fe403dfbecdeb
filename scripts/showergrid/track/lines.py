"""What Snakemake prints of a call, with one line for each finished job in place of some ten."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

JOB = re.compile(r"(?:local)?rule (?P<rule>\w+):$")
FIELD = re.compile(r" {4}(?P<name>\w+): (?P<value>.*)$")
FINISHED = re.compile(r"Finished jobid: (?P<job>\d+) \(Rule: \w+\)$")
STEPS = re.compile(r"(?P<done>\d+) of (?P<steps>\d+) steps \(\d+%\) done$")
# All that is said of a call that goes well, but for the lines above, and the epochs of a training
USUAL = re.compile(
    r"$|Using |Nothing to be done|Config file |Assuming |SNAKEMAKE$|=+$|  [A-Z][\w ()]+: |Building DAG|Provided "
    r"|Rules claiming |Singularity |Job stats:|job +count$|-+ +-+$|\w+ +\d+$|Select jobs|Execute \d+ jobs|Storing "
    r"|\[.*\]$|Complete log|Elapsed time|.*: epoch \d+/\d+: "
)


@dataclass
class StartedJob:
    """A job that has begun: its rule, when that was [s], and what is said of it, by name."""

    rule: str
    began: float
    told: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its rule and the values of its wildcards."""
        wildcards = self.told.get("wildcards", "").split(", ")
        return " ".join([self.rule, *(pair.partition("=")[2] for pair in wildcards if pair)])


def shortened(lines: Iterable[str], clock: Callable[[], float] = time.monotonic) -> Iterator[str]:
    """Yield a line for each job that is finished, and all lines that say something else, such as an error.

    A job's line says how many of all are done, what it made, how long it took and, from the mean so far, the time left.
    """
    begin = clock()
    jobs: dict[str, StartedJob] = {}
    job = finished = None
    for line in lines:
        if match := JOB.match(line):
            job = StartedJob(match["rule"], clock())
        elif job and (match := FIELD.match(line)):
            job.told[match["name"]] = match["value"]
            jobs[job.told.get("jobid", "")] = job
        elif match := FINISHED.match(line):
            finished = jobs.get(match["job"])
        elif match := STEPS.match(line):
            done, steps = int(match["done"]), int(match["steps"])
            left = (clock() - begin) / done * (steps - done)
            if finished:
                took = clock() - finished.began
                yield f"{done:{len(str(steps))}}/{steps}  {finished.name}  ({_text(took)}; {_text(left)} left)"
            job = finished = None
        elif not USUAL.match(line):
            job = None
            yield line


def _text(seconds: float) -> str:
    """A time in words: seconds below two minutes, else minutes."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
