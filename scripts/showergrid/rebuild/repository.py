"""The git repository of the project: its commit, what differs from it, and its history as one file."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from showergrid.core.errors import InputError


@dataclass(frozen=True)
class State:
    """A commit, its time [s since 1970], and the files of the working tree that differ from it or are not in it."""

    commit: str
    time: int
    changes: tuple[str, ...]


def state(root: Path) -> State:
    """The state of the repository whose working tree is `root`.

    Raises:
        InputError: there is no git, no repository, no commit, or not the whole history.
    """
    if _git(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise InputError("the git history is not whole, so it can't be archived; get the rest: git fetch --unshallow")
    commit, time = _git(root, "show", "--no-patch", "--format=%H %ct", "HEAD").decode().split()
    status = _git(root, "--no-optional-locks", "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
    return State(commit, int(time), tuple(sorted(entry[3:].decode() for entry in status.split(b"\0") if entry)))


def files(root: Path) -> list[str]:
    """The files of the working tree that git knows or would know, sorted: all but the ignored and the deleted ones."""
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").decode().split("\0")
    return sorted({name for name in listed if name and (root / name).is_file()})


def bundle(root: Path, commit: str) -> bytes:
    """A git bundle of `commit` and its history, to clone from: the same bytes however the repository is packed.

    `git bundle` reuses the deltas that the repository happens to hold; here one thread computes them anew.
    The format: https://git-scm.com/docs/gitformat-bundle.
    """
    objects = _git(root, "rev-list", "--objects", "--topo-order", commit)
    pack = _git(
        root,
        "pack-objects",
        "--stdout",
        "--quiet",
        "--threads=1",
        "--window=10",
        "--depth=50",
        "--compression=9",
        "--no-reuse-delta",
        "--no-reuse-object",
        "--delta-base-offset",
        stdin=objects,
    )
    return f"# v2 git bundle\n{commit} HEAD\n{commit} refs/heads/main\n\n".encode() + pack


def _git(root: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    try:
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", str(root), *arguments],
            input=stdin,
            capture_output=True,
            check=True,
        )
    except FileNotFoundError:
        raise InputError("git is missing, and an archive holds the commit that it is made at; install git") from None
    except subprocess.CalledProcessError as error:
        reason = " ".join(error.stderr.decode(errors="replace").split())
        raise InputError(f"an archive holds the commit that it is made at, but git says: {reason}") from None
    return done.stdout
