"""Gather the shards of a study's events into its tables."""

from __future__ import annotations

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import InputError, run
from showergrid.sources.parts.gathering import gather


def main(a: argparse.Namespace) -> None:
    """Write the tables, and how many events were kept and drawn again."""
    job = provenance.start(a.job, __file__)
    job.reads({"shards": a.shards})
    names, shards = job.config["tables"], job.config["shards"]
    if len(a.shards) != len(names) * shards or len(a.tables) != len(names):
        raise InputError(f"--shards: {len(a.shards)} files for {shards} shards of {', '.join(names)}; give one each")
    of_table = {name: a.shards[i * shards : (i + 1) * shards] for i, name in enumerate(names)}
    outputs = dict(zip(names, a.tables, strict=True))
    gather([{name: files[i] for name, files in of_table.items()} for i in range(shards)], outputs, a.counts)
    job.finish(a.provenance, outputs={**outputs, "counts": a.counts}, seeds={})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--shards", type=Path, nargs="+", required=True, help="tables of the shards, name by name")
    parser.add_argument("--tables", type=Path, nargs="+", required=True, help="tables to write, in the same order")
    parser.add_argument("--counts", type=Path, required=True, help="JSON of events kept and drawn again to write")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance to write")
    run(main, parser)
