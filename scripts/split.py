"""Divide the events into training, validation and test set, the same for every cell."""

import argparse
from pathlib import Path

import pyarrow as pa

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.events.hits import read_events
from showergrid.events.settings import Split
from showergrid.events.split import asked, check_classes, divide, divide_groups, groups, to_test, write_split


def main(a: argparse.Namespace) -> None:
    """Divide and write."""
    job = provenance.start(a.job, __file__)
    job.reads({"events": a.events})
    split, questions = Split(**job.config["split"]), job.config["questions"]
    events = read_events(a.events)
    label, values, kept = asked(events, questions)
    events, label = events.filter(pa.array(kept)), label[kept]
    divided = {}
    for name, one in split.divisions.items():
        group = None if one.by is None else groups(events, one.by)
        sets = divide(label, values, one) if group is None else divide_groups(label, values, one, group)
        sets[to_test(events, questions)] = "test"
        check_classes(events, sets, questions)
        divided[name] = sets
    group = None if split.by is None else groups(events, split.by)
    write_split(a.output, events["event"].to_numpy(), divided.pop(None), group, divided)
    counts = {"events": int(kept.sum()), "dropped": int((~kept).sum())}
    job.finish(a.provenance, outputs={"split": a.output}, seeds={"split": split.seed}, counts=counts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance file to write")
    parser.add_argument("--events", type=Path, required=True, help="events.parquet")
    parser.add_argument("--output", type=Path, required=True, help="split.parquet to write")
    run(main, parser)
