"""Draw an event of each class and its prongs beside the heat maps of the answers to them."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.events.questions import Question
from showergrid.report.figures.prong_heatmaps import prong_heatmap_figure, read_prong_maps
from showergrid.report.settings.labels import HumanLabels


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"maps": a.maps, "report": a.report})
    asked = job.config["asked"]
    events, pixels = read_prong_maps(a.maps, a.report, [Question(**told["question"]) for told in asked])
    prong_heatmap_figure(events, pixels, [HumanLabels(**told["labels"]) for told in asked], a.figure)
    job.finish(a.provenance, outputs={"figure": a.figure})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--maps", type=Path, required=True, help="prong_heatmaps.parquet of the cell")
    parser.add_argument("--report", type=Path, required=True, help="prong_heatmaps.json of the cell")
    parser.add_argument("--figure", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--job", required=True, help="JSON: the questions of events and of prongs, and their labels")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
