"""Score the test showers with one cell as other readouts see them."""

from __future__ import annotations

import argparse
from pathlib import Path

import pyarrow.parquet as pq

from showergrid.apply.variations import scored
from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.events.hits import read_events
from showergrid.events.split import read_split
from showergrid.training.model_file import read_model


def main(a: argparse.Namespace) -> None:
    """Write the scores."""
    job = provenance.start(a.job, __file__)
    job.reads({"model": a.model, "hits": a.hits, "events": a.events, "split": a.split})
    weights, cell = read_model(a.model)
    event, sets = read_split(a.split, cell["model"]["training"].get("split"))
    names = job.config["variations"]
    shards = len(a.hits) // len(names)
    files = {name: a.hits[i * shards : (i + 1) * shards] for i, name in enumerate(names)}
    table = scored(weights, cell, files, read_events(a.events), event[sets == "test"])
    with replacing(a.scores) as beside:
        pq.write_table(table, beside)
    modules = closure_modules(cell)
    job.finish(a.provenance, {"scores": a.scores}, {"cell": cell["seed"]}, modules)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--model", type=Path, required=True, help="model.safetensors of the cell")
    parser.add_argument("--hits", type=Path, nargs="+", required=True, help="tables of hits, variation by variation")
    parser.add_argument("--events", type=Path, required=True, help="table of the study's events")
    parser.add_argument("--split", type=Path, required=True, help="table of the split")
    parser.add_argument("--scores", type=Path, required=True, help="table of scores to write")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance to write")
    run(main, parser)
