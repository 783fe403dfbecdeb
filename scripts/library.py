"""Make what all shards of a source have in common, once."""

from __future__ import annotations

import argparse
from pathlib import Path

from showergrid.core import plugins, provenance
from showergrid.core.errors import run
from showergrid.core.progress import report
from showergrid.sources.parts.library import write_library


def main(a: argparse.Namespace) -> None:
    """Write the library."""
    job = provenance.start(a.job, __file__)
    source = plugins.load("sources", job.config["source"]["module"])
    library, facts = source.library(source.Library(**job.config["source"]["parameters"]))
    write_library(a.output, library)
    for line in facts.said:
        report(line)
    modules = plugins.closure_modules(job.config)
    job.finish(a.provenance, outputs={"library": a.output}, seeds=facts.seeds, counts=facts.counts, modules=modules)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--output", type=Path, required=True, help="library to write (safetensors)")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance to write")
    run(main, parser)
