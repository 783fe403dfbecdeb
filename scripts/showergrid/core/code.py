"""The code of a step as one file among the inputs of its jobs, named by what the code is, not by when it was saved."""

from __future__ import annotations

import hashlib
import os
import re
from functools import cache
from pathlib import Path

from showergrid.core.closure import closure
from showergrid.core.digests import listing, sha256
from showergrid.core.errors import InputError

# Beside Snakemake's memory: without that, all code is new to the plan, and so everything is made again
FOLDER = Path(".snakemake/code")


@cache
def state(step: str, files: tuple[Path, ...], root: Path) -> Path:
    """The file that stands for `files`, the code of `step`, as they are now; it is made when such code is first seen.

    It lists them, named from `root`, with their digests as `sha256sum` does. Its path has the digest of that list, so
    that jobs see another input where any file has changed, and the one that they know where all are as they were. Each
    has a folder of its own, as Snakemake looks only once at what a folder holds.

    Raises:
        InputError: the file cannot be written.
    """
    text = listing({str(path.relative_to(root)): sha256(path) for path in files})
    path = FOLDER / hashlib.sha256(text).hexdigest()[:16] / f"{step}.sha256"
    if not path.is_file():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{os.getpid()}-{path.name}")  # two plans may see the same code at one time
            beside.write_bytes(text)
            beside.replace(path)
        except OSError as error:
            raise InputError(f"{error.filename}: cannot be written to ({error.strerror})") from None
    return path


@cache
def code_of(command: Path, *modules: str, others: tuple[Path, ...] = ()) -> Path:
    """The file that stands for the code of a command: its import closure, that of `modules`, and files `others`.

    The command is a script in a folder of the project's root.

    Raises:
        InputError: a source is not valid Python, or the file cannot be written.
    """
    return state(command.stem, (*closure(command, *modules), *others), command.parents[1])


def listed(path: Path) -> dict[str, str]:
    """The digests of the source files that the state at `path` stands for, by name from the project's root."""
    lines = re.findall(r"^([0-9a-f]{64})  (.+)$", path.read_text(), re.M)
    return {name: digest for digest, name in lines}
