"""Read hits from files (CSV, Parquet, HDF5, .npz, ROOT) into tables of hits and events, by hand.

The files alone are enough if they are laid out as the reference's are; otherwise a column map says what their columns
mean: docs/ingest.md has one for each kind of file that people have. Standard error reports what was read, by which to
see a wrong unit, and what was left out. A study reads its files by itself (source: files).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from showergrid.core.errors import InputError, run
from showergrid.core.progress import report
from showergrid.sources.reading.column_maps import read_map
from showergrid.sources.reading.ingest import ingest


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    if not a.files:
        raise InputError("no file to read; name one or more")
    settings, asked = read_map(a.columns, a.files)
    tally = ingest(settings, asked.pdg, asked.detector, asked.order, a.hits, a.events)
    for line in tally.lines():
        report(line)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE", help="files of hits, in the order of their events")
    parser.add_argument("--hits", type=Path, required=True, help="table of hits to write")
    parser.add_argument("--events", type=Path, required=True, help="table of events to write")
    parser.add_argument("--columns", type=Path, metavar="MAP.yaml", help="what the columns mean")
    run(main, parser)
