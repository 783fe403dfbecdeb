"""Branches of the ROOT trees that generators write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import awkward as ak
import uproot

from showergrid.core.errors import InputError


def trees(path: Path) -> list[str]:
    """The names of the trees of a file.

    Raises:
        InputError: it is missing or damaged.
    """
    with _opened(path) as file:
        return sorted({name.split(";")[0] for name, kind in file.classnames().items() if kind == "TTree"})


def entries(path: Path, tree: str) -> int:
    """The number of entries of a tree.

    Raises:
        InputError: the file is missing or damaged.
    """
    with _opened(path) as file:
        return file[tree].num_entries


def branches(
    path: Path, tree: str, names: Sequence[str], optional: Sequence[str], first: int, stop: int
) -> dict[str, ak.Array]:
    """The branches `names`, and those of `optional` that are there, of the entries from `first` to before `stop`.

    Raises:
        InputError: the file is damaged, or has not all of `names`.
    """
    with _opened(path) as file:
        known = file[tree].keys(recursive=False)
        if missing := [name for name in names if name not in known]:
            raise InputError(f"{path}: its tree {tree} has no branch {missing[0]}; convert it again with all branches")
        wanted = [*names, *(name for name in optional if name in known)]
        return {name: _content(file[tree][name]).array(entry_start=first, entry_stop=stop) for name in wanted}


def _content(branch: uproot.TBranch) -> uproot.TBranch:
    """What holds the text of a branch of TObjString, which ROOT splits; any other branch itself."""
    parts = {part.name: part for part in branch.branches}
    return parts.get("fString", branch)


@contextmanager
def _opened(path: Path) -> Iterator[uproot.ReadOnlyDirectory]:
    try:
        with uproot.open(path, object_cache=None, array_cache=None) as file:
            yield file
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; correct neutrinos.interactions.files") from None
    except Exception as error:  # uproot raises many kinds of errors for damaged bytes
        raise InputError(
            f"{path}: cannot be read as ROOT ({type(error).__name__}); it is cut off or damaged, get it again"
        ) from error
