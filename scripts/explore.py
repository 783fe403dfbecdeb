"""Analyse the data: all showers beside what was published of the reference's, in numbers and figures."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import InputError, run
from showergrid.events.hits import read_events
from showergrid.events.questions import Question
from showergrid.events.split import read_split
from showergrid.report.data.sample import read_sample
from showergrid.report.data.settings import Baselines, PublishedData
from showergrid.report.data.summary import summary, write_extents
from showergrid.report.figures.data import FIGURES
from showergrid.report.settings.labels import HumanLabels


def main(arguments: argparse.Namespace) -> None:
    """Write the summary, the table of extents and the figures."""
    job = provenance.start(arguments.job, __file__)
    job.reads(
        {name: getattr(arguments, name) for name in ("hits", "events", "split", "counts") if getattr(arguments, name)}
    )
    baselines = Baselines(**job.config["baselines"])
    question = Question(**job.config["question"])
    labels = HumanLabels(**job.config["labels"])
    published = PublishedData(**job.config["published"]) if job.config["published"] else None
    sample = read_sample(arguments.hits, arguments.events, question, baselines)
    event, sets = read_split(arguments.split)
    everything = read_events(arguments.events)["event"].to_numpy()
    if not np.isin(event, everything).all():
        raise InputError(f"{arguments.split}: divides other events than those of {arguments.events}; make it again")
    counts = json.loads(arguments.counts.read_text()) or None
    split = np.full(everything.size, "", sets.dtype)
    split[np.searchsorted(everything, event)] = sets
    numbers = summary(sample, split, question, counts, baselines, published, job.config["order"])
    with replacing(arguments.summary) as beside:
        beside.write_text(json.dumps(numbers, indent=2) + "\n")
    write_extents(sample, question.names, published, arguments.extents)
    figures = {f"{name}_figure": getattr(arguments, f"{name}_figure") for name in FIGURES}
    for name, draw in FIGURES.items():
        draw(sample, numbers, labels.kinds(question), figures[f"{name}_figure"])
    job.finish(
        arguments.provenance,
        outputs={"summary": arguments.summary, "extents": arguments.extents, **figures},
        seeds={"xgboost": baselines.xgboost.seed},
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--hits", type=Path, required=True, help="table of hits")
    parser.add_argument("--events", type=Path, required=True, help="table of events")
    parser.add_argument("--split", type=Path, required=True, help="table of the split")
    parser.add_argument(
        "--counts", type=Path, required=True, help="JSON of events kept and drawn again, empty if not simulated"
    )
    parser.add_argument("--summary", type=Path, required=True, help="JSON of all numbers to write")
    parser.add_argument("--extents", type=Path, required=True, help="CSV of the quartiles of the extents to write")
    for name, draw in FIGURES.items():
        option = f"--{name.replace('_', '-')}-figure"
        parser.add_argument(option, type=Path, required=True, help=f"PDF to write: {draw.__doc__.splitlines()[0]}")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance to write")
    run(main, parser)
