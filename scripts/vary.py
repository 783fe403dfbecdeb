"""Make the hits of one shard's showers again, as readouts within the detector's uncertainties see them."""

from __future__ import annotations

import argparse
from pathlib import Path

import pyarrow.parquet as pq

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.events.detector import Box
from showergrid.sources.showers.settings import Readout, Simulation
from showergrid.sources.showers.showers import seeds, vary_shard


def main(a: argparse.Namespace) -> None:
    """Write the hits of each variation."""
    job = provenance.start(a.job, __file__)
    simulation = Simulation(**job.config["simulation"])
    tables = vary_shard(
        a.shard,
        job.config["pdg"],
        simulation,
        Readout(**job.config["readout"]),
        Box(**job.config["detector"]),
        job.config["order"],
        {name: Readout(**readout) for name, readout in job.config["variations"].items()},
    )
    for table, path in zip(tables.values(), a.hits, strict=True):
        with replacing(path) as beside:
            pq.write_table(table, beside)
    job.finish(a.provenance, outputs={"hits": a.hits}, seeds=seeds(simulation, a.shard))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--shard", type=int, required=True, help="number of the shard, from 0 on")
    parser.add_argument("--hits", type=Path, nargs="+", required=True, help="table of hits to write, one a variation")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance to write")
    run(main, parser)
