"""Draw one cell: its history, ROC curve and confusion matrix."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.evaluation.cell_folder import read_metrics
from showergrid.evaluation.predictions import read_predictions
from showergrid.events.questions import Question
from showergrid.report.figures.cell import confusion_figure, history_figure, roc_figure
from showergrid.report.settings.labels import HumanLabels
from showergrid.training.history import read_history


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"history": a.history, "metrics": a.metrics, "predictions": a.predictions})
    question = Question(**job.config["question"])
    labels = HumanLabels(**job.config["labels"])
    metrics = read_metrics(a.metrics)
    of_test = metrics["questions"][question.name]["test"]

    history_figure(read_history(a.history), metrics["best_epoch"], a.history_figure)
    roc_figure(read_predictions(a.predictions, question, "test"), question, labels, of_test, a.roc)
    confusion_figure(of_test["confusion"], labels, a.confusion)
    job.finish(a.provenance, outputs={"history_figure": a.history_figure, "roc": a.roc, "confusion": a.confusion})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--history", type=Path, required=True, help="history.csv of the cell")
    parser.add_argument("--metrics", type=Path, required=True, help="metrics.json of the cell")
    parser.add_argument("--predictions", type=Path, required=True, help="predictions.parquet of the cell")
    parser.add_argument("--history-figure", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--roc", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--confusion", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--job", required=True, help='JSON: resolved configuration with "question" and "labels"')
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
