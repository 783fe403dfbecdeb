"""Make the hits of one shard's events again, as detectors within the uncertainties see them."""

from __future__ import annotations

import argparse
from pathlib import Path

from showergrid.core import plugins, provenance
from showergrid.core.errors import run
from showergrid.sources.parts.request import Request


def main(a: argparse.Namespace) -> None:
    """Write the hits of each variation."""
    job = provenance.start(a.job, __file__)
    source = plugins.load("sources", job.config["source"]["module"])
    settings = source.Parameters(**job.config["source"]["parameters"])
    readouts = {variation["name"]: variation["readout"] for variation in job.config["variations"]}
    seeds = source.vary(settings, Request(**job.config["request"]), a.shard, readouts, a.hits)
    job.finish(a.provenance, outputs={"hits": a.hits}, seeds=seeds, modules=plugins.closure_modules(job.config))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--shard", type=int, required=True, help="number of the shard, from 0 on")
    parser.add_argument("--hits", type=Path, nargs="+", required=True, help="table of hits to write, one a variation")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance to write")
    run(main, parser)
