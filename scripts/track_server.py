"""Log the cells to an MLflow server: a run and a registered model for each cell that it does not have yet."""

import argparse
import json
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.atomic import replacing
from showergrid.core.errors import run
from showergrid.track import mlflow
from showergrid.track.cells import read_cell
from showergrid.track.settings import TrackServerJob


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = TrackServerJob(**job.config)
    cells = [read_cell(a.results, name, settings.figures) for name in settings.cells]
    job.reads(mlflow.files(cells) | {"hits": a.hits, "packages": a.packages})
    with mlflow.server(settings.server):
        runs = mlflow.log(cells, settings.experiment, a.hits, a.packages)
    with replacing(a.runs) as partial:
        partial.write_text(json.dumps({"server": settings.server, "runs": runs}, indent=1) + "\n")
    print(f"{settings.server}: {len(runs)} cells")
    job.finish(a.provenance, outputs={"runs": a.runs}, modules=mlflow.modules())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the study, which holds cells/")
    parser.add_argument("--hits", type=Path, nargs="*", default=[], help="hits.parquet, for models that take hits")
    parser.add_argument("--packages", type=Path, required=True, help="list of the packages that a model needs")
    parser.add_argument("--runs", type=Path, required=True, help="JSON to write: the run of each cell")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
