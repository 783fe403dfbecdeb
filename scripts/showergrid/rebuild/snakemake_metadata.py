"""Snakemake's records of the files that it made, from which it tells what a change makes out of date.

Snakemake 9.27 keeps one JSON file for each output in .snakemake/metadata, named by the Base64 of the output's path; a
name too long for the file system is cut into folders that begin with @. Nothing else in .snakemake decides a plan, but
the states of the code (core/code.py), which are inputs of the jobs.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from showergrid.core.errors import InputError

FOLDER = ".snakemake/metadata"


@dataclass(frozen=True)
class Record:
    """Snakemake's record of one output; `path` is that of the record, relative to the project's root."""

    path: str
    content: dict[str, Any]

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of each input file."""
        checksums = self.content["input_checksums"]
        return {name: checksums[name].removeprefix("sha256:") for name in self.content["input"] if name in checksums}


def recall(root: Path, outputs: list[str]) -> dict[str, Record]:
    """The records of `outputs` of the workflow run in `root`, and of all files that they were made from.

    The records of all outputs of a job are included, even if a file no longer exists: Snakemake sees that a job's
    configuration has changed only if it has the records of all its outputs.

    Raises:
        InputError: one of `outputs` has no record: the workflow did not make it, or .snakemake was deleted.
    """
    known = {
        _output(path, root / FOLDER): Record(str(path.relative_to(root)), json.loads(path.read_text()))
        for path in sorted((root / FOLDER).rglob("*"))
        if path.is_file()
    }
    if lost := [name for name in outputs if name not in known]:
        raise InputError(
            f"{lost[0]}: Snakemake has no record of making it ({len(lost)} of {len(outputs)} files have none), so the "
            "archive could not tell what a change makes out of date; delete it and run snakemake again"
        )
    together: dict[str, list[str]] = {}
    for name, record in known.items():
        together.setdefault(record.content["shellcmd"], []).append(name)
    records: dict[str, Record] = {}
    queue = list(outputs)
    while queue:
        name = queue.pop()
        if name in known and name not in records:
            records[name] = known[name]
            queue.extend(together[known[name].content["shellcmd"]])
            queue.extend(known[name].content["input"])
    return records


def _output(path: Path, folder: Path) -> str:
    """Path of the output that the record at `path` describes."""
    encoded = "".join(part.removeprefix("@") for part in path.relative_to(folder).parts)
    return base64.urlsafe_b64decode(encoded).decode()
