"""Draw a search for hyperparameters: its history, importances, parallel coordinates, each value against accuracy."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.report.figures.tuning import history_figure, importances_figure, parallel_figure, parameters_figure
from showergrid.tuning.settings import Search
from showergrid.tuning.trials import read_trials


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"trials": a.trials})
    search = Search(**job.config["search"])
    trials = read_trials(a.trials, search.space)
    history_figure(trials, a.history)
    importances_figure(trials, search, a.importances)
    parallel_figure(trials, search, a.parallel)
    parameters_figure(trials, search, a.parameters)
    outputs = {name: getattr(a, name) for name in ("history", "importances", "parallel", "parameters")}
    job.finish(a.provenance, outputs, {"search": search.seed})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=Path, required=True, help="table of the search's trials (CSV)")
    for name in ("history", "importances", "parallel", "parameters"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of the search")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
