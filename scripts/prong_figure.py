"""Draw test events with their prongs coloured by truth and by the answer of a cell."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.events.questions import Question
from showergrid.report.figures.prongs import FEWEST, coloured_hits, hits_of_prongs
from showergrid.report.settings.labels import HumanLabels


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"predictions": a.predictions, "hits": a.hits})
    question, labels = Question(**job.config["question"]), HumanLabels(**job.config["labels"])
    events = hits_of_prongs(a.predictions, a.hits, question, job.config["shown"])
    coloured_hits(events, labels.kinds(question), f"{FEWEST} prongs", a.figure)
    job.finish(a.provenance, outputs={"figure": a.figure})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--predictions", type=Path, required=True, help="predictions.prongs.parquet of the cell")
    parser.add_argument("--hits", type=Path, required=True, help="hits.parquet")
    parser.add_argument("--figure", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--job", required=True, help="JSON: question, labels and number of the events to draw")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
