"""What the records of a study's outputs say of them, held against what is there now, without Snakemake's memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from showergrid.core.digests import sha256
from showergrid.core.errors import InputError
from showergrid.plan import containers, jobs, locks
from showergrid.plan.config import PublishedNumbers
from showergrid.plan.steps import python, told_by
from showergrid.plan.study import Study
from showergrid.rebuild.compare import differing_values
from showergrid.rebuild.results import RecordedJob, Results

STATES = ("current", "stale", "damaged", "without a record")


@dataclass(frozen=True)
class Audited:
    """The state of one output, one of STATES, and the reasons that it is not current."""

    output: str
    state: str
    reasons: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """What the report says of it."""
        shown = [*self.reasons[:3], *([f"and {len(self.reasons) - 3} more"] if len(self.reasons) > 3 else [])]
        return f"{self.state:<16}  {self.output}" + (f"  ({'; '.join(shown)})" if shown else "")


@dataclass(frozen=True)
class Project:
    """What outputs are made from now: the study, the numbers that it compares with, and the folder of the code."""

    study: Study
    published: PublishedNumbers | None
    root: Path


def audit(results: Results, project: Project) -> list[Audited]:
    """The state of every output in a folder of results, sorted by path.

    An output is stale where the configuration, code, environment or inputs of its job differ from those of its record,
    or where it rests on an output that is not current.
    """
    recorded = {job.path: job for job in results.jobs.values()}
    damaged = {path: dict(_damage(job, results)) for path, job in recorded.items()}
    reasons = {path: tuple(_differences(job, results, project)) for path, job in recorded.items()}
    doubtful = {path for path in recorded if damaged[path] or reasons[path]}
    spread = doubtful
    while spread:  # to what rests on them
        outputs = {name: path for path in spread for name in recorded[path].outputs}
        spread = set()
        for path, job in recorded.items():
            if path not in doubtful and (beneath := sorted(job.inputs.keys() & outputs.keys())):
                reasons[path] = (f"input: {beneath[0]} is not current",)
                spread.add(path)
        doubtful |= spread
    audited = [Audited(name, STATES[3]) for name in results.digests.keys() - results.jobs.keys()]
    for path, job in recorded.items():
        broken = damaged[path]
        audited += [Audited(name, "damaged", (reason,)) for name, reason in broken.items()]
        why = (*(f"{name} of the same job is damaged" for name in broken), *reasons[path])
        state = "stale" if why else "current"
        audited += [Audited(name, state, why) for name in job.outputs if name not in broken]
    return sorted(audited, key=lambda entry: entry.output)


def forget(results: Results, audited: list[Audited]) -> list[str]:
    """Delete all outputs that are stale or damaged, each with its record, and return their paths in the folder."""
    removed = [entry.output for entry in audited if entry.state in ("stale", "damaged")]
    for name in removed:
        (results.folder / name).unlink(missing_ok=True)
        (results.folder / results.jobs[name].path).unlink(missing_ok=True)
    return removed


def _damage(job: RecordedJob, results: Results) -> Iterator[tuple[str, str]]:
    """The outputs of a job that are not as its record has them, and how."""
    for name, digest in job.outputs.items():
        if name not in results.digests:
            yield name, "is not there"
        elif results.digests[name] != digest:
            yield name, f"is not the file that {job.path} tells of"


def _differences(job: RecordedJob, results: Results, project: Project) -> Iterator[str]:
    """What of a job is another now."""
    yield from _configuration(job, project)
    for name, digest in job.record["code"].items():
        path = project.root / "scripts" / name
        if not path.is_file() or sha256(path) != digest:
            yield f"code: scripts/{name} has changed"
    yield from _environment(job.record["environment"], project.root)
    for name, digest in job.inputs.items():
        path = project.root / name
        now = results.digests.get(name) or (sha256(path) if path.is_file() else None)
        if now is None:
            yield f"input: {name} is not there"
        elif now != digest:
            yield f"input: {name} has changed"


def _configuration(job: RecordedJob, project: Project) -> Iterator[str]:
    try:
        told = jobs.job(project.study, job.rule, project.published, **told_by(job.record["wildcards"]))
    except InputError as error:
        yield f"configuration: {error}"
        return
    if told:  # else the files of the job decide alone
        for difference in differing_values("configuration", job.record["config"], json.loads(json.dumps(told))):
            yield f"configuration: {difference.name} was {_short(difference.one)}, is {_short(difference.other)}"


def _environment(recorded: dict[str, Any], root: Path) -> Iterator[str]:
    """Whether the lock, or the image of record, is another one than a job ran in."""
    if "container" in recorded:
        image = containers.lock(root).get(PurePosixPath(recorded["container"]).stem)
        if image is None or image.sha256 != recorded["sha256"]:
            yield f"environment: {recorded['container']} is another image"
    elif "lock" in recorded:
        lock = root / recorded["lock"]
        if not lock.is_file() or locks.digest(lock) != recorded["sha256"]:
            yield f"environment: {recorded['lock']} pins others"
        if recorded.get("python") != python():
            yield f"environment: Python {recorded.get('python')} made it, and this is {python()}"


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) < 60 else f"{text[:56]} ..."
