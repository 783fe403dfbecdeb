"""Provenance: one record beside every output of what made it, written by every command in the same way."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

from showergrid.core.atomic import replacing
from showergrid.core.closure import closure
from showergrid.core.digests import sha256
from showergrid.core.errors import InputError

Files = dict[str, Path | list[Path]]


@dataclass(frozen=True)
class Content:
    """What a file held when it was looked at: its digest, and the marks by which the file system tells of a change."""

    sha256: str
    marks: tuple[int, ...]

    @classmethod
    def of(cls, path: Path) -> Content:
        """The content of the file at `path`."""
        marks = _marks(path)
        return cls(sha256(path), marks)

    def is_still_in(self, path: Path) -> bool:
        """Whether the file at `path` is there and holds the same; it is read again only if its marks are others."""
        return path.is_file() and (_marks(path) == self.marks or sha256(path) == self.sha256)


@dataclass(frozen=True)
class Job:
    """One run of one command: what it is to do, and when it started.

    sources: every source file below the command's folder, as it was when the job started; inputs: the files that the
    job reads, and read: what they held before.
    """

    rule: str
    wildcards: dict[str, str]
    config: dict[str, Any]
    environment: dict[str, Any]
    command: Path
    sources: dict[Path, Content]
    start: str = field(default_factory=lambda: _now())
    inputs: Files = field(default_factory=dict)
    read: dict[Path, Content] = field(default_factory=dict)

    def reads(self, inputs: Files) -> None:
        """Take the digests of the files that the job is about to read, and compare them with the records beside them.

        Raises:
            InputError: a file is not the one that a record beside it tells of.
        """
        self.inputs.update(inputs)
        paths = [path for value in inputs.values() for path in _paths(value)]
        recorded = {folder: _recorded(folder) for folder in {path.parent for path in paths}}
        for path in paths:
            if not path.is_file():
                continue  # the command says what is to be done about it
            self.read[path] = Content.of(path)
            for name, digest in recorded[path.parent].get(path.name, {}).items():
                if digest != self.read[path].sha256:
                    raise InputError(
                        f"{path}: is not the file that {path.with_name(name)} tells of: it was changed or replaced; "
                        "delete both to have them made again"
                    )

    def digest(self, modules: tuple[str, ...] = (), machine: bool = True) -> str:
        """One SHA-256 of all that decides the outputs: configuration, environment, code, inputs, instruction set.

        `machine`: whether the digest depends on the kind of CPU and GPU.
        """
        decisive = {
            "config": self.config,
            "environment": self.environment,
            "code": self._code(modules),
            "inputs": [self.read[path].sha256 for value in self.inputs.values() for path in _paths(value)],
            "packages": self._packages(),
            "determinism": _determinism(),
            **({"cpu": _cpu(), "gpu": _gpu()} if machine else {}),
        }
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()

    def _packages(self) -> dict[str, str]:
        """The packages of the job's lock that are installed; without a lock, all."""
        pinned = _pinned(self.environment, self.command.parent.parent)
        return {
            name: version for name, version in sorted(_installed()) if pinned is None or _normalised(name) in pinned
        }

    def _code(self, modules: tuple[str, ...]) -> dict[str, str]:
        scripts = self.command.parent
        files = closure(self.command, *modules)
        return {str(file.relative_to(scripts)): self.sources[file].sha256 for file in files}

    def finish(
        self,
        path: Path,
        outputs: Files,
        seeds: dict[str, int] | None = None,
        modules: tuple[str, ...] = (),
        counts: dict[str, Any] | None = None,
    ) -> None:
        """Write the record to `path`: digests of code, inputs and outputs, seeds, software, machine, times.

        `modules` are those that the command loaded by name (its representation, its model); `counts` tell what it read
        of its inputs and what it left out. Where code or inputs are
        no longer what they were at the start, nobody can say which of the two made the outputs, so these are deleted.

        Raises:
            InputError: a source file that the command needs, or an input, has changed since the job started.
        """
        files = [path for value in self.inputs.values() for path in _paths(value)]
        known = self.sources | self.read
        for file in [*closure(self.command, *modules), *files]:
            content = known.get(file)
            if content is None or not content.is_still_in(file):
                for output in [output for value in outputs.values() for output in _paths(value)]:
                    output.unlink(missing_ok=True)
                raise InputError(
                    f"{file}: changed while {self.rule or 'the job'} ran, so that its outputs may be of either version "
                    "and are deleted; run it again"
                )
        record = {
            "rule": self.rule,
            "wildcards": self.wildcards,
            "config": self.config,
            "seeds": seeds or {},
            "counts": counts or {},
            "environment": {**self.environment, "differs": _differences(self.environment, self.command.parent.parent)},
            "git": _git(self.command.parent),
            "code": self._code(modules),
            "inputs": _entries(self.inputs, {path: content.sha256 for path, content in self.read.items()}),
            "outputs": _entries(outputs, {path: sha256(path) for value in outputs.values() for path in _paths(value)}),
            "packages": self._packages(),
            "python": platform.python_version(),
            "os": _operating_system(),
            "cpu": _cpu(),
            "threads": _threads(),
            "gpu": _gpu(),
            "slurm": {
                name: os.environ[f"SLURM_{name}"] for name in ("JOB_ID", "NODELIST") if f"SLURM_{name}" in os.environ
            },
            "determinism": _determinism(),
            "host": platform.node(),
            "start": self.start,
            "end": _now(),
            "cpu_seconds": round(sum(os.times()[:4]), 2),  # of this process and those that it waited for
        }
        with replacing(path) as partial:
            partial.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")


class _WithoutPandas(PathFinder):
    """Finds all installed modules but pandas."""

    @classmethod
    def find_spec(cls, name: str, *where: Any) -> ModuleSpec | None:
        """Where the module of this name is; None if it is nowhere."""
        return None if name == "pandas" else super().find_spec(name, *where)


def start(text: str, command: str) -> Job:
    """The job described by the JSON `text` (rule, wildcards, config, environment), run by the script `command`.

    Pandas, if the job's lock does not pin it, is as absent as it is in a container of that lock: Arrow would import it
    wherever it is installed, which takes 0.3 s.

    Raises:
        InputError: `text` is not such a JSON object.
    """
    scripts = Path(command).parent
    try:
        told = json.loads(text)
        job = Job(
            rule=told.get("rule", ""),
            wildcards=told.get("wildcards", {}),
            config=told["config"],
            environment=told.get("environment", {}),
            command=Path(command),
            sources={path: Content.of(path) for path in scripts.rglob("*.py")},
        )
    except (ValueError, KeyError, AttributeError) as error:
        raise InputError(
            f'--job: expected a JSON object with the key "config" ({error}); a provenance file shows one'
        ) from None
    pinned = _pinned(job.environment, scripts.parent)
    if pinned is not None and "pandas" not in pinned:
        sys.meta_path[:] = [_WithoutPandas if finder is PathFinder else finder for finder in sys.meta_path]
    return job


def _paths(value: Path | list[Path]) -> list[Path]:
    return value if isinstance(value, list) else [value]


def _marks(path: Path) -> tuple[int, ...]:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _recorded(folder: Path) -> dict[str, dict[str, str]]:
    """By name of a file in `folder`, the digests that records in the same folder hold of it, by name of the record."""
    digests: dict[str, dict[str, str]] = {}
    for record in sorted(folder.glob("*provenance.json")):
        try:
            outputs = json.loads(record.read_text())["outputs"]
        except (ValueError, KeyError) as error:
            raise InputError(
                f"{record}: is no record ({error}); delete it and what it is of, to have both made again"
            ) from None
        for value in outputs.values():
            for entry in value if isinstance(value, list) else [value]:
                path = Path(entry["path"])
                if path.parent.name == folder.name:
                    digests.setdefault(path.name, {})[record.name] = entry["sha256"]
    return digests


def _entries(files: Files, digests: dict[Path, str]) -> dict[str, dict[str, str] | list[dict[str, str]]]:
    def entry(path: Path) -> dict[str, str]:
        return {"path": str(path), "sha256": digests[path]}

    return {
        name: [entry(path) for path in value] if isinstance(value, list) else entry(value)
        for name, value in files.items()
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _git(folder: Path) -> dict[str, Any]:
    """Commit and whether the tree differs from it; both null where there is no git or no repository."""

    def git(*arguments: str) -> str | None:
        if shutil.which("git") is None:
            return None
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() if done.returncode == 0 else None

    status = git("--no-optional-locks", "status", "--porcelain")
    return {"commit": git("rev-parse", "HEAD"), "dirty": None if status is None else bool(status)}


@functools.cache
def _installed() -> list[tuple[str, str]]:
    """Name and version of every installed package, from two lines of its metadata: parsing it all takes a second."""
    texts = [
        package.read_text("METADATA") or package.read_text("PKG-INFO") or ""
        for package in importlib.metadata.distributions()
    ]
    fields = [[re.search(rf"^{key}: *(.*?) *$", text, re.M) for key in ("Name", "Version")] for text in texts]
    return [(name[1], version[1]) for name, version in fields if name and version]


def _normalised(name: str) -> str:
    """A package's name as all spellings of it are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _pinned(environment: dict[str, Any], project: Path) -> dict[str, str] | None:
    """Name and version of every package of the lock; null where there is no lock to read."""
    lock = project / environment.get("lock", "")
    if not lock.is_file():
        return None
    pairs = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", lock.read_text(), re.M)
    return {_normalised(name): version for name, version in pairs}


def _differences(environment: dict[str, Any], project: Path) -> dict[str, dict[str, str | None]] | None:
    """Packages of the lock that are installed in another version or not at all; null where there is no lock to read."""
    pinned = _pinned(environment, project)
    if pinned is None:
        return None
    installed = {_normalised(name): version for name, version in _installed()}
    return {
        name: {"locked": version, "installed": installed.get(name)}
        for name, version in sorted(pinned.items())
        if installed.get(name) != version
    }


def _operating_system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        name = platform.system()
    return f"{name}, {platform.release()}, {platform.libc_ver()[0]} {platform.libc_ver()[1]}"


def _cpu() -> dict[str, Any]:
    """Model of the CPU, and the instruction sets that decide which kernels run."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return {"model": platform.processor(), "flags": []}
    model = re.search(r"^model name\s*:\s*(.*)$", text, re.M)
    flags = re.search(r"^flags\s*:\s*(.*)$", text, re.M)
    wanted = re.compile(r"sse4|avx|fma|amx|bf16|f16c")
    return {
        "model": model.group(1) if model else platform.processor(),
        "flags": sorted(flag for flag in (flags.group(1).split() if flags else []) if wanted.search(flag)),
    }


def _threads() -> dict[str, Any]:
    torch = sys.modules.get("torch")
    return {
        "torch": torch.get_num_threads() if torch else None,
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS"),
        "cpus": os.cpu_count(),
    }


def _gpu() -> dict[str, Any] | None:
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    driver = Path("/proc/driver/nvidia/version")
    return {
        "name": torch.cuda.get_device_name(),
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "driver": driver.read_text().splitlines()[0] if driver.exists() else None,
    }


def _determinism() -> dict[str, Any]:
    variables = ("PYTHONHASHSEED", "CUBLAS_WORKSPACE_CONFIG", "ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_CBWR")
    settings: dict[str, Any] = {name: os.environ.get(name) for name in variables}
    torch = sys.modules.get("torch")
    if torch:
        settings["deterministic_algorithms"] = torch.are_deterministic_algorithms_enabled()
        settings["cudnn_benchmark"] = torch.backends.cudnn.benchmark
        settings["float32_matmul_precision"] = torch.get_float32_matmul_precision()
        settings["cpu_capability"] = torch.backends.cpu.get_cpu_capability()
    return settings
