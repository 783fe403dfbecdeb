"""Draw one cell: its history, ROC curve and confusion matrix."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.evaluation.cell_folder import read_metrics, read_predictions
from showergrid.events.classes import Class
from showergrid.report.figures.cell import confusion_figure, history_figure, roc_figure
from showergrid.training.history import read_history


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"history": a.history, "metrics": a.metrics, "predictions": a.predictions})
    classes = [Class(**entry) for entry in job.config["classes"]]
    metrics = read_metrics(a.metrics)
    test = metrics["splits"]["test"]
    _, labels, scores = read_predictions(a.predictions, classes, "test")

    history_figure(read_history(a.history), metrics["best_epoch"], a.history_figure)
    roc_figure(labels, scores, [kind.name for kind in classes], test["roc_auc"], a.roc)
    confusion_figure(test["confusion"], a.confusion)
    job.finish(a.provenance, outputs={"history_figure": a.history_figure, "roc": a.roc, "confusion": a.confusion})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--history", type=Path, required=True, help="history.csv of the cell")
    parser.add_argument("--metrics", type=Path, required=True, help="metrics.json of the cell")
    parser.add_argument("--predictions", type=Path, required=True, help="predictions.parquet of the cell")
    parser.add_argument("--history-figure", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--roc", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--confusion", type=Path, required=True, help="figure to write (.pdf or .png)")
    parser.add_argument("--job", required=True, help='JSON: resolved configuration with "classes"')
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
