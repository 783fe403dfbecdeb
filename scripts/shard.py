"""Make one shard of a study's events: the part of them that one job simulates, or all that is read from files."""

from __future__ import annotations

import argparse
from pathlib import Path

from showergrid.core import plugins, provenance
from showergrid.core.errors import run
from showergrid.core.progress import report
from showergrid.sources.parts.library import read_library
from showergrid.sources.parts.request import Request


def main(a: argparse.Namespace) -> None:
    """Write the shard's tables."""
    job = provenance.start(a.job, __file__)
    job.reads({"files": a.files, "library": a.library})
    source = plugins.load("sources", job.config["source"]["module"])
    settings = source.Parameters(**job.config["source"]["parameters"])
    outputs = dict(zip((*source.collections(settings), "events"), a.tables, strict=True))
    made = source.make(settings, Request(**job.config["request"]), a.shard, outputs, *map(read_library, a.library))
    for line in made.said:
        report(line)
    modules = plugins.closure_modules(job.config)
    job.finish(a.provenance, outputs=outputs, seeds=made.seeds, counts=made.counts, modules=modules)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help="files that the source reads")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--shard", type=int, required=True, help="number of the shard, from 0 on")
    parser.add_argument("--library", type=Path, nargs="*", default=[], help="library of the source, if it has one")
    parser.add_argument("--tables", type=Path, nargs="+", required=True, help="to write: each collection, then events")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance to write")
    run(main, parser)
