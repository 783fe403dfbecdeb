"""Speed and peak memory of reading hits, for every layout of files, for a file and one ten times as long.

python benchmarks/ingest.py [--events 2000]
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/helpers"))

from hit_files import LAYOUTS, blocks

from showergrid.core.checking import checked
from showergrid.events.hits import read_events
from showergrid.sources.reading.ingest import ingest
from showergrid.sources.reading.settings import Ingest, MapFile

MEAN_HITS = 500
EVENTS_A_BLOCK = 200


def measure(layout: str, path: Path) -> dict[str, float]:
    """Read one file; the time counts from when all modules are loaded."""
    columns = LAYOUTS[layout][2]
    map_file = checked(MapFile, columns, "benchmark")
    outputs = path.with_name("hits.parquet"), path.with_name("events.parquet")
    settings = checked(Ingest, {"files": [str(path)], "columns": columns}, "benchmark")
    start = time.perf_counter()
    ingest(settings, map_file.codes, map_file.detector, map_file.order, *outputs)
    seconds = time.perf_counter() - start
    hits = int(read_events(outputs[1])["n_hits"].to_numpy().sum())
    peak = int(re.search(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1]) / 1024
    return {"hits": hits, "rate": hits / seconds / 1e6, "peak": peak}


def main(events: int, layouts: list[str]) -> None:
    """Measure each of some layouts in a process of its own, and print a table."""
    print(f"{'layout':14} {'hits':>9} {'MB':>6} {'million hits/s':>14} {'peak MB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for layout in layouts:
            write, suffix, _ = LAYOUTS[layout]
            for n in (events, 10 * events):
                path = Path(folder) / f"showers{suffix}"
                write(path, blocks(n // EVENTS_A_BLOCK, EVENTS_A_BLOCK, mean=MEAN_HITS))
                command = [sys.executable, __file__, "--measure", layout, "--file", str(path)]
                result = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
                size = path.stat().st_size / 1e6
                print(
                    f"{layout:14} {result['hits']:9} {size:6.0f} {result['rate']:14.2f} {result['peak']:8.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=2000, help="events of the smaller file, 400 or more")
    parser.add_argument("--layouts", nargs="+", choices=LAYOUTS, default=list(LAYOUTS), help="which of them")
    parser.add_argument("--measure", choices=LAYOUTS, help="measure one layout in this process")
    parser.add_argument("--file", type=Path, help="file for --measure")
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure, arguments.file)))
    else:
        main(arguments.events, arguments.layouts)
