"""How long a shower takes: Geant4, readout, ordering and writing, by energy [ms of one core]; and how many are made a
second by one process and by several at once, with all that a job does but its start.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from showergrid.core.seeds import generator  # noqa: E402
from showergrid.events.detector import Box  # noqa: E402
from showergrid.events.hits import HITS  # noqa: E402
from showergrid.events.order import along_axis, truth_time  # noqa: E402
from showergrid.events.parquet import conforming, repeating  # noqa: E402
from showergrid.plan.layers import merged, read_layers  # noqa: E402
from showergrid.sources.lartpc.geant4 import Detector, draw, geant4_data  # noqa: E402
from showergrid.sources.lartpc.readout import TimedHits, read_out  # noqa: E402
from showergrid.sources.lartpc.showers import simulate_shard  # noqa: E402
from showergrid.sources.showers import Parameters  # noqa: E402

SHARD = 10  # times as many showers as of one energy

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Processor time of `work` in ms, and what it returns."""
    start = time.process_time()
    result = work()
    return (time.process_time() - start) * 1e3, result


def write(hits: TimedHits) -> None:
    """Write hits as Parquet, to memory."""
    columns = {"event": hits.event, "charge": hits.charge, "time": hits.time}
    table = conforming(columns | dict(zip("xyz", hits.position.T, strict=True)), HITS)
    pq.write_table(table, io.BytesIO(), use_dictionary=repeating(HITS))


def at_once(processes: int, arguments: argparse.Namespace) -> float:
    """Showers a second of so many processes, each of which makes a shard."""
    showers = SHARD * arguments.events
    command = [sys.executable, __file__, "--shard", "--events", str(showers)]
    command += ["--configfile", *map(str, arguments.configfile)] if arguments.configfile else []
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    return processes * showers / max(float(process.communicate()[0]) for process in running)


def main(arguments: argparse.Namespace) -> None:
    """Print a line for each energy and for the whole range of the study, then one for each number of processes."""
    config = merged(read_layers(ROOT, arguments.configfile, {}))
    simulation = Parameters(**config["showers"])
    readout = simulation.readout
    box, codes = (
        Box(**config["detector"]),
        [code for kind in config["questions"][0]["classes"] for code in kind["values"]],
    )
    if arguments.shard:
        shard = simulation.model_copy(update={"showers": arguments.events, "shard_size": arguments.events})
        start = time.perf_counter()
        hits, _ = simulate_shard(0, codes, shard, readout, box, config["order"])
        pq.write_table(hits, io.BytesIO(), use_dictionary=repeating(HITS))
        print(time.perf_counter() - start)
        return
    random = generator(0, "benchmark")
    ranges = [(energy, energy) for energy in (0.1, 0.5, 1.0, 2.2)] + [simulation.energy]
    print(f"{'energy [GeV]':>14}{'Geant4':>10}{'readout':>10}{'axis':>10}{'time':>10}{'writing':>10}{'hits':>10}")
    with geant4_data(simulation.geant4_data):
        argon = Detector(box, simulation.em_model, simulation.production_cut, seed=0)
        first = draw(np.resize(codes, 10), simulation, random)
        hits = read_out(argon.run(first), first.vertex, box, readout, random)  # Geant4 makes its tables
        write(hits)  # Arrow imports pandas where it is
        for energy in ranges:
            settings = simulation.model_copy(update={"energy": energy})
            primaries = draw(np.resize(codes, arguments.events), settings, random)
            geant4, deposits = timed(lambda primaries=primaries: argon.run(primaries))
            reading, hits = timed(lambda p=primaries, d=deposits: read_out(d, p.vertex, box, readout, random))
            by_axis, _ = timed(lambda hits=hits: along_axis(hits.event, hits.position, hits.charge))
            by_time, _ = timed(lambda hits=hits: truth_time(hits.event, hits.time))
            writing, _ = timed(lambda hits=hits: write(hits))
            taken = geant4, reading, by_axis, by_time, writing, hits.event.size
            columns = [value / arguments.events for value in taken]
            label = f"{energy[0]} to {energy[1]}" if energy[0] < energy[1] else f"{energy[0]}"
            print(f"{label:>14}" + "".join(f"{value:10.2f}" for value in columns[:-1]) + f"{columns[-1]:10.0f}")
    cores = os.cpu_count() or 1
    print(f"\n{'processes':>14}{'showers/s':>12}{'of linear':>12}")
    rates = {processes: at_once(processes, arguments) for processes in sorted({1, cores})}
    for processes, rate in rates.items():
        print(f"{f'{processes} at once':>14}{rate:12.1f}{rate / rates[1] / processes:12.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configfile", type=Path, nargs="+", default=[], help="the study, as for snakemake")
    parser.add_argument("--events", type=int, default=100, help="showers an energy")
    parser.add_argument("--shard", action="store_true", help="tell the seconds of one process that makes a shard")
    main(parser.parse_args())
