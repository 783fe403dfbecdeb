# The study, and what the workflow asks of it: paths, code and the one JSON parameter of every job.
import functools
import json
import os
import sys

sys.path.insert(0, os.path.join(workflow.basedir, "scripts"))

from pathlib import Path

from showergrid.closure import closure
from showergrid.errors import InputError
from showergrid.provenance import sha256
from showergrid.study import Study, closure_modules, published
from snakemake.exceptions import WorkflowError
from snakemake.settings.types import DeploymentMethod

try:
    STUDY = Study.read(config)
    PUBLISHED = published(STUDY.config, Path(workflow.basedir))
except InputError as error:
    raise WorkflowError(str(error)) from None

RESULTS = STUDY.config.results
SCRIPTS = Path(os.path.relpath(os.path.join(workflow.basedir, "scripts")))

# A bare `.venv/bin/snakemake` finds the Python of its own environment.
os.environ.update(
    PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()])
)

# The environment of each step: a lock in envs/ and an image in containers/ of that name.
ENVIRONMENTS = {"train": "torch", "evaluate": "torch"}
LOCKS = {
    name: sha256(Path(workflow.basedir, "envs", f"{name}.txt"))
    for name in ("data", "torch")
}

for name in (
    LOCKS
    if DeploymentMethod.APPTAINER in workflow.deployment_settings.deployment_method
    else ()
):
    if not Path(f"containers/{name}.sif").is_file():
        raise WorkflowError(
            f"containers/{name}.sif is not there: this version runs in the locked environment of .venv; "
            "leave out --software-deployment-method apptainer"
        )


wildcard_constraints:
    representation="|".join(entry.name for entry in STUDY.config.representations),
    resolution=r"[1-9][0-9]*",
    model="|".join(entry.name for entry in STUDY.config.models),
    seed=r"0|[1-9][0-9]*",
    shard=r"0|[1-9][0-9]*",
    table="|".join(STUDY.tables) or "none",


@functools.cache
def resolved(step, **wildcards):
    """What a job is told, from its step and wildcards alone; a fault in the study is one line."""
    numbers = {
        name: int(value) if name in ("resolution", "seed", "shard") else value
        for name, value in wildcards.items()
    }
    try:
        return STUDY.job(step, PUBLISHED, **numbers)
    except InputError as error:
        raise WorkflowError(str(error)) from None


def job(step):
    """The parameter function of a step: one JSON text that holds all that decides its outputs beside its files."""

    def text(wildcards):
        environment = ENVIRONMENTS.get(step, "data")
        found = {
            "rule": step,
            "wildcards": dict(wildcards.items()),
            "config": resolved(step, **wildcards),
            "environment": {
                "lock": f"envs/{environment}.txt",
                "sha256": LOCKS[environment],
            },
        }
        return json.dumps(found, sort_keys=True)

    return text


@functools.cache
def sources(script, *modules):
    """Paths of the source files behind a command and the modules that it loads by name."""
    return [str(path) for path in closure(SCRIPTS / script, *modules)]


def code(step):
    """The input function of a step: every source file that can change its outputs."""
    return lambda wildcards: sources(
        f"{step}.py", *closure_modules(resolved(step, **wildcards))
    )


def weights(wildcards):
    """The file of pretrained weights that a cell names, if it exists; training says so when it is missing."""
    named = resolved("train", **wildcards)["model"]["parameters"].get("weights", "none")
    return [named] if os.path.isfile(named) else []


def compute_threads(wildcards):
    """The cores to reserve for a cell: as many as its compute threads."""
    return resolved("train", **wildcards)["model"]["training"]["threads"]


def shards(suffix):
    """The files of all shards that end so, in order."""
    return [
        f"{RESULTS}/data/shards/{shard}.{suffix}"
        for shard in range(STUDY.config.simulation.shards)
    ]


DRAWN = resolved("event_figures")["representations"]

CELL = f"{RESULTS}/cells/{{representation}}/c{{resolution}}/{{model}}/seed{{seed}}"
CELL_FILES = [
    "model.safetensors",
    "history.csv",
    "train.provenance.json",
    "predictions.parquet",
    "metrics.json",
    "evaluate.provenance.json",
]
FIGURES = [
    "figures/history.pdf",
    "figures/roc.pdf",
    "figures/confusion.pdf",
    "figures/history.pdf.provenance.json",
]


def cell_files(cells, names):
    """The files `names` of some cells."""
    return [f"{RESULTS}/{cell.folder}/{name}" for cell in cells for name in names]


def data_provenance(cells):
    """The records of the data and the images that some cells are made of."""
    images = sorted(
        {f"{RESULTS}/images/{cell.representation}/c{cell.resolution}" for cell in cells}
    )
    data = ["hits.parquet", "split.parquet", "calibration.json"]
    return [
        f"{output}.provenance.json"
        for output in [
            *shards("hits.parquet"),
            *[f"{RESULTS}/data/{name}" for name in data],
            *[
                f"{image}.{suffix}"
                for image in images
                for suffix in ("calibration.json", "safetensors")
            ],
        ]
    ]


def missing_files(wildcards):
    """Files of a table's cells, and records of their data, that are not there: Snakemake by itself looks only for those
    that a job is about to read.

    It is a parameter of the table, evaluated for the plan and again when the table is made: one that is deleted later
    changes it and so comes back. Snakemake 9.27 would record the plan's value, so its memory of it is cleared.
    """
    workflow.persistence._params.cache_clear()
    cells = STUDY.table_cells(wildcards.table)
    return [
        path
        for path in cell_files(cells, CELL_FILES) + data_provenance(cells)
        if not os.path.exists(path)
    ]
