"""Run one worker's trials of a search for hyperparameters; write a table of them."""

import argparse
import shutil
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.inputs.input_file import read_input
from showergrid.tasks.asked import tasks_of
from showergrid.training import fitting
from showergrid.training.data import events_and_split, questions_of
from showergrid.training.device import prepare
from showergrid.training.settings import Training
from showergrid.tuning.inputs import InputData
from showergrid.tuning.search import search
from showergrid.tuning.settings import Search
from showergrid.tuning.trial import Trials
from showergrid.tuning.trials import write_trials


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads(
        {
            "inputs": a.inputs,
            "tables": a.tables,
            "calibration": a.calibration,
            "events": a.events,
            "split": a.split,
            "weights": a.weights,
        }
    )
    cell, settings = job.config, Search(**job.config["search"])
    modules = closure_modules(cell)
    fitted = fitting.estimator(cell["model"])
    device = None if fitted else prepare(Training(**cell["model"]["training"]))
    events, split = events_and_split(a.events, a.split, questions_of(cell), cell["model"]["training"].get("split"))
    # Several workers share a journal across machines; the journal of a single worker is for its machine alone.
    digest = job.digest(modules, machine=settings.workers == 1)
    journal = a.folder / f"{digest[:16]}.journal"
    trials = Trials(
        cell=cell,
        tasks=tasks_of(cell),
        seeds=tuple(settings.seeds),
        seen=read_input(*a.inputs) if a.inputs else InputData(a.tables, a.split, a.calibration),
        events=events,
        split=split,
        device=device,
        scratch=a.folder / f"worker{a.worker}",
        digest=digest,
        epochs=job.config["epochs"],
    )
    rows = search(settings, a.worker, trials.epochs * len(trials.seeds), journal, trials.measure)
    shutil.rmtree(trials.scratch, ignore_errors=True)
    write_trials(a.output, rows, list(settings.space))
    seeds = {"search": settings.seed, **{f"training {i}": seed for i, seed in enumerate(settings.seeds)}}
    job.finish(a.provenance, {"trials": a.output}, seeds, modules)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=Path, nargs="*", default=[], help="input file, if all trials have the same")
    parser.add_argument(
        "--tables",
        type=Path,
        nargs="*",
        default=[],
        help="what each trial makes its inputs of, if it does",
    )
    parser.add_argument("--calibration", type=Path, nargs="*", default=[], help="that of the hits, with --tables")
    parser.add_argument("--events", type=Path, required=True, help="events.parquet")
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument(
        "--weights", type=Path, nargs="*", default=[], help="files of pretrained weights, for the record"
    )
    parser.add_argument("--worker", type=int, required=True, help="which worker of the search this is, from 0")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of the search")
    parser.add_argument("--folder", type=Path, required=True, help="folder of the journal, which all workers share")
    parser.add_argument("--output", type=Path, required=True, help="table of trials to write (CSV)")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
