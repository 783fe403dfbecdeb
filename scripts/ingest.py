"""Read hits from files (CSV, Parquet, HDF5, .npz, ROOT) into the study's tables of hits and events.

When run by hand, the files alone are enough if they are laid out as the reference's are; otherwise a column map says
what their columns mean: docs/ingest.md has one for each kind of file. Standard error reports what was read, by which
to see a wrong unit, and what was left out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import InputError, run
from showergrid.core.progress import report
from showergrid.events.detector import Box
from showergrid.sources.reading.column_maps import read_map
from showergrid.sources.reading.ingest import ingest
from showergrid.sources.reading.settings import Ingest


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__) if a.job is not None else None
    if not a.files:
        raise InputError("no file to read; name one or more")
    if job is None:
        job = provenance.start(json.dumps({"rule": "ingest", "config": read_map(a.columns, a.files)}), __file__)
    elif a.columns is not None:
        raise InputError("--columns: the job has a column map already; leave one of --columns and --job out")
    settings = Ingest(**job.config["ingest"]).model_copy(update={"files": a.files})
    if a.provenance is not None:
        job.reads({"files": [Path(name) for name in a.files]})
    tally = ingest(settings, job.config["pdg"], Box(**job.config["detector"]), job.config["order"], a.hits, a.events)
    for line in tally.lines():
        report(line)
    if a.provenance is not None:
        job.finish(a.provenance, outputs={"hits": a.hits, "events": a.events}, counts=tally.counts())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE", help="files of hits, in the order of their events")
    parser.add_argument("--hits", type=Path, required=True, help="table of hits to write")
    parser.add_argument("--events", type=Path, required=True, help="table of events to write")
    parser.add_argument("--columns", type=Path, metavar="MAP.yaml", help="what the columns mean")
    parser.add_argument("--job", help="JSON: resolved configuration of this job, in place of --columns")
    parser.add_argument("--provenance", type=Path, help="provenance to write")
    run(main, parser)
