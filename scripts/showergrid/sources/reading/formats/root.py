"""ROOT files: a tree or RNTuple with one entry per hit, or one entry per event with branches that are lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import awkward as ak
import numpy as np
import uproot

from showergrid.core.errors import InputError
from showergrid.sources.reading.formats.chunk import Chunk, column_of, flattened, missing, parts, strided

BYTES_A_NUMBER = 8
TREES = ("TTree", "TNtuple", "TNtupleD", "ROOT::RNTuple")
Tree = uproot.TTree | uproot.behaviors.RNTuple.RNTuple


def chunks(path: Path, names: Sequence[str], table: str | None, rows: int) -> Iterator[Chunk]:
    """Yield the branches `names` of the tree `table`, by default the file's only one, about `rows` hits at a time.

    Raises:
        InputError: the file is damaged, it has no such tree or branch, or a branch holds something other than numbers.
    """
    try:
        # A memory map would count all that was read as used memory; a cache would keep it
        options = {"handler": uproot.MultithreadedFileSource, "num_workers": 1}
        with uproot.open(path, object_cache=None, array_cache=None, **options) as file:
            tree = _tree(file, table, path)
            yield from _entries(tree, names, rows, path)
    except InputError:
        raise
    except Exception as error:  # uproot raises many kinds of errors for damaged bytes
        raise InputError(
            f"{path}: cannot be read as ROOT ({type(error).__name__}); it is cut off or damaged, get it again"
        ) from error


def _tree(file: uproot.ReadOnlyDirectory, table: str | None, path: Path) -> Tree:
    trees = sorted({key.split(";")[0] for key, kind in file.classnames().items() if kind in TREES})
    if table is None and len(trees) == 1:
        return file[trees[0]]
    if table in trees:
        return file[table]
    if not trees:
        raise InputError(f"{path}: has no tree; give a file with one, of numbers or lists of numbers")
    wanted = f"there is no tree {table}" if table else "there are several trees"
    raise InputError(f"{path}: {wanted}; name one of {', '.join(trees)} as `table` in the column map")


def _entries(tree: Tree, names: Sequence[str], rows: int, path: Path) -> Iterator[Chunk]:
    wanted = parts(names)
    known = tree.keys(recursive=True)
    for part in wanted.values():
        if part.path not in known:
            raise missing(path, part.path, known)
    branches = sorted({part.path for part in wanted.values()})
    first = 0
    for arrays in _pieces(tree, branches, rows * len(branches) * BYTES_A_NUMBER) if tree.num_entries else ():
        lists, single = {}, {}
        for name, part in wanted.items():
            branch = arrays[part.path]
            if _is_list(branch, part.path, path):
                numbers, lengths = ak.to_numpy(ak.flatten(branch, axis=1)), ak.to_numpy(ak.num(branch, axis=1))
                numbers, lengths = strided(name, part, numbers, lengths, first, path)
                lists[name] = column_of(name, part, numbers, path), lengths
            else:
                single[name] = column_of(name, part, ak.to_numpy(branch), path)
        count = len(arrays[branches[0]])
        if lists:
            yield flattened(lists, single, first, path)
        else:
            yield Chunk(single, np.arange(first, first + count), entries=False)
        first += count


def _pieces(tree: Tree, branches: list[str], size: int) -> Iterator[dict[str, ak.Array]]:
    """Yield the branches of consecutive entries, about `size` bytes at a time."""
    if isinstance(tree, uproot.TTree):
        yield from tree.iterate(branches, step_size=f"{size} B", library="ak", how=dict)
        return
    # The iterator of an RNTuple would decompress a cluster anew for every piece of it
    for cluster in tree.cluster_summaries:
        begin, count = cluster.num_first_entry, cluster.num_entries
        whole = tree.arrays(branches, entry_start=begin, entry_stop=begin + count, library="ak", how=dict)
        step = max(1, count * size // max(1, sum(array.nbytes for array in whole.values())))
        for first in range(0, count, step):
            yield {name: array[first : first + step] for name, array in whole.items()}


def _is_list(branch: ak.Array, name: str, path: Path) -> bool:
    """Whether a branch holds a list of numbers per entry, not one number or a fixed count of them."""
    kind = branch.type.content
    inner = kind.content if isinstance(kind, ak.types.ListType) else kind
    numbers = inner.content if isinstance(inner, ak.types.RegularType) else inner
    if not isinstance(numbers, ak.types.NumpyType) or "__array__" in kind.parameters:
        raise InputError(
            f"{path}: branch {name} ({kind}) holds neither numbers nor lists of numbers; export it as such"
        )
    return isinstance(kind, ak.types.ListType)
