"""How long a shower takes: Geant4, readout and ordering, by energy [ms of one core]."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from showergrid.core.seeds import generator  # noqa: E402
from showergrid.events.detector import Box  # noqa: E402
from showergrid.events.order import along_axis, truth_time  # noqa: E402
from showergrid.plan.layers import merged, read_layers  # noqa: E402
from showergrid.sources.lartpc.geant4 import Detector, draw, geant4_data  # noqa: E402
from showergrid.sources.lartpc.readout import read_out  # noqa: E402
from showergrid.sources.showers import Parameters  # noqa: E402

T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Processor time of `work` in ms, and what it returns."""
    start = time.process_time()
    result = work()
    return (time.process_time() - start) * 1e3, result


def main(arguments: argparse.Namespace) -> None:
    """Print one line for each energy, and one for the whole range of the study."""
    config = merged(read_layers(ROOT, arguments.configfile, {}))
    simulation = Parameters(**config["showers"])
    readout = simulation.readout
    box, codes = (
        Box(**config["detector"]),
        [code for kind in config["questions"][0]["classes"] for code in kind["values"]],
    )
    random = generator(0, "benchmark")
    ranges = [(energy, energy) for energy in (0.1, 0.5, 1.0, 2.2)] + [simulation.energy]
    print(f"{'energy [GeV]':>14}{'Geant4':>10}{'readout':>10}{'axis':>10}{'time':>10}{'hits':>10}")
    with geant4_data(simulation.geant4_data):
        argon = Detector(box, simulation.em_model, simulation.production_cut, seed=0)
        first = draw(np.resize(codes, 10), simulation, random)
        hits = read_out(argon.run(first), first.vertex, box, readout, random)  # Geant4 makes its tables
        along_axis(hits.event, hits.position, hits.charge)  # imports SciPy
        for energy in ranges:
            settings = simulation.model_copy(update={"energy": energy})
            primaries = draw(np.resize(codes, arguments.events), settings, random)
            geant4, deposits = timed(lambda primaries=primaries: argon.run(primaries))
            reading, hits = timed(lambda p=primaries, d=deposits: read_out(d, p.vertex, box, readout, random))
            by_axis, _ = timed(lambda hits=hits: along_axis(hits.event, hits.position, hits.charge))
            by_time, _ = timed(lambda hits=hits: truth_time(hits.event, hits.time))
            columns = [value / arguments.events for value in (geant4, reading, by_axis, by_time, hits.event.size)]
            label = f"{energy[0]} to {energy[1]}" if energy[0] < energy[1] else f"{energy[0]}"
            print(f"{label:>14}" + "".join(f"{value:10.2f}" for value in columns[:4]) + f"{columns[4]:10.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configfile", type=Path, nargs="+", default=[], help="the study, as for snakemake")
    parser.add_argument("--events", type=int, default=100, help="showers an energy")
    main(parser.parse_args())
