"""Simulate one shard of showers: Geant4 in liquid argon, then the readout that makes hits of deposits."""

from __future__ import annotations

import argparse
from pathlib import Path

import pyarrow.parquet as pq

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.events.detector import Box
from showergrid.sources.showers.settings import Readout, Simulation
from showergrid.sources.showers.showers import seeds, simulate_shard


def main(arguments: argparse.Namespace) -> None:
    """Write the shard's hits and events."""
    job = provenance.start(arguments.job, __file__)
    simulation = Simulation(**job.config["simulation"])
    hits, events = simulate_shard(
        arguments.shard,
        job.config["pdg"],
        simulation,
        Readout(**job.config["readout"]),
        Box(**job.config["detector"]),
        job.config["order"],
    )
    for table, path in ((hits, arguments.hits), (events, arguments.events)):
        with replacing(path) as beside:
            pq.write_table(table, beside)
    job.finish(
        arguments.provenance,
        outputs={"hits": arguments.hits, "events": arguments.events},
        seeds=seeds(simulation, arguments.shard),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--shard", type=int, required=True, help="number of the shard, from 0 on")
    parser.add_argument("--hits", type=Path, required=True, help="table of the shard's hits to write")
    parser.add_argument("--events", type=Path, required=True, help="table of the shard's events to write")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance to write")
    run(main, parser)
