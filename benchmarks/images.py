"""Speed and peak memory of making images, and speed of cutting windows, for a study and one ten times as large.

python benchmarks/images.py [--events 800]
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

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from showergrid.events.detector import Box
from showergrid.events.hits import HITS, read_hits
from showergrid.inputs.calibration import calibrate_data, calibrate_input
from showergrid.inputs.input_file import read_images
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings, WindowSettings
from showergrid.inputs.window import Window, cut

REPRESENTATIONS = {
    "projection": {"axis": "y", "cube_pool": "mean", "projection_pool": "max", "log_trans": False, "headroom": 1.15},
    "color": {
        "axis": "y",
        "depth_pool": "mean",
        "hue_span": 270,
        "lightness_span": [0.1, 0.6],
        "saturation": 1,
        "headroom": 1.15,
    },
    "voxels": {"cube_pool": "mean", "log_trans": False, "headroom": 1.15},
}
WINDOWS = {"projection": [62, 128], "color": [62, 128], "voxels": [62, 62, 128]}
PLACING = {"placement": {"x": "direction", "y": "centre", "z": "start"}, "margin": {"x": 10, "z": 5}}
STRETCH = Box(x=(-200, 200), y=(-200, 200), z=(0, 500)).stretch
RESOLUTION = 1000
BATCH = 48


def write_showers(path: Path, events: int) -> None:
    """Write cones of 600 hits per event on average, which are enough like showers for this benchmark."""
    random = np.random.default_rng(0)
    with pq.ParquetWriter(path, HITS) as writer:
        for first in range(0, events, 400):
            size = 3 + random.exponential(600, min(400, events - first)).astype(int)
            row = np.repeat(np.arange(size.size), size)
            along = random.gamma(2, 30, row.size)
            along[np.cumsum(size) - size] = 0  # each event's first hit is its origin
            across = random.normal(0, 0.2, (2, row.size)) * along
            origin = random.uniform([-100, -100, 50], [100, 100, 250], (size.size, 3))[row]
            columns = {
                "event": first + row,
                "x": origin[:, 0] + across[0],
                "y": origin[:, 1] + across[1],
                "z": origin[:, 2] + along,
                "charge": random.exponential(1000, row.size),
                "time": along,
            }
            arrays = [pa.array(columns[field.name].astype(field.type.to_pandas_dtype())) for field in HITS]
            writer.write_table(pa.Table.from_arrays(arrays, schema=HITS))


def measure(hits: Path, name: str) -> dict[str, float]:
    """Time making one image file, cutting it, and going once through all batches (200 at most)."""
    settings = InputSettings(
        representation={"name": name, "module": name, "parameters": REPRESENTATIONS[name]}, resolution=RESOLUTION
    )
    every = np.arange(pq.read_metadata(hits).num_rows)  # there are fewer events than hits
    calibration = calibrate_input(read_hits(hits), calibrate_data(read_hits(hits), every, STRETCH), settings)
    output = hits.with_suffix(".safetensors")
    start = time.perf_counter()
    write_input(output, read_hits(hits), calibration, settings)
    made = time.perf_counter()
    peak = int(re.search(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1]) / 1024
    images = read_images(output)
    window = Window.of(WindowSettings(shape=WINDOWS[name], origin="first_hit", **PLACING), images.axes)
    opened = time.perf_counter()
    cutting = cut(images, images.event, window)
    windowed = time.perf_counter()
    order = np.random.default_rng(0).permutation(len(cutting))
    batches = [order[i : i + BATCH] for i in range(0, len(cutting), BATCH)][:200]
    for rows in batches:
        cutting.batch(rows)
    done = time.perf_counter()
    return {
        "events": len(cutting),
        "made": len(cutting) / (made - start),
        "peak": peak,
        "cut": len(cutting) / (windowed - opened),
        "batch": 1000 * (done - windowed) / len(batches),
    }


def main(events: int) -> None:
    """Measure every representation in a process of its own, and print a table."""
    print(f"{'representation':14} {'events':>7} {'made/s':>8} {'peak MB':>8} {'cut/s':>8} {f'ms/batch {BATCH}':>12}")
    with tempfile.TemporaryDirectory() as folder:
        for n in (events, 10 * events):
            hits = Path(folder) / f"{n}.parquet"
            write_showers(hits, n)
            for name in REPRESENTATIONS:
                command = [sys.executable, __file__, "--measure", name, "--hits", str(hits)]
                result = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
                print(
                    f"{name:14} {result['events']:7} {result['made']:8.0f} {result['peak']:8.0f} "
                    f"{result['cut']:8.0f} {result['batch']:12.2f}"
                )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=800, help="events of the smaller study")
    parser.add_argument("--measure", choices=REPRESENTATIONS, help="measure one representation in this process")
    parser.add_argument("--hits", type=Path, help="hits.parquet for --measure")
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.hits, arguments.measure)))
    else:
        main(arguments.events)
