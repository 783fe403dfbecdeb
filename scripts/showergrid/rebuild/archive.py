"""The archive of a study: one file with the project as it was run and its results, the same for the same results.

Unpacked, it is a working copy of the project: code, configuration, locks, results and Snakemake's records of them are
where the workflow looks for them.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import stat
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import yaml

from showergrid.core import code
from showergrid.core.atomic import replacing
from showergrid.core.digests import Digest, digest, listing
from showergrid.core.errors import InputError
from showergrid.rebuild import crate, repository, snakemake_metadata
from showergrid.rebuild.page import page
from showergrid.rebuild.settings import ArchiveJob

FOLDER = "showergrid"  # folder in the archive that holds all members
SUMS = "SHA256SUMS"
PAGE = "README.html"
STUDY = "study.yaml"
BUNDLE = "showergrid.bundle"
ABSENT = "not-archived.sha256"
Members = dict[str, Path | bytes]  # name in the archive -> the file, or its content


def collect(root: Path, job: ArchiveJob, images: Sequence[Path], configs: Sequence[Path]) -> Members:
    """The members of the archive of the project in `root`.

    `images` are the container images, `configs` the configuration files as they were given.

    Raises:
        InputError: the results lie outside the project or were not made from the code and data that are there, or the
            working tree has changed since the archive was planned.
    """
    if PurePosixPath(job.results).is_absolute():
        raise InputError(
            f"results: {job.results}: an archive unpacks to any place, so the study's folder must be named from the "
            "project's root; a symbolic link there will do"
        )
    state = repository.state(root)
    changes = [name for name in state.changes if not name.startswith(f"{job.results}/")]
    if (state.commit, changes) != (job.commit, job.changes):
        raise InputError("the working tree changed since the archive was planned; call snakemake again")

    sources = [name for name in repository.files(root) if not name.startswith(f"{job.results}/")]
    records = snakemake_metadata.recall(root, job.files)
    members: Members = {name: root / name for name in [*sources, *job.files, *map(str, images)]}
    members |= {record.path: root / record.path for record in records.values()}
    used = {name: sha256 for record in records.values() for name, sha256 in record.inputs.items()}
    states = [name for name in used if PurePosixPath(name).is_relative_to(code.FOLDER)]
    members |= {name: root / name for name in states}
    if job.archive.data:
        kept = [name for name in used if not _outside(name) and not name.startswith(f"{job.results}/")]
        members |= {name: root / name for name in kept}
    for config in configs:
        if str(config) not in members:
            members[f"given/{config.name}"] = config
    members[STUDY] = yaml.safe_dump(job.study, sort_keys=True, allow_unicode=True, width=120).encode()
    members[BUNDLE] = repository.bundle(root, state.commit)
    absent = {PurePosixPath(name).name if _outside(name) else name: used[name] for name in used if name not in members}
    members[ABSENT] = listing(absent)

    digests = {name: digest(content) for name, content in members.items()}
    listed = {name: code.listed(root / name) for name in states}
    _check({name: _with_sources(record.inputs, listed) for name, record in records.items()}, digests)
    return _described(root, job, state.time, members, digests, len(absent))


def _outside(name: str) -> bool:
    """Whether a file of this name lies outside the project."""
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts


def _with_sources(inputs: dict[str, str], listed: Mapping[str, dict[str, str]]) -> dict[str, str]:
    """The digests of a job's inputs by name, and of the source files that the state of its code lists."""
    return {**inputs, **{name: sha256 for state in inputs for name, sha256 in listed.get(state, {}).items()}}


def _check(inputs: Mapping[str, Mapping[str, str]], digests: Mapping[str, Digest]) -> None:
    """Refuse results that were not made from the files that are archived beside them: `inputs` of each by name."""
    for output, made_of in sorted(inputs.items()):
        for name, sha256 in made_of.items():
            if name.endswith("provenance.json"):  # an input that must exist, whatever its content
                continue
            if name in digests and digests[name].sha256 != sha256:
                raise InputError(f"{name} has changed since {output} was made of it; run snakemake first")


def _described(
    root: Path, job: ArchiveJob, time: int, members: Members, digests: dict[str, Digest], absent: int
) -> Members:
    """The members, together with those that describe them: the page, the RO-Crate and the digests."""
    citation = yaml.safe_load((root / "CITATION.cff").read_text())
    provenance = {name: json.loads((root / name).read_text()) for name in job.files if name.endswith("provenance.json")}
    members[PAGE] = page(root, job, time, citation, provenance, digests, absent)
    digests[PAGE] = digest(members[PAGE])
    run = crate.WorkflowRun(
        start=min(record["start"] for record in provenance.values()),
        end=max(record["end"] for record in provenance.values()),
        description=f"snakemake --configfile {STUDY}, at commit {job.commit}"
        + (f", with changes in {', '.join(job.changes)}" if job.changes else ""),
        inputs={"study": STUDY, **_named(job, digests, "data/hits.parquet", "data/split.parquet")},
        outputs=_named(job, digests, *[name for name in _below(job) if "/" not in name and name.endswith(".tex")]),
    )
    snakemake = importlib.metadata.version("snakemake")
    told = {name: digests[name] for name in sorted(digests)}
    members[crate.NAME] = crate.describe(citation, job.commit, time, snakemake, run, {**told, SUMS: None})
    digests[crate.NAME] = digest(members[crate.NAME])
    members[SUMS] = listing({name: known.sha256 for name, known in digests.items()})
    return members


def _below(job: ArchiveJob) -> list[str]:
    """Paths of the study's archived files, relative to its folder."""
    return [name.removeprefix(f"{job.results}/") for name in job.files]


def _named(job: ArchiveJob, members: Mapping[str, Any], *names: str) -> dict[str, str]:
    """Paths of those of the study's files `names` that are archived, by file name without suffix."""
    paths = {PurePosixPath(name).stem: f"{job.results}/{name}" for name in names}
    return {stem: name for stem, name in paths.items() if name in members}


def write(path: Path, members: Members, time: int) -> None:
    """Write the members as one tar file, compressed with Zstandard; `time` [s since 1970] is the time of each.

    The digests come first, so that an archive that ends too early still tells what is missing.
    """
    first = [SUMS, PAGE]
    names = first + sorted(set(members) - set(first))
    with (
        replacing(path) as partial,
        pa.CompressedOutputStream(str(partial), "zstd") as stream,
        tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name in names:
            content = members[name]
            entry = tarfile.TarInfo(f"{FOLDER}/{name}")
            entry.mtime = time
            entry.mode = 0o644
            if isinstance(content, bytes):
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
                continue
            status = content.stat()
            entry.size = status.st_size
            if status.st_mode & stat.S_IXUSR:
                entry.mode = 0o755
            with open(content, "rb") as file:
                archive.addfile(entry, file)


def unpack(path: Path, folder: Path) -> Path:
    """Unpack an archive below `folder` and return the folder of its members.

    Raises:
        InputError: the file is no archive, or only a part of it can be read.
    """
    last = "none"
    try:
        with (
            pa.CompressedInputStream(str(path), "zstd") as stream,
            tarfile.open(fileobj=stream, mode="r|") as archive,
        ):
            for entry in archive:
                archive.extract(entry, folder, filter="data")
                last = entry.name
    except (OSError, EOFError, tarfile.TarError) as error:
        if last == "none":
            raise InputError(f"{path}: is no archive that can be read ({error})") from None
        raise InputError(
            f"{path}: is damaged or ends too early ({error}): {last} is its last whole file; copy it again"
        ) from None
    return folder / FOLDER
