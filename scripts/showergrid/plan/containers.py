"""The container images: what each is built from, what the lock says of it, and whether a file is that image.

containers/images.lock.yaml holds the images of record. If the same inputs give another image, because the mirrors now
have other versions of Debian's packages, containers/images.local.lock.yaml holds it instead on this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from showergrid.core.atomic import replacing
from showergrid.core.digests import sha256
from showergrid.core.errors import InputError, explain
from showergrid.core.settings import Settings
from showergrid.plan import locks

COMMON = ("data", "torch")  # images that every study needs; a source may add one
LOCK = "containers/images.lock.yaml"
LOCAL = "containers/images.local.lock.yaml"
DIGESTS = "containers/.digests.json"
# program -> its Debian package
PROGRAMS = {"apptainer": "apptainer", "mmdebstrap": "mmdebstrap", "mksquashfs": "squashfs-tools"}
HEADER = "# Images of this project. `make containers` writes this file.\n"


class Image(Settings):
    """A built image."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="of the image file")
    bytes: int = Field(gt=0, description="size of the image file")
    inputs: dict[str, str] = Field(description="files that it was built from -> SHA-256")
    tools: dict[str, str] = Field(description="programs that its bytes also depend on -> version")
    debian: dict[str, str] = Field(description="packages of Debian in it -> version")


def names(root: Path) -> list[str]:
    """The names of all images that can be built."""
    return sorted(path.parent.name for path in (root / "containers").glob("*/debian.txt"))


def file_of(name: str) -> str:
    """The path of the image `name`, below the project's folder."""
    return f"containers/{name}.sif"


def environment(root: Path, name: str) -> dict[str, str]:
    """The description of the image that a job runs in, which is checked to be the one of the lock.

    Raises:
        InputError: the image is missing, is not the one of the lock, or was built from other files.
    """
    file, remedy = file_of(name), "run: make containers"
    image = lock(root).get(name)
    if image is None:
        raise InputError(f"{LOCK}: says nothing of {file}; {remedy}")
    if not (root / file).is_file():
        raise InputError(
            f"{file} is not there; put the image of record there, {remedy}, or leave out "
            "--software-deployment-method apptainer"
        )
    now = inputs(root, name)
    if changed := sorted(path for path in now.keys() | image.inputs.keys() if now.get(path) != image.inputs.get(path)):
        raise InputError(f"{changed[0]} is not the one that {file} was built from; {remedy}")
    actual = digest(root, name)
    if actual != image.sha256:
        where = LOCAL if name in _read(root / LOCAL) else LOCK
        raise InputError(f"{file} has sha256 {actual}, and {where} says {image.sha256}; {remedy}")
    return {"container": file, "sha256": actual, "lock": f"envs/{name}.txt"}


def inputs(root: Path, name: str) -> dict[str, str]:
    """SHA-256 of every file of the project that the image is built from; of the lock, of what it pins."""
    folder = root / "containers"
    pinned = f"envs/{name}.txt"
    files = [
        *(folder / common for common in ("build.sh", "environment.sh", "sif.py")),
        *sorted((folder / name).iterdir()),
    ]
    return {pinned: locks.digest(root / pinned), **{str(file.relative_to(root)): sha256(file) for file in files}}


def lock(root: Path) -> dict[str, Image]:
    """The images that this machine is to use: those of record, or in their place its own.

    Raises:
        InputError: a lock is damaged.
    """
    return {**_read(root / LOCK), **_read(root / LOCAL)}


def digest(root: Path, name: str) -> str:
    """SHA-256 of an image file, computed again only if the file has changed.

    It is stored with the file's size, inode, modification time, and status-change time, which no program can set back.
    """
    path, store = root / file_of(name), root / DIGESTS
    status = path.stat()
    stamp = [status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns]
    try:
        known = json.loads(store.read_text())
    except (OSError, ValueError):
        known = {}
    if known.get(name, {}).get("stamp") == stamp:
        return known[name]["sha256"]
    hexdigest = sha256(path)
    with suppress(OSError), replacing(store) as partial:  # someone else's folder is read-only
        partial.write_text(json.dumps({**known, name: {"stamp": stamp, "sha256": hexdigest}}, indent=1) + "\n")
    return hexdigest


def update(root: Path, name: str, report: Callable[[str], None]) -> None:
    """Build an image unless it is up to date, and record it in the lock.

    If the lock has an image of the same inputs that differs from the new one, the new one goes into the local lock.

    Raises:
        InputError: a program that the build needs is missing, or the build fails.
    """
    record, local = _read(root / LOCK), _read(root / LOCAL)
    now, file = inputs(root, name), file_of(name)
    of_record = record[name] if name in record and record[name].inputs == now else None
    own = local.pop(name, None)
    here = digest(root, name) if (root / file).is_file() else None
    if of_record and here == of_record.sha256:
        _write(root / LOCAL, local)
        report(f"{file}: up to date, the image of record")
        return
    if own and own.inputs == now and here == own.sha256:
        report(f"{file}: up to date, built on this machine ({LOCAL})")
        return

    built = build(root, name, root / file)
    report(f"{file}: built, {built.bytes / 1e6:.0f} MB, sha256 {built.sha256}")
    record, local = _read(root / LOCK), _read(root / LOCAL)  # the other image may have been built meanwhile
    local.pop(name, None)
    if of_record is None:
        _write(root / LOCK, {**record, name: built})
        report(f"{LOCK}: written; commit it")
    elif of_record.sha256 == built.sha256:
        report(f"{file}: the image of record")
    else:
        local[name] = built
        report(f"{file}: not the image of record: {differences(of_record, built)}; written into {LOCAL}")
    _write(root / LOCAL, local)


def build(root: Path, name: str, target: Path) -> Image:
    """Build the image `name` into the file `target`, and test it.

    Raises:
        InputError: a program that the build needs is missing, or the build fails.
    """
    if missing := {program: package for program, package in PROGRAMS.items() if shutil.which(program) is None}:
        raise InputError(
            f"{file_of(name)}: building needs {', '.join(missing)} (packages of Debian: {' '.join(missing.values())}); "
            "install them, or put the image of record there"
        )
    made_from = inputs(root, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".building-", dir=target.parent) as folder:
        work = Path(folder)
        work.chmod(0o755)
        image = work / f"{name}.sif"
        _run(name, [str(root / "containers/build.sh"), name, folder], {**os.environ, "PYTHON": sys.executable})
        _run(name, ["apptainer", "test", "--containall", "--cleanenv", str(image)], os.environ.copy())
        built = Image(
            sha256=sha256(image),
            bytes=image.stat().st_size,
            inputs=made_from,
            tools=_versions(work / "tools.txt"),
            debian=_versions(work / "debian.txt"),
        )
        os.replace(image, target)
    return built


def differences(recorded: Image, built: Image) -> str:
    """The packages and tools that differ between two images of the same inputs."""
    changes = [
        f"{package} {before.get(package, 'absent')} -> {after.get(package, 'absent')}"
        for before, after in ((recorded.debian, built.debian), (recorded.tools, built.tools))
        for package in sorted(before.keys() | after.keys())
        if before.get(package) != after.get(package)
    ]
    return ", ".join(changes) or "the same versions of all packages gave other bytes"


def _run(name: str, command: list[str], variables: dict[str, str]) -> None:
    done = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        text = " ".join((done.stderr or done.stdout).split("\n")[-4:]).strip()
        raise InputError(f"{file_of(name)}: {Path(command[0]).name} fails: {text}")


def _versions(path: Path) -> dict[str, str]:
    """Versions by name, from a file with one pair per line."""
    return dict(line.split() for line in path.read_text().splitlines())


def _read(path: Path) -> dict[str, Image]:
    try:
        return TypeAdapter(dict[str, Image]).validate_python(yaml.safe_load(path.read_text()))
    except FileNotFoundError:
        return {}
    except ValidationError as error:
        raise InputError(f"containers/{path.name}: {explain(error)}; take it from git again, or delete it") from None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"containers/{path.name}: no YAML ({reason}); take it from git again, or delete it") from None


def _write(path: Path, images: dict[str, Image]) -> None:
    if not images:
        path.unlink(missing_ok=True)
        return
    text = yaml.safe_dump({name: image.model_dump() for name, image in images.items()}, sort_keys=True)
    with replacing(path) as partial:
        partial.write_text(HEADER + text)
