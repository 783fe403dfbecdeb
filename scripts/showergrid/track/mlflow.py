"""Cells as runs and registered models of MLflow: in a new database, or on a server."""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

# MLflow reads these when it is imported; without them it calls home and prints what nobody asked for.
os.environ |= {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")

import mlflow
import numpy as np
import pandas as pd
from mlflow.entities import ExperimentTag, LoggedModel, LoggedModelOutput, Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.models import Model, ModelSignature
from mlflow.store.artifact.artifact_repository_registry import get_registered_artifact_repositories
from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.types import ColSpec, Schema

from showergrid.core import plugins
from showergrid.core.closure import LEFT_OUT, closure
from showergrid.core.errors import InputError
from showergrid.core.progress import progress
from showergrid.evaluation.predictions import columns_of
from showergrid.events.hits import AXES, read_hits
from showergrid.track.cells import FILES, TrackedCell
from showergrid.training.data import questions_of
from showergrid.training.hyperparameters import kind_of

SCHEME = "mlflow-artifacts"  # of addresses that a server resolves, wherever its folder of artifacts is
VIEW = "cells"  # the view of an experiment that `make ui` opens
EXAMPLES = 2  # events that a model shows as its example of an input
SCRIPTS = Path(__file__).parents[2]


@contextmanager
def database(path: Path, artifacts: Path, experiment: str, question: Mapping[str, Any]) -> Iterator[None]:
    """Log into a new SQLite file and the folder `artifacts`; both appear, complete, only if the block succeeds.

    Its pages show the runs by their test accuracy of the `question`, or by their resolution if it is of a value.

    The database holds addresses below the folder only, so that both can be moved; a server that has both resolves them.
    """
    beside, beside_artifacts = (place.with_name(f".partial-{place.name}") for place in (path, artifacts))
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove(beside, beside_artifacts)
    repositories = get_registered_artifact_repositories()
    by_server = repositories[SCHEME]
    repositories[SCHEME] = lambda uri, **_: LocalArtifactRepository(
        str(beside_artifacts / uri.removeprefix(f"{SCHEME}:").strip("/"))
    )
    address = f"sqlite:///{beside.absolute()}"
    try:
        store = SqlAlchemyStore(address, f"{SCHEME}:/")
        tags = {"experimentKind": "custom_model_development", f"sharedViewState.{VIEW}": json.dumps(_view(question))}
        store.create_experiment(experiment, tags=[ExperimentTag(f"mlflow.{key}", value) for key, value in tags.items()])
        mlflow.set_tracking_uri(address)
        yield
        store.engine.dispose()
        _remove(path, artifacts)
        os.replace(beside_artifacts, artifacts)
        os.replace(beside, path)
    finally:
        repositories[SCHEME] = by_server
        _remove(beside, beside_artifacts)


@contextmanager
def server(address: str) -> Iterator[None]:
    """Log to a server.

    Raises:
        InputError: the server cannot be reached, or refuses.
    """
    mlflow.set_tracking_uri(address)
    try:
        yield
    except MlflowException as error:
        raise InputError(f"tracking: server {address}: {str(error).splitlines()[0]}") from None


def _view(question: Mapping[str, Any]) -> dict[str, Any]:
    """A table of runs as MLflow's pages share one: the best of the test first, with its interval and the cell."""
    of_value = question.get("kind") == "value"
    measure = f"metrics.`{question['name']}/test/{'resolution' if of_value else 'accuracy'}"
    columns = [f"{measure}`", f"{measure}/low`", f"{measure}/high`"]
    columns += [f"params.`{name}`" for name in ("representation.name", "resolution", "model.name", "seed")]
    return {"orderByKey": columns[0], "orderByAsc": of_value, "selectedColumns": columns, "columnOrder": columns}


def log(cells: Sequence[TrackedCell], experiment: str, hits: Sequence[Path], packages: Path) -> dict[str, str]:
    """Make a run of each cell that has none yet, in the order given; return cell -> run.

    A run with the digest of its cell stays as it is; one of an older state of the cell, or one that was not finished,
    is deleted once the new one is there. The model of a cell that takes hits is registered with its run. `hits`:
    hits.parquet of the study if it has hits, from which a model shows an example of its input; `packages`: a list of
    the packages that a model needs where it is loaded, in the versions of its cell.
    """
    lines = packages.read_text().splitlines()
    names = [line.split("==")[0] for line in lines if line and not line.startswith("#")]
    client = mlflow.MlflowClient()
    runs = {}
    place = mlflow.set_experiment(experiment).experiment_id
    for cell in progress(cells, "tracking", "cell"):
        before = client.search_runs([place], f"tags.cell = '{cell.name}'")
        same = [
            run for run in before if run.info.status == "FINISHED" and run.data.tags["digest"] == cell.tags["digest"]
        ]
        runs[cell.name] = same[0].info.run_id if same else _log_cell(client, place, cell, hits, names)
        for run in before:
            if run.info.run_id != runs[cell.name]:
                client.delete_run(run.info.run_id)
    return runs


def takes_hits(cell: Mapping[str, Any]) -> bool:
    """Whether all that a cell sees is made of hits, and so has a resolution, and it tells of events alone."""
    views = cell.get("views", [cell])
    of_hits = all(view["resolution"] is not None and kind_of(view["representation"]) != "prongs" for view in views)
    return of_hits and "hit_questions" not in cell


def files(cells: Sequence[TrackedCell]) -> dict[str, list[Path]]:
    """The files of the cells that are shown, by name."""
    return {name: [cell.folder / name for cell in cells] for name in (*FILES, *cells[0].figures)}


def modules() -> tuple[str, ...]:
    """Dotted names of the modules that a model may load by name: all, as two models in a process share one library."""
    return ("showergrid.track.model", *plugins.modules("representations", "models"))


def _log_cell(
    client: mlflow.MlflowClient, place: str, cell: TrackedCell, hits: Sequence[Path], packages: Sequence[str]
) -> str:
    """Make the run of a cell; it counts as finished once it is complete."""
    run = client.create_run(place, start_time=cell.start, run_name=cell.name).info.run_id
    client.log_batch(
        run,
        metrics=[
            *(
                Metric(name, value, cell.end, row.epoch)
                for row in cell.epochs
                for name, value in asdict(row).items()
                if name != "epoch" and not math.isnan(value)  # no accuracy of a value
            ),
            *(Metric(name, value, cell.end, 0) for name, value in cell.metrics.items()),
        ],
        params=[Param(name, value) for name, value in cell.parameters.items()],
        tags=[RunTag(name, value) for name, value in cell.tags.items()],
    )
    for figure in cell.figures:
        client.log_artifact(run, str(cell.folder / figure), str(Path(figure).parent))
    if takes_hits(cell.config):
        _register(client, place, run, cell, *hits, packages)
    client.set_terminated(run, "FINISHED", cell.end)
    return run


def _register(
    client: mlflow.MlflowClient, place: str, run: str, cell: TrackedCell, hits: Path, packages: Sequence[str]
) -> None:
    """Register the model of a cell: its weights, the code that turns hits into scores, its inputs and outputs.

    mlflow.pyfunc.log_model would do the same, but also run the network as a test, and PyTorch is not installed here.
    """
    model = client.create_logged_model(place, "cell", source_run_id=run, tags={"cell": cell.name})
    with tempfile.TemporaryDirectory() as folder:
        _save_model(Path(folder, "model"), cell, _about(model, run), hits, packages)
        client.log_model_artifacts(model.model_id, str(Path(folder, "model")))
    client.finalize_logged_model(model.model_id, "READY")
    client.log_outputs(run, [LoggedModelOutput(model.model_id, step=0)])
    name = cell.name.replace("/", ".")  # MLflow allows no slash in a name
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    client.create_model_version(name, f"models:/{model.model_id}", run, model_id=model.model_id)


def _save_model(folder: Path, cell: TrackedCell, about: Model, hits: Path, packages: Sequence[str]) -> None:
    example = _example(hits, time=cell.config["representation"].get("order") == "truth_time")
    answered = [name for question in questions_of(cell.config) for name in columns_of(question)]
    versions = {"mlflow": mlflow.__version__, "pandas": pd.__version__}
    versions |= {name: cell.packages[name] for name in packages if name in cell.packages}
    with tempfile.TemporaryDirectory() as beside:
        code = Path(beside, "showergrid")
        _copy_code(code)
        mlflow.pyfunc.save_model(
            folder,
            mlflow_model=about,
            python_model=code / "track/model.py",
            code_paths=[str(code)],
            artifacts={"model": str((cell.folder / "model.safetensors").absolute())},
            signature=ModelSignature(
                inputs=Schema([ColSpec("long" if name == "event" else "float", name) for name in example]),
                outputs=Schema([ColSpec("long", "event"), *(ColSpec("double", name) for name in answered)]),
            ),
            input_example=example,
            pip_requirements=[f"{name}=={version}" for name, version in versions.items()],
        )
    # MLflow has recorded where it found these files, in folders of this machine
    flavor = about.flavors["python_function"]
    flavor["artifacts"]["model"]["uri"] = flavor["artifacts"]["model"]["path"]
    flavor["model_code_path"] = "model.py"
    about.save(folder / "MLmodel")


def _about(model: LoggedModel, run: str) -> Model:
    return Model(artifact_path=model.artifact_location, run_id=run, model_id=model.model_id, model_uuid=model.model_id)


def _copy_code(folder: Path) -> None:
    """Copy the modules of this library that a model needs."""
    root = SCRIPTS / "showergrid"
    for path in closure(SCRIPTS / "track.py", *modules(), *LEFT_OUT):
        if path.is_relative_to(root):
            copy = folder / path.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _example(hits: Path, time: bool) -> pd.DataFrame:
    """The hits of the study's first events, as in hits.parquet."""
    chunk = next(read_hits(hits, time=time))
    chunk = chunk.only(np.arange(chunk.event.size) < EXAMPLES)
    columns = dict(zip(AXES, chunk.position.T, strict=True)) | {"charge": chunk.charge}
    if time:
        columns["time"] = chunk.time
    numbers = {name: values.astype(np.float32) for name, values in columns.items()}
    return pd.DataFrame({"event": chunk.event[chunk.row], **numbers})


def _remove(*places: Path) -> None:
    for place in places:
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
