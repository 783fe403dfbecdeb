"""Draw the test events of each class that a cell answered wrong with the most confidence."""

import argparse
from pathlib import Path

import numpy as np

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.events.questions import Question
from showergrid.explain.selection import pixel_size
from showergrid.inputs.calibration import read_calibration
from showergrid.inputs.input_file import read_images
from showergrid.inputs.settings import WindowSettings
from showergrid.inputs.window import Window
from showergrid.report.figures.galleries import mistakes_figure, worst
from showergrid.report.settings.labels import HumanLabels


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"predictions": a.predictions, "images": a.images, "calibration": a.calibration})
    question, shown = Question(**job.config["question"]), job.config["shown"]
    labels = HumanLabels(**job.config["labels"])
    images = read_images(a.images)
    window = Window.of(WindowSettings(**job.config["window"]), images.axes)
    pixel = np.array(pixel_size(read_calibration(a.calibration), images.axes))
    mistakes_figure(
        worst(a.predictions, images, window, pixel, question, shown), labels.kinds(question), shown, a.figure
    )
    job.finish(a.provenance, outputs={"figure": a.figure})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--predictions", type=Path, required=True, help="predictions.parquet of the cell")
    parser.add_argument("--images", type=Path, required=True, help="image file of the representation and resolution")
    parser.add_argument("--calibration", type=Path, required=True, help="calibration of the images")
    parser.add_argument("--figure", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--job", required=True, help="JSON: question, labels, window and number of the events to draw")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
