"""Score test events with a trained cell after some of their hits are removed."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.core.progress import progress
from showergrid.evaluation.settings import Bootstrap
from showergrid.events.hits import read_hits
from showergrid.events.split import groups_of
from showergrid.explain.removal import WAYS, Trained, in_order, table, write_table
from showergrid.explain.selection import drawn
from showergrid.explain.settings import Removal
from showergrid.inputs.input_file import read_input
from showergrid.inputs.views import cut_views
from showergrid.training.data import events_and_split, labelled, questions_of
from showergrid.training.model_file import read_model


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"model": a.model, "inputs": a.inputs, "hits": a.hits, "events": a.events, "split": a.split})
    seed, removal = job.config["explanation_seed"], Removal(**job.config["removal"])
    weights, cell = read_model(a.model)
    questions = questions_of(cell)
    events, split = events_and_split(a.events, a.split, questions, cell["model"]["training"].get("split"))
    chosen = drawn(split["test"], removal.events, seed)
    whole = read_input(a.inputs, cell["representation"]["name"], cell["resolution"])
    seen = cut_views(cell, {whole.representation: whole}, chosen)
    labels = labelled(seen, events, questions).label[:, 0]
    order = cell["representation"].get("order")
    hits = in_order(read_hits(a.hits, time=order is not None), chosen, order)

    bootstrap = Bootstrap(**job.config["bootstrap"])
    first = questions_of(job.config)[0]  # with its positive class, of which the cell knows nothing
    group = groups_of(a.split, chosen)
    rows = table(Trained(weights, cell, whole), hits, first, labels, removal.kept, seed, bootstrap, group)
    write_table(a.table, progress(rows, "removal", "row", len(WAYS) * len(removal.kept)))
    job.finish(
        a.provenance, {"table": a.table}, {"explanation": seed, "bootstrap": bootstrap.seed}, closure_modules(cell)
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model.safetensors of the cell")
    parser.add_argument("--inputs", type=Path, required=True, help="input file of the representation and resolution")
    parser.add_argument("--hits", type=Path, required=True, help="hits.parquet")
    parser.add_argument("--events", type=Path, required=True, help="events.parquet")
    parser.add_argument("--split", type=Path, required=True, help="split.parquet")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of the cell and the removal")
    parser.add_argument("--table", type=Path, required=True, help="removal.csv to write")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
