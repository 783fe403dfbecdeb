"""A folder of results: the digests of its files, and the record of the job that made each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from showergrid.core.digests import sha256
from showergrid.core.errors import InputError
from showergrid.core.progress import progress

RECORD = "provenance.json"
# What is not compared: files that hold times, or the records of all others
APART = ("logs", "benchmarks", "benchmarks.json", "mlflow", "archive")
UNFINISHED = "checkpoint.pt"


@dataclass(frozen=True)
class RecordedJob:
    """The record of a job; `inputs` and `outputs` are digests by path below the study's folder.

    An input from elsewhere keeps the path that the job was given.
    """

    path: str
    record: Mapping[str, Any]
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]

    @property
    def rule(self) -> str:
        """The rule of the job."""
        return self.record["rule"]


@dataclass(frozen=True)
class Results:
    """A study's folder: `digests` of every output that is the same for the same work, and `jobs`, both by output."""

    folder: Path
    digests: Mapping[str, str]
    jobs: Mapping[str, RecordedJob]

    @property
    def cells(self) -> set[str]:
        """The folders of cells."""
        return {str(PurePosixPath(name).parent) for name in self.digests if is_of_cell(name)}


def is_of_cell(name: str) -> bool:
    """Whether a path below the study's folder is that of a file directly in the folder of a cell."""
    path = PurePosixPath(name)
    return path.parts[0] == "cells" and path.parent.name.startswith("seed")


def read_results(folder: Path) -> Results:
    """Digests of all outputs in a study's folder, and the records of their jobs.

    Raises:
        InputError: it is no folder of results, or a record in it is damaged.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; name the folder of a study's results")
    if (folder / "Snakefile").is_file():
        raise InputError(f"{folder}: is a project; name the folder of results in it, such as {folder / 'results'}")
    names = sorted(_names(folder))
    outputs = [name for name in names if not name.endswith(RECORD)]
    if not outputs:
        raise InputError(f"{folder}: holds no results; name the folder of a study's results")
    with ThreadPoolExecutor() as pool:
        checksums = pool.map(lambda name: sha256(folder / name), outputs)
        digests = dict(zip(outputs, progress(checksums, str(folder), "file", len(outputs)), strict=True))
    jobs = [_job(folder, name) for name in names if name.endswith(RECORD)]
    return Results(folder, digests, {output: job for job in jobs for output in job.outputs})


def _names(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        inner = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inner.parts)
        if inner.parts[0] not in APART and path.name != UNFINISHED and not hidden and path.is_file():
            yield inner.as_posix()


def _job(folder: Path, name: str) -> RecordedJob:
    """Read the record `name`; the path of an output beside it tells what path the job had for the study's folder."""
    try:
        record = json.loads((folder / name).read_text())
        inputs, outputs = (dict(_files(record[kind])) for kind in ("inputs", "outputs"))
        beside = PurePosixPath(name).parent
        # Figures may lie in a folder of the same name further in
        folders = (_above(PurePosixPath(path).parent, beside) for path in outputs)
        study = min((folder for folder in folders if folder is not None), key=lambda folder: len(folder.parts))
        return RecordedJob(name, record, _below(study, inputs), _below(study, outputs))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{folder / name}: is no record of a job; delete it to have it made again") from error


def _files(recorded: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for value in recorded.values():
        for file in value if isinstance(value, list) else [value]:
            yield file["path"], file["sha256"]


def _above(path: PurePosixPath, inner: PurePosixPath) -> PurePosixPath | None:
    """The folder below which `path` is `inner`, None if `path` does not end so."""
    count = len(inner.parts)
    if path.parts[len(path.parts) - count :] != inner.parts:
        return None
    return PurePosixPath(*path.parts[: len(path.parts) - count])


def _below(study: PurePosixPath, files: Mapping[str, str]) -> dict[str, str]:
    def inner(path: str) -> str:
        return str(PurePosixPath(path).relative_to(study)) if PurePosixPath(path).is_relative_to(study) else path

    return {inner(path): digest for path, digest in files.items()}
