"""Join the trials of a search's workers; write them as one table, and the values of the best trial."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.tuning.settings import Search
from showergrid.tuning.trials import joined, read_trials, write_best, write_trials


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"workers": a.workers})
    search = Search(**job.config["search"])
    trials = joined([read_trials(path, search.space) for path in a.workers])
    write_best(a.best, search, trials)
    write_trials(a.trials, trials, list(search.space))
    outputs = {"best": a.best, "trials": a.trials}
    job.finish(a.provenance, outputs, {"search": search.seed})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=Path, nargs="+", required=True, help="tables of the workers' trials")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of the search")
    parser.add_argument("--best", type=Path, required=True, help="best.yaml to write")
    parser.add_argument("--trials", type=Path, required=True, help="table of all trials to write (CSV)")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
