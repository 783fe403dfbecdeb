"""HDF5 files: datasets, or a compound one, with a row per hit or lists per event, or flat hits with event offsets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import h5py
import numpy as np

from showergrid.core.errors import InputError
from showergrid.sources.reading.formats.arrays import Arrays, flat, one_length, with_offsets
from showergrid.sources.reading.formats.chunk import Chunk, Part, column_of, flattened, missing, parts, strided
from showergrid.sources.reading.settings import Key

SMALLEST_CACHE = 1 << 16  # bytes a dataset
INDEX = 1 << 19  # bytes cached of where the blocks of all datasets lie, which would else grow with the file
FIRST_ENTRIES = 32  # entries read first, to see how many hits an entry has

Column = tuple[h5py.Dataset, str | None]  # a dataset, or a field of a compound one


def chunks(path: Path, names: Sequence[str], table: str | None, event: Key, rows: int) -> Iterator[Chunk]:
    """Yield the columns `names`, about `rows` hits at a time.

    Args:
        path: file.
        names: columns, below `table` if one is given and the name does not start with a slash; a field of a compound
            dataset is named like a dataset in a group.
        table: group or compound dataset.
        event: its `offsets` or `counts`, if there are any, tell which of the flat hits are one event.
        rows: hits of one chunk.

    Raises:
        InputError: the file is damaged, a column is missing or holds no numbers, or its columns do not fit together.
    """
    try:
        wanted = parts(names)
        with h5py.File(path, "r") as file:
            cache = max(_chunk_bytes(_found(file, table, part.path, path)[0]) for part in wanted.values())
        # Rows are read once and in order, so a cache of one block per dataset is enough: the next rows are in it
        with h5py.File(path, "r", rdcc_nbytes=max(cache, SMALLEST_CACHE)) as file:
            _bound_index(file)
            places = {name: _found(file, table, part.path, path) for name, part in wanted.items()}
            if name := event.offsets or event.counts:
                dataset, field = _found(file, table, name, path)
                given = dataset[field] if field else dataset[()]
                yield from with_offsets(_columns(places), wanted, event, given, rows, path)
            elif any(_is_list(place) for place in places.values()):
                yield from _lists(places, wanted, rows, path)
            else:
                yield from flat(_columns(places), wanted, rows, path)
    except OSError as error:
        if "unable to lock file" in str(error):
            raise InputError(
                f"{path}: cannot be locked ({error}); close it in the program that writes it or, where the file system "
                "has no locks, set HDF5_USE_FILE_LOCKING=FALSE"
            ) from None
        raise InputError(f"{path}: cannot be read as HDF5 ({error}); it is cut off or damaged, get it again") from None
    except RuntimeError as error:
        raise InputError(f"{path}: cannot be read as HDF5 ({error}); correct its links, or get it again") from None


def _found(file: h5py.File, table: str | None, name: str, path: Path) -> Column:
    """Where a column is: a dataset, or a field of a compound dataset."""
    full = name.strip("/") if name.startswith("/") or table is None else f"{table.strip('/')}/{name}"
    if table is not None and table not in file:
        raise InputError(f"{path}: no table {table}; it has {_content(file)}; correct `table` in the column map")
    if isinstance(file.get(full), h5py.Dataset):
        return file[full], None
    if full in file and file.get(full) is None:
        raise InputError(f"{path}: {full} is a link to something that is not there; correct it, or name another column")
    above, _, field = full.rpartition("/")
    node = file[above] if above and above in file else file
    if isinstance(node, h5py.Dataset):
        if node.dtype.names and field in node.dtype.names:
            return node, field
        raise missing(path, full, [f"{above}/{member}" for member in node.dtype.names or ()])
    raise missing(path, full, [f"{above}/{member}" if above in file else member for member in node])


def _bound_index(file: h5py.File) -> None:
    config = file.id.get_mdc_config()
    config.set_initial_size = True
    config.initial_size = config.min_size = config.max_size = INDEX
    file.id.set_mdc_config(config)


def _chunk_bytes(dataset: h5py.Dataset) -> int:
    """Size of the blocks in which a dataset is stored, and perhaps compressed."""
    return int(np.prod(dataset.chunks)) * dataset.dtype.itemsize if dataset.chunks else 0


def _content(group: h5py.Group) -> str:
    return ", ".join(group) or "nothing"


def _is_list(place: Column) -> bool:
    """Whether each row holds a list of numbers (for HDF5, a text is one too)."""
    return isinstance(_list_type(place), np.dtype)


def _list_type(place: Column) -> np.dtype | None:
    """The type of the numbers in the lists of a column, as it is in the file; None where rows hold single values."""
    dataset, field = place
    return h5py.check_vlen_dtype(dataset.dtype[field] if field else dataset.dtype)


def _native(place: Column, numbers: np.ndarray) -> np.ndarray:
    """The numbers of lists: h5py 3 hands them over in the byte order of the file, and calls it that of the machine."""
    return numbers if _list_type(place).isnative else numbers.byteswap()


def _lists(places: dict[str, Column], wanted: dict[str, Part], rows: int, path: Path) -> Iterator[Chunk]:
    length = one_length(_columns(places).lengths, path)
    first, size = 0, FIRST_ENTRIES
    while first < length:
        last = min(first + size, length)
        lists, single = {}, {}
        for name, values in _read(places, first, last).items():
            if _is_list(places[name]):
                lengths = np.fromiter((row.size for row in values), np.int64, values.size)
                numbers = _native(places[name], np.concatenate(values))
                numbers, lengths = strided(name, wanted[name], numbers, lengths, first, path)
                lists[name] = column_of(name, wanted[name], numbers, path), lengths
            else:
                single[name] = column_of(name, wanted[name], values, path)
        chunk = flattened(lists, single, first, path)
        yield chunk
        # At most twice as many, since these few may have no hits
        size = min(2 * size, max(1, rows * (last - first) // max(1, chunk.origin.size)))
        first = last


def _columns(places: dict[str, Column]) -> Arrays:
    lengths = {name: dataset.shape[0] if dataset.shape else 0 for name, (dataset, _) in places.items()}
    return Arrays(lengths, lambda names, first, last: _read({name: places[name] for name in names}, first, last))


def _read(places: dict[str, Column], first: int, last: int) -> dict[str, np.ndarray]:
    """Rows of all columns, each dataset read once."""
    fields_of: dict[h5py.Dataset, dict[str, str | None]] = {}
    for name, (dataset, field) in places.items():
        fields_of.setdefault(dataset, {})[name] = field
    values: dict[str, np.ndarray] = {}
    for dataset, own in fields_of.items():
        fields = sorted({field for field in own.values() if field})
        read = dataset.fields(fields)[first:last] if fields else dataset[first:last]
        values |= {name: read[field] if field else read for name, field in own.items()}
    return values
