"""Export a trained cell for C++: TorchScript, a description of its input as JSON, and some images to try it on.

The scores of the test events are compared with those of evaluation; if they differ, nothing is written.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from showergrid.apply import export
from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.core.plugins import closure_modules
from showergrid.evaluation.predictions import columns_of
from showergrid.inputs.views import cut_views, read_views
from showergrid.training.data import questions_of
from showergrid.training.device import prepare
from showergrid.training.model_file import read_model
from showergrid.training.settings import Training


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    job.reads({"model": a.model, "inputs": a.inputs, "predictions": a.predictions})
    weights, cell = read_model(a.model)
    export.check_network(cell)
    settings = Training(**{**cell["model"]["training"], "device": "cpu"})
    prepare(settings)
    table = pq.read_table(a.predictions, filters=[("split", "==", "test")])
    files = read_views(cell, a.inputs)
    test = cut_views(cell, files, table["event"].to_numpy())

    file = export.torchscript(weights, cell, test.inputs)
    scores = export.answers_of(file, test, settings.batch_size)
    columns = [name for question in questions_of(cell) for name in columns_of(question)]
    largest = export.difference(cell, scores, np.stack([table[name].to_numpy() for name in columns], axis=1))
    shown = np.arange(min(export.EXAMPLES, len(test)))
    told = {
        **export.specification(cell, files, test.inputs, job.config.get("units", {})),
        "agreement": {
            "events": len(test),
            "largest_difference": largest,
            "tolerance": export.TOLERANCE[settings.precision],
            "precision_of_evaluation": settings.precision,
        },
        "example": {
            "file": a.example.name,
            "layout": "one input after the other, little endian",
            "events": test.event[shown].tolist(),
            "scores": scores[shown].tolist(),
        },
    }
    for path, content in (
        (a.output, file),
        (a.example, b"".join(tensor.tobytes() for tensor in test.batch(shown).values())),
        (a.specification, (json.dumps(told, indent=1) + "\n").encode()),
    ):
        with replacing(path) as beside:
            beside.write_bytes(content)
    job.finish(
        a.provenance,
        {"model": a.output, "specification": a.specification, "example": a.example},
        {"cell": cell["seed"]},
        closure_modules(cell),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="model.safetensors of the cell")
    parser.add_argument(
        "--inputs", type=Path, nargs="+", required=True, help="input files of what it sees, one a representation"
    )
    parser.add_argument("--predictions", type=Path, required=True, help="its predictions.parquet")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this cell")
    parser.add_argument("--output", type=Path, required=True, help="TorchScript to write")
    parser.add_argument("--specification", type=Path, required=True, help="JSON of its input and output to write")
    parser.add_argument("--example", type=Path, required=True, help="inputs of some events to write, raw")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
