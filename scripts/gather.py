"""Gather the shards of simulated showers into the study's hits and events."""

from __future__ import annotations

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import InputError, run
from showergrid.sources.showers.showers import gather


def main(arguments: argparse.Namespace) -> None:
    """Write the tables of hits and events, and the counts of events kept and drawn again."""
    job = provenance.start(arguments.job, __file__)
    job.reads({"shard_hits": arguments.shard_hits, "shard_events": arguments.shard_events})
    if len(arguments.shard_hits) != len(arguments.shard_events):
        raise InputError("--shard-hits and --shard-events: give one file each for every shard")
    gather(
        list(zip(arguments.shard_hits, arguments.shard_events, strict=True)),
        arguments.hits,
        arguments.events,
        arguments.counts,
    )
    job.finish(
        arguments.provenance,
        outputs={"hits": arguments.hits, "events": arguments.events, "counts": arguments.counts},
        seeds={},
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--shard-hits", type=Path, nargs="+", required=True, help="hits of the shards, in order")
    parser.add_argument("--shard-events", type=Path, nargs="+", required=True, help="events of the shards, in order")
    parser.add_argument("--hits", type=Path, required=True, help="table of hits to write")
    parser.add_argument("--events", type=Path, required=True, help="table of events to write")
    parser.add_argument("--counts", type=Path, required=True, help="JSON of events kept and drawn again to write")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance to write")
    run(main, parser)
