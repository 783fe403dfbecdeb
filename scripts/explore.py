"""Set the showers beside what was published of the reference's, and try simple classifiers on them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from showergrid import provenance
from showergrid.atomic import replacing
from showergrid.errors import InputError, run
from showergrid.hits import read_events
from showergrid.settings.validation import Baselines, PublishedData
from showergrid.splitting import read_split
from showergrid.validation import draw, read_sample, summary


def main(arguments: argparse.Namespace) -> None:
    """Write the summary and its figure."""
    job = provenance.start(arguments.job, __file__)
    baselines = Baselines(**job.config["baselines"])
    classes = job.config["classes"]
    sample = read_sample(arguments.hits, arguments.events, baselines)
    event, sets = read_split(arguments.split)
    if not np.array_equal(event, read_events(arguments.events)["event"].to_numpy()):
        raise InputError(f"{arguments.split}: divides other events than those of {arguments.events}; make it again")
    found = summary(
        sample,
        sets,
        classes,
        json.loads(arguments.counts.read_text()),
        baselines,
        PublishedData(**job.config["published"]),
        job.config["order"],
    )
    with replacing(arguments.summary) as beside:
        beside.write_text(json.dumps(found, indent=2) + "\n")
    draw(sample, found, classes, arguments.figure)
    job.finish(
        arguments.provenance,
        inputs={name: getattr(arguments, name) for name in ("hits", "events", "split", "counts")},
        outputs={"summary": arguments.summary, "figure": arguments.figure},
        seeds={"xgboost": baselines.xgboost.seed},
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--hits", type=Path, required=True, help="table of hits")
    parser.add_argument("--events", type=Path, required=True, help="table of events")
    parser.add_argument("--split", type=Path, required=True, help="table of the split")
    parser.add_argument("--counts", type=Path, required=True, help="JSON of events kept and drawn again")
    parser.add_argument("--summary", type=Path, required=True, help="JSON of all figures to write")
    parser.add_argument("--figure", type=Path, required=True, help="PDF to write")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance to write")
    run(main, parser)
