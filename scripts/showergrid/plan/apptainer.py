"""What a job in a container sees of the host, which is as little as possible.

Apptainer reads its options from environment variables of its own, so that nothing is added to a command line, and each
process of Snakemake, on whichever node, sets them anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from showergrid.core.errors import InputError

PASSED = ("CUDA_VISIBLE_DEVICES", "SLURM_JOB_ID", "SLURM_NODELIST")  # which GPU, and what provenance records
# Other variables that were set for containers change what a job sees; these only say where Apptainer keeps its files
KEPT = re.compile(r"^(APPTAINER|SINGULARITY)_(CACHEDIR|TMPDIR|CONFIGDIR)$")
NVIDIA = Path("/dev/nvidiactl")


def prepare(
    environ: MutableMapping[str, str], folder: Path, project: Path, config: Mapping[str, Any], devices: Iterable[str]
) -> None:
    """Set in `environ` what the containers of a study see.

    That is the working directory `folder`, which Snakemake binds as their home, and nothing of the user's own home; the
    folder of the results, the files and folders that `config` names and the `project`, if these are outside `folder`;
    the variables PASSED; and the driver of the GPU, if one of `devices` (auto, cpu, cuda) asks for it.

    Raises:
        InputError: `folder` is another one than the project, which its jobs only read, and it or the results are in it.
    """
    results = Path(config["results"])
    if not os.path.samefile(folder, project):
        for path in (folder, folder / results):
            if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(project)):
                raise InputError(
                    f"{path}: is inside the project, which is read-only in containers; work in the project itself, "
                    "or with folder and results outside it"
                )
    for name in [name for name in environ if re.match("APPTAINER|SINGULARITY", name) and not KEPT.match(name)]:
        del environ[name]
    for name in PASSED:
        if name in environ:
            environ[f"APPTAINERENV_{name}"] = environ[name]
    environ |= {"APPTAINER_CONTAINALL": "1", "APPTAINER_CLEANENV": "1"}
    read = {Path(text) for text in _texts(config) if os.path.exists(folder / text)} - {results}
    written_to = [f"{real}:{name}" for real, name in _outside(folder, [results])]
    read_only = [_read_only(real, name) for real, name in _outside(folder, [*sorted(read), project])]
    if written_to:
        environ["APPTAINER_BIND"] = ",".join(written_to)
    if read_only:
        environ["APPTAINER_MOUNT"] = "\n".join(dict.fromkeys(read_only))
    if "cuda" in devices or ("auto" in devices and NVIDIA.exists()):
        environ["APPTAINER_NV"] = "1"


def _texts(value: Any) -> Iterator[str]:
    """Every text in a configuration; one that names an existing file counts as a path, whatever the schema says."""
    match value:
        case str():
            yield value
        case Mapping():
            for inner in value.values():
                yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)


def _outside(folder: Path, paths: Iterable[Path]) -> Iterator[tuple[Path, Path]]:
    """The real path of each path, with each of its names that is outside `folder`: the real one and its own."""
    for path in paths:
        real, named = Path(os.path.realpath(folder / path)), Path(os.path.abspath(folder / path))
        for name in dict.fromkeys((real, named)):
            if not name.is_relative_to(folder):
                yield real, name


def _read_only(real: Path, name: Path) -> str:
    """A read-only mount as Apptainer reads it: the fields of a CSV line, so that any name is possible."""
    source, target = (str(path).replace('"', '""') for path in (real, name))
    return f'type=bind,"src={source}","dst={target}",ro'
