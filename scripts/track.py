"""Write an MLflow tracking database with a run and a registered model for each cell."""

import argparse
from pathlib import Path

from showergrid.core import provenance
from showergrid.core.errors import run
from showergrid.track import mlflow
from showergrid.track.cells import read_cell
from showergrid.track.settings import TrackJob


def main(a: argparse.Namespace) -> None:
    """Run the command."""
    job = provenance.start(a.job, __file__)
    settings = TrackJob(**job.config)
    cells = [read_cell(a.results, name, settings.figures) for name in settings.cells]
    job.reads(mlflow.files(cells) | {"hits": a.hits, "packages": a.packages})
    with mlflow.database(a.database, a.artifacts, settings.experiment, cells[0].config["questions"][0]):
        runs = mlflow.log(cells, settings.experiment, a.hits, a.packages)
    print(f"{a.database}: {len(runs)} cells")
    job.finish(a.provenance, outputs={"database": a.database}, modules=mlflow.modules())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of the study, which holds cells/")
    parser.add_argument("--hits", type=Path, nargs="*", default=[], help="hits.parquet, for models that take hits")
    parser.add_argument("--packages", type=Path, required=True, help="list of the packages that a model needs")
    parser.add_argument("--database", type=Path, required=True, help="SQLite database to write")
    parser.add_argument("--artifacts", type=Path, required=True, help="folder to write that holds its files")
    parser.add_argument("--job", required=True, help="JSON: resolved configuration of this job")
    parser.add_argument("--provenance", type=Path, required=True, help="provenance record to write")
    run(main, parser)
