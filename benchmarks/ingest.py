"""CPU time and peak memory of reading hits, for every layout of files, for a file and one ten times as long.

python benchmarks/ingest.py [--events 2000] [--layouts parquet hdf5 csv root] [--turns 3]

In one process and in turn, on one thread, without its start: the ingest of a file; the library's own read of the same
columns of the same file into arrays, at once (pyarrow, h5py, NumPy, uproot); and the bare writing of hits.parquet by
pyarrow from a table that is there, which no ingest can go below. Each is the fastest of some turns; the spread is that
between the turns of the ingest, of the fastest. The memory is that after the first ingest, before the file is held as a
whole.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import uproot

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/helpers"))

from hit_files import LAYOUTS, blocks

from showergrid.core.checking import checked
from showergrid.events.hits import HITS
from showergrid.events.parquet import row_groups
from showergrid.sources.reading.ingest import HITS_A_GROUP, ingest
from showergrid.sources.reading.settings import Ingest, MapFile

MEAN_HITS = 500
EVENTS_A_BLOCK = 200


def read_csv(path: Path) -> Any:
    """All columns into arrays."""
    table = pyarrow.csv.read_csv(path, pyarrow.csv.ReadOptions(use_threads=False))
    return [column.to_numpy() for column in table.columns]


def read_parquet(path: Path) -> Any:
    """All columns into arrays, lists joined."""
    columns = [column.combine_chunks() for column in pq.read_table(path, use_threads=False).columns]
    flat = [column.flatten() if pyarrow.types.is_list(column.type) else column for column in columns]
    return [column.to_numpy() for column in flat]


def read_hdf5(path: Path) -> Any:
    """All datasets into arrays."""
    with h5py.File(path) as file:
        return [file[name][()] for name in file]


def read_npz(path: Path) -> Any:
    """All arrays."""
    with np.load(path) as file:
        return [file[name] for name in file.files]


def read_root(path: Path) -> Any:
    """All branches into arrays of NumPy or, of lists, of awkward."""
    with uproot.open(path) as file:
        return file[file.keys()[0]].arrays(library="ak")


OWN = {"csv": read_csv, "parquet": read_parquet, "hdf5": read_hdf5, "npz": read_npz, "root": read_root}
OWN["rntuple"] = read_root


def write_hits(table: pyarrow.Table, path: Path) -> None:
    """Write hits as the ingest does."""
    with row_groups(path, HITS, HITS_A_GROUP) as file:
        file.write(table)


def cpu_seconds(work: Callable[[], Any]) -> float:
    """What a call takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(layout: str, path: Path, turns: int) -> dict[str, float]:
    """Measure one file; times count from when all modules are loaded."""
    columns = LAYOUTS[layout][2]
    map_file = checked(MapFile, columns, "benchmark")
    hits, events, written = (path.with_name(f"{name}.parquet") for name in ("hits", "events", "written"))
    settings = checked(Ingest, {"files": [str(path)], "columns": columns}, "benchmark")

    def read() -> None:
        ingest(settings, map_file.codes, map_file.detector, map_file.order, hits, events)

    read()
    peak = int(re.search(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1]) / 1024
    table, own = pq.read_table(hits, schema=HITS), OWN[re.split(r"\W", layout)[0]]
    works = [read, lambda: own(path), lambda: write_hits(table, written)]
    times = np.array([[cpu_seconds(work) for work in works] for _ in range(turns)])
    seconds, own_seconds, writing = times.min(axis=0)
    return {
        "hits": table.num_rows,
        "rate": table.num_rows / seconds / 1e6,
        "spread": 100 * (times[:, 0].max() / seconds - 1),
        "own": table.num_rows / own_seconds / 1e6,
        "ratio": seconds / own_seconds,
        "writing": table.num_rows / writing / 1e6,
        "peak": peak,
    }


def main(events: int, layouts: list[str], turns: int) -> None:
    """Measure each of some layouts in a process of its own, and print a table; rates in million hits a second."""
    print(
        f"{'layout':22} {'hits':>9} {'MB':>6} {'ingest':>7} {'spread %':>8} {'own read':>8} {'ratio':>6} "
        f"{'writing':>7} {'peak MB':>8}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for layout in layouts:
            write, suffix, _ = LAYOUTS[layout]
            for n in (events, 10 * events):
                path = Path(folder) / f"showers{suffix}"
                write(path, blocks(n // EVENTS_A_BLOCK, EVENTS_A_BLOCK, mean=MEAN_HITS))
                command = [sys.executable, __file__, "--measure", layout, "--file", str(path), "--turns", str(turns)]
                told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
                print(
                    f"{layout:22} {told['hits']:9} {path.stat().st_size / 1e6:6.0f} {told['rate']:7.2f} "
                    f"{told['spread']:8.0f} {told['own']:8.2f} {told['ratio']:6.2f} {told['writing']:7.2f} "
                    f"{told['peak']:8.0f}",
                    flush=True,
                )
                path.unlink()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=2000, help="events of the smaller file, 400 or more")
    parser.add_argument("--layouts", nargs="+", choices=LAYOUTS, default=list(LAYOUTS), help="which of them")
    parser.add_argument("--turns", type=int, default=3, help="how often each is measured")
    parser.add_argument("--measure", choices=LAYOUTS, help="measure one layout in this process")
    parser.add_argument("--file", type=Path, help="file for --measure")
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure, arguments.file, arguments.turns)))
    else:
        main(arguments.events, arguments.layouts, arguments.turns)
