"""CPU time, memory and size of making input files from hits, and of cutting windows out of them, beside baselines.

python benchmarks/images.py [--events 8000] [--hits results/data/hits.parquet]

All is measured in one call, in turn, on the same hits and on one thread: each row in a process of its own, without its
start. Baselines are the bare decoding of the columns of hits.parquet into arrays, at once or in pieces; the same and
`np.maximum.at` into one dense window an event, written nowhere; and a loop over the hits of a pandas frame, without
decoding them, measured on a few events and scaled to all. Hits are cones that are enough like showers, or those of a
study, repeated until there are as many events as asked for. Each representation is measured on a tenth of the events
too, since memory must not grow with them.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from showergrid.events.detector import Box
from showergrid.events.hits import AXES, HITS, read_hits
from showergrid.inputs.calibration import calibrate_input
from showergrid.inputs.input_file import read_images
from showergrid.inputs.making import write_input
from showergrid.inputs.settings import InputSettings, WindowSettings
from showergrid.inputs.window import Window, cut

if TYPE_CHECKING:
    import pandas

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
    "features": {"radii": [1, 2, 4, 8, 16], "quartile_radii": [2, 4, 8], "spread_radii": [8, 16], "headroom": 1.15},
}
ORDERED = "features, order beam"  # of hits that are sorted anew
WINDOWS = {"projection": [64, 128], "color": [64, 128], "voxels": [64, 64, 128]}
MARGIN = 10  # pixels before the first hit
PLACING = {"placement": {"x": "direction", "y": "centre", "z": "start"}, "margin": {"x": MARGIN, "z": MARGIN}}
BOX = Box(x=(-200, 200), y=(-200, 200), z=(0, 500))  # cm
RESOLUTION = 1000
COLUMNS = ["event", *AXES, "charge"]
MEAN_HITS = 660
HITS_A_GROUP = 1 << 18
EVENTS_AT_ONCE = 500  # of the baseline of dense windows
LOOP = "pandas loop"
LOOPED = 20  # events of the baseline that loops
READ = 2000  # events that are read again, at most
BATCH = 48


def write_cones(path: Path, events: int) -> None:
    """Write cones of MEAN_HITS hits an event."""
    random = np.random.default_rng(0)
    with pq.ParquetWriter(path, HITS) as writer:
        for first in range(0, events, 400):
            size = 3 + random.exponential(MEAN_HITS - 3, min(400, events - first)).astype(int)
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


def write_copies(path: Path, source: Path, events: int) -> None:
    """Write the events of a study, again and again until there are as many as asked for."""
    hits = pq.read_table(source, columns=HITS.names)
    _, number = np.unique(hits["event"].to_numpy(), return_inverse=True)
    count = int(number[-1]) + 1
    with pq.ParquetWriter(path, HITS) as writer:
        for first in range(0, events, count):
            copy = hits.set_column(0, HITS.field("event"), pa.array(number + first))
            writer.write_table(copy.slice(0, np.searchsorted(number, events - first)), row_group_size=HITS_A_GROUP)


def decode(hits: Path) -> dict[str, np.ndarray]:
    """Baseline: the columns as arrays."""
    table = pq.read_table(hits, columns=COLUMNS, use_threads=False)
    return {name: table[name].to_numpy() for name in COLUMNS}


def decode_pieces(hits: Path) -> None:
    """Baseline: the columns as arrays, piece by piece, none of which is kept."""
    file = pq.ParquetFile(hits, buffer_size=1 << 16, pre_buffer=False)
    for piece in file.iter_batches(1 << 16, columns=COLUMNS, use_threads=False):
        for name in COLUMNS:
            piece.column(name).to_numpy()


def dense_windows(hits: Path) -> None:
    """Baseline: the largest charge behind each pixel of one dense float32 window an event."""
    table = decode(hits)
    height, width = WINDOWS["projection"]
    size = 400 / RESOLUTION  # cm
    first = np.flatnonzero(np.diff(table["event"], prepend=-1))
    for block in range(0, first.size, EVENTS_AT_ONCE):
        start = first[block : block + EVENTS_AT_ONCE + 1]
        rows = slice(start[0], start[-1] if start.size > EVENTS_AT_ONCE else None)
        start = start[:EVENTS_AT_ONCE] - start[0]
        x, z = (np.rint(table[axis][rows] / size).astype(np.int64) for axis in ("x", "z"))
        event = np.repeat(np.arange(start.size), np.diff(start, append=x.size))
        x += height // 2 - x[start][event]
        z += MARGIN - z[start][event]
        inside = (x >= 0) & (x < height) & (z >= 0) & (z < width)
        windows = np.zeros((start.size, height, width), np.float32)
        np.maximum.at(windows, (event[inside], x[inside], z[inside]), table["charge"][rows][inside])


def few_events(hits: Path) -> tuple[pandas.DataFrame, float]:
    """The hits of the first LOOPED events, and the share of all hits that they are."""
    file = pq.ParquetFile(hits)
    frame = next(file.iter_batches(HITS_A_GROUP, columns=COLUMNS)).to_pandas()
    frame = frame[frame["event"] < frame["event"][0] + LOOPED]
    return frame, len(frame) / file.metadata.num_rows


def loop(frame: pandas.DataFrame) -> None:
    """Baseline: a projection by a loop over hits, which are decoded already."""
    size = 400 / RESOLUTION
    for _, shower in frame.groupby("event"):
        voxels: dict[tuple[int, ...], list[float]] = {}
        for _, hit in shower.iterrows():
            voxels.setdefault(tuple(round(hit[axis] / size) for axis in ("x", "z", "y")), []).append(hit["charge"])
        pixels: dict[tuple[int, ...], float] = {}
        for place, charges in voxels.items():
            pixels[place[:2]] = max(pixels.get(place[:2], 0), sum(charges) / len(charges))


def settings_of(name: str) -> InputSettings:
    """What a representation is measured with."""
    module, order = ("features", "beam") if name == ORDERED else (name, None)
    return InputSettings(
        representation={"name": module, "module": module, "parameters": REPRESENTATIONS[module], "order": order},
        resolution=RESOLUTION,
    )


def make(name: str, hits: Path) -> Callable[[], None]:
    """What makes the input file of a representation beside the hits; its ranges are those of the first events."""
    axes = {
        axis: dict(zip(("min", "max", "stretch"), (*getattr(BOX, axis), BOX.stretch[axis]), strict=True))
        for axis in AXES
    }
    calibration = calibrate_input(itertools.islice(read_hits(hits), 1), {"axes": axes}, settings_of(name))
    return lambda: write_input(input_file(hits, name), read_hits(hits), calibration, settings_of(name))


def input_file(hits: Path, name: str) -> Path:
    """Where the input file of a representation is made."""
    return hits.with_suffix(f".{name}.safetensors")


def read(name: str, path: Path) -> Iterator[tuple[str, float]]:
    """Events cut a second, and ms a batch: of windows cut out of the input file, and of a mapped file of dense ones."""
    images = read_images(path)
    window = Window.of(WindowSettings(shape=WINDOWS[name], origin="first_hit", **PLACING), images.axes)
    events = images.event[:READ]
    start = time.process_time()
    cutting = cut(images, events, window)
    yield "cut", events.size / (time.process_time() - start)
    order = np.random.default_rng(0).permutation(events.size)
    batches = [order[i : i + BATCH] for i in range(0, order.size, BATCH)]
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        dense = np.lib.format.open_memmap(
            Path(folder, "dense.npy"), "w+", np.float32, (min(READ, events.size, 8 * BATCH), *cutting.shape)
        )
        for first in range(0, len(dense), BATCH):
            dense[first : first + BATCH] = cutting.batch(np.arange(first, min(first + BATCH, len(dense))))["image"]
        for what, batch in (("batch", cutting.batch), ("dense", lambda rows: np.asarray(dense[rows % len(dense)]))):
            batch(batches[0])
            start = time.process_time()
            for rows in batches:
                batch(rows)
            yield what, 1000 * (time.process_time() - start) / len(batches)


BASELINES = {"decode": decode, "decode in pieces": decode_pieces, "dense windows": dense_windows}


def measure(what: str, hits: Path) -> dict[str, float]:
    """CPU seconds of a baseline or of making an input file, and the most memory [MB] that the process had."""
    import pandas  # noqa: F401  # pyarrow imports both when it first needs them
    import pyarrow.dataset  # noqa: F401

    share = 1.0
    if what == LOOP:
        frame, share = few_events(hits)
        work = partial(loop, frame)
    else:
        work = partial(BASELINES[what], hits) if what in BASELINES else make(what, hits)
    start = time.process_time()
    work()
    seconds = time.process_time() - start
    peak = int(re.search(r"VmHWM:\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1]) / 1024
    return {"seconds": seconds / share, "peak": peak}


def own_process(job: str, what: str, hits: Path) -> dict[str, float]:
    """What a job tells that runs in a process of its own."""
    command = [sys.executable, __file__, "--job", job, "--what", what, "--hits", str(hits)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main(events: int, source: Path | None) -> None:
    """Measure all and print a table of making and one of reading."""
    print(
        f"{'made of hits':24} {'events':>7} {'hits':>9} {'CPU [s]':>8} {'million hits/s':>15} {'/ decode':>9} "
        f"{'windows /':>10} {'loop /':>7} {'kB/event':>9} {'peak [MB]':>10}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for n in sorted({max(1, events // 10), events}):
            path = Path(folder) / f"{n}.parquet"
            if source:
                write_copies(path, source, n)
            else:
                write_cones(path, n)
            number = pq.read_metadata(path).num_rows
            seconds = {}
            for what in [*BASELINES, LOOP, *REPRESENTATIONS, ORDERED]:
                told = own_process("measure", what, path)
                seconds[what] = told["seconds"]
                slower = [seconds.get(name, math.nan) / seconds[what] for name in ("dense windows", LOOP)]
                size = math.nan
                if what == "dense windows":
                    size = np.float32().nbytes * math.prod(WINDOWS["projection"])
                elif what not in (*BASELINES, LOOP):
                    size = input_file(path, what).stat().st_size / n
                print(
                    f"{what:24} {n:7} {number:9} {seconds[what]:8.3f} {number / seconds[what] / 1e6:15.2f} "
                    f"{seconds[what] / seconds['decode']:9.2f} {slower[0]:10.2f} {slower[1]:7.1f} {size / 1000:9.2f} "
                    f"{told['peak']:10.0f}",
                    flush=True,
                )
        print(f"\n{'read again':24} {'events cut/s':>13} {'ms/batch':>9} {'dense ms/batch':>15} {'ratio':>6}")
        for what in WINDOWS:
            times = own_process("read", what, path)
            print(
                f"{what:24} {times['cut']:13.0f} {times['batch']:9.2f} {times['dense']:15.2f} "
                f"{times['batch'] / times['dense']:6.2f}",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=8000, help="how many")
    parser.add_argument("--hits", type=Path, help="hits of a study, which are repeated; left out: cones")
    parser.add_argument("--job", choices=("measure", "read"), help="measure --what of --hits in this process")
    parser.add_argument("--what", help="a baseline or a representation")
    arguments = parser.parse_args()
    if arguments.job == "measure":
        print(json.dumps(measure(arguments.what, arguments.hits)))
    elif arguments.job == "read":
        print(json.dumps(dict(read(arguments.what, input_file(arguments.hits, arguments.what)))))
    else:
        main(arguments.events, arguments.hits)
