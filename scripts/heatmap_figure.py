"""Draw events of all classes, answered right and wrong, beside the heat maps of their answers."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.events.questions import Question
from showergrid.report.figures.galleries import heatmap_figure, read_maps
from showergrid.report.settings.labels import HumanLabels


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"maps": a.maps, "report": a.report})
    question = Question(**job.config["question"])
    labels = HumanLabels(**job.config["labels"])
    events = read_maps(a.maps, a.report, question)
    heatmap_figure(events, labels.kinds(question), job.config["energy"], job.config["shown"], a.figure)
    job.finish(a.provenance, outputs={"figure": a.figure})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--maps", type=Path, required=True, help="heatmaps.parquet of the cell")
    parser.add_argument("--report", type=Path, required=True, help="heatmaps.json of the cell")
    parser.add_argument("--figure", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--job", required=True, help="JSON: question, labels, energy and number of the events to draw")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
