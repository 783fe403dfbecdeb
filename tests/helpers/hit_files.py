"""Files of the same hits in every format and layout that people have, written block by block.

A block is a dict of columns, one row a hit, whole events: event, pdg, energy [GeV], x, y, z [cm], charge, time [ns].
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import awkward as ak
import h5py
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import uproot

Block = dict[str, np.ndarray]

COLUMNS = ("event", "energy", "pdg", "x", "y", "z", "charge", "time")
HEADER = ("Event", "Energy", "PDGcode", "hitsX", "hitsY", "hitsZ", "hitsCharge")  # the reference's, which has no time
OF_AN_EVENT = ("event", "pdg", "energy")
PLAIN = {name: name for name in COLUMNS}  # the map of a file whose columns are called so
UNLABELLED = {name: name for name in ("event", "x", "y", "z", "charge")}
ENTRIES = {name: name for name in COLUMNS if name != "event"}


def showers(events: int, pdg: int = 11, first: int = 0, seed: int = 0, mean: float = 60) -> Block:
    """Hits with few digits, so that text holds them exactly; the energy tells the event apart."""
    random = np.random.default_rng([seed, pdg, first])
    size = 3 + random.exponential(mean, events).astype(int)
    row = np.repeat(np.arange(events), size)
    n = row.size
    return {
        "event": first + row,
        "pdg": np.full(n, pdg),
        "energy": np.round(random.uniform(0.1, 2, events), 4)[row],
        "x": np.round(random.uniform(-200, 200, n), 3),
        "y": np.round(random.uniform(-200, 200, n), 3),
        "z": np.round(random.uniform(0, 500, n), 3),
        "charge": np.round(random.exponential(500, n) + 1, 2),
        "time": np.round(random.uniform(0, 20, n), 3),
    }


def blocks(count: int, events: int, **options) -> Iterator[Block]:
    """Both classes in turn; no event number comes twice."""
    for i in range(count):
        yield showers(events, pdg=(11, 22)[i % 2], first=i * events, **options)


def joined(parts: Iterable[Block]) -> Block:
    parts = list(parts)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def starts(block: Block) -> np.ndarray:
    return np.flatnonzero(np.append(True, (np.diff(block["event"]) != 0) | (np.diff(block["pdg"]) != 0)))


def text(block: Block, names=COLUMNS) -> str:
    """Lines of CSV; repr of a float gives the number back."""
    lists = [block[name].tolist() for name in names]
    return "".join(",".join(map(repr, row)) + "\n" for row in zip(*lists, strict=True))


def csv(path: Path, parts: Iterable[Block], names=COLUMNS, header=None) -> None:
    with gzip.open(path, "wb", compresslevel=1) if path.suffix == ".gz" else open(path, "wb") as file:
        file.write((",".join(header or names) + "\n").encode())
        for block in parts:
            table = pa.table({name: block[name] for name in names})
            pa.csv.write_csv(table, file, pa.csv.WriteOptions(include_header=False))


def reference(path: Path, parts: Iterable[Block]) -> None:
    csv(path, parts, COLUMNS[:7], HEADER)


def parquet(path: Path, parts: Iterable[Block]) -> None:
    writer = None
    for block in parts:
        table = pa.table(block)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()


def parquet_lists(path: Path, parts: Iterable[Block]) -> None:
    writer = None
    for block in parts:
        offsets = np.append(starts(block), block["event"].size).astype(np.int32)
        table = pa.table(
            {
                name: block[name][offsets[:-1]]
                if name in OF_AN_EVENT
                else pa.ListArray.from_arrays(pa.array(offsets), pa.array(block[name]))
                for name in COLUMNS
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()


def _append(file: h5py.File, name: str, values: np.ndarray, **options) -> None:
    if name not in file:
        shape = (None, *values.shape[1:])
        file.create_dataset(
            name, (0, *values.shape[1:]), options.pop("dtype", values.dtype), maxshape=shape, chunks=True
        )
    dataset = file[name]
    dataset.resize(dataset.shape[0] + len(values), axis=0)
    dataset[len(dataset) - len(values) :] = values


def hdf5(path: Path, parts: Iterable[Block]) -> None:
    with h5py.File(path, "w") as file:
        for block in parts:
            for name in COLUMNS:
                _append(file, name, block[name])


def hdf5_compound(path: Path, parts: Iterable[Block]) -> None:
    with h5py.File(path, "w") as file:
        for block in parts:
            table = np.empty(block["event"].size, [(name, block[name].dtype) for name in COLUMNS])
            for name in COLUMNS:
                table[name] = block[name]
            _append(file, "hits", table)


def hdf5_lists(path: Path, parts: Iterable[Block], order: str = "=") -> None:
    with h5py.File(path, "w") as file:
        for block in parts:
            first = starts(block)
            for name in COLUMNS:
                if name in OF_AN_EVENT:
                    _append(file, name, block[name][first])
                else:
                    lists = np.empty(first.size, object)
                    lists[:] = np.split(block[name], first[1:])
                    _append(file, name, lists, dtype=h5py.vlen_dtype(block[name].dtype.newbyteorder(order)))


def hdf5_offsets(path: Path, parts: Iterable[Block]) -> None:
    done = 0
    with h5py.File(path, "w") as file:
        for block in parts:
            first = starts(block)
            _append(file, "first", done + first)
            _append(file, "n", np.diff(first, append=block["event"].size))
            for name in COLUMNS:
                _append(file, name, block[name][first] if name in OF_AN_EVENT else block[name])
            done += block["event"].size


def npz(path: Path, parts: Iterable[Block]) -> None:
    np.savez(path, **joined(parts))


def npz_records(path: Path, parts: Iterable[Block]) -> None:
    block = joined(parts)
    np.savez(path, hits=np.rec.fromarrays([block[name] for name in COLUMNS], names=COLUMNS))


def npz_counts(path: Path, parts: Iterable[Block]) -> None:
    """Position and charge in one array, big-endian; one label an event."""
    block = joined(parts)
    first = starts(block)
    points = np.column_stack([block[name] for name in ("x", "y", "z", "charge", "time")]).astype(">f8")
    labels = {name: block[name][first] for name in OF_AN_EVENT}
    np.savez_compressed(path, points=points, n=np.diff(first, append=block["event"].size), **labels)


def root(path: Path, parts: Iterable[Block]) -> None:
    with uproot.recreate(path) as file:
        tree = None
        for block in parts:
            tree = tree or file.mktree("hits", {name: block[name].dtype for name in COLUMNS})
            tree.extend({name: block[name] for name in COLUMNS})


def root_lists(path: Path, parts: Iterable[Block], vectors: bool = False) -> None:
    """One entry an event; with `vectors` its label is a list, too, of one number, as LArSoft writes it."""
    with uproot.recreate(path) as file:
        tree = None
        for block in parts:
            first = starts(block)
            counts = np.diff(first, append=block["event"].size)
            branches = {name: block[name][first] for name in OF_AN_EVENT}
            hits = {name: ak.unflatten(block[name], counts) for name in COLUMNS if name not in OF_AN_EVENT}
            kinds = {name: f"var * {values.dtype}" if vectors else values.dtype for name, values in branches.items()}
            if vectors:
                branches = {name: ak.unflatten(values, np.ones(values.size, int)) for name, values in branches.items()}
            kinds |= {name: f"var * {block[name].dtype}" for name in hits}
            tree = tree or file.mktree("events", kinds)
            tree.extend(branches | hits)


def rntuple_lists(path: Path, parts: Iterable[Block]) -> None:
    """An RNTuple with a cluster a block."""
    with uproot.recreate(path) as file:
        table = None
        for block in parts:
            first = starts(block)
            counts = np.diff(first, append=block["event"].size)
            columns = {name: block[name][first] for name in OF_AN_EVENT}
            columns |= {name: ak.unflatten(block[name], counts) for name in COLUMNS if name not in OF_AN_EVENT}
            if table is None:
                table = file.mkrntuple("events", columns)
            else:
                table.extend(columns)


# Every layout by name: its writer, its suffix, and the columns that a map names
LAYOUTS: dict[str, tuple[Callable[[Path, Iterable[Block]], None], str, dict]] = {
    "csv": (csv, ".csv", PLAIN),
    "csv.gz": (csv, ".csv.gz", PLAIN),
    "parquet": (parquet, ".parquet", PLAIN),
    "parquet lists": (parquet_lists, ".parquet", PLAIN),
    "hdf5": (hdf5, ".h5", PLAIN),
    "hdf5 compound": (hdf5_compound, ".hdf5", {**PLAIN, "table": "hits"}),
    "hdf5 lists": (hdf5_lists, ".h5", PLAIN),
    "hdf5 big-endian lists": (partial(hdf5_lists, order=">"), ".h5", PLAIN),
    "hdf5 offsets": (hdf5_offsets, ".h5", {**PLAIN, "event": {"offsets": "first", "columns": "event"}}),
    "hdf5 counts": (hdf5_offsets, ".h5", {**PLAIN, "event": {"counts": "n", "columns": "event"}}),
    "npz": (npz, ".npz", PLAIN),
    "npz records": (npz_records, ".npz", {**PLAIN, "table": "hits"}),
    "npz counts": (
        npz_counts,
        ".npz",
        {
            **PLAIN,
            "event": {"counts": "n", "columns": "event"},
            **{name: f"points[{i}]" for i, name in enumerate(("x", "y", "z", "charge", "time"))},
        },
    ),
    "root": (root, ".root", PLAIN),
    "root lists": (root_lists, ".root", PLAIN),
    "root vectors": (partial(root_lists, vectors=True), ".root", PLAIN),
    "rntuple lists": (rntuple_lists, ".root", PLAIN),
}
