# The study, and what the workflow asks of it: paths, code and the one JSON parameter of every job.
import functools
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(workflow.basedir, "scripts"))

from pathlib import Path

from showergrid import apptainer, containers, jobs, plugins
from showergrid.closure import closure
from showergrid.errors import InputError
from showergrid.provenance import sha256
from showergrid.study import Study
from showergrid.weights import weights_file
from snakemake.exceptions import WorkflowError
from snakemake.settings.types import DeploymentMethod

try:
    STUDY = Study.read(config)
    PUBLISHED = jobs.published(STUDY.config, Path(workflow.basedir))
except InputError as error:
    raise WorkflowError(str(error)) from None

RESULTS = STUDY.config.results

folder = Path(RESULTS)
while not folder.exists():
    folder = folder.parent
if not (folder.is_dir() and os.access(folder, os.W_OK)):
    raise WorkflowError(
        f"{folder}: cannot be written to; make it a folder that can, or name another: results: in the configuration"
    )

SCRIPTS = Path(os.path.relpath(os.path.join(workflow.basedir, "scripts")))

# A bare `.venv/bin/snakemake` finds the Python of its own environment.
os.environ.update(
    PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()])
)

# The environment of each step: a lock in envs/ and an image in containers/ of that name.
ENVIRONMENTS = {
    "train": "torch",
    "evaluate": "torch",
    "predict": "torch",
    "export": "torch",
    "list_rules": "workflow",
    "archive": "workflow",
}

IN_CONTAINERS = (
    DeploymentMethod.APPTAINER in workflow.deployment_settings.deployment_method
)
if IN_CONTAINERS:
    devices = {
        STUDY.model(*place)["training"].get("device", "cpu") for place in STUDY.places
    }
    apptainer.prepare(os.environ, Path.cwd(), config, devices)


@functools.cache
def environment(name):
    """What a job is told of the container or the locked environment that it runs in; a wrong container stops it all."""
    if IN_CONTAINERS and name in containers.IMAGES:
        try:
            return containers.environment(Path(workflow.basedir), name)
        except InputError as error:
            raise WorkflowError(str(error)) from None
    lock = f"envs/{name}.txt"
    return {"lock": lock, "sha256": sha256(Path(workflow.basedir, lock))}


def environment_of(step):
    """The environment of a step."""
    return environment(ENVIRONMENTS.get(step, "data"))


# One that is not there is missed by the jobs that need it
for name in containers.IMAGES:
    if Path(workflow.basedir, containers.file_of(name)).is_file():
        environment(name)


def one_of(names):
    """The regular expression of a wildcard that stands for one of some names."""
    return "|".join(map(re.escape, names)) or "none"


ABLATIONS = [ablation.name for ablation in STUDY.config.ablations]


wildcard_constraints:
    **{kind: one_of(names) for kind, names in STUDY.names.items()},
    resolution=r"[1-9][0-9]*",
    seed=r"0|[1-9][0-9]*",
    shard=r"0|[1-9][0-9]*",
    ablation=one_of(ABLATIONS),
    prediction=one_of([entry.name for entry in STUDY.config.predict]),
    document=one_of(
        [
            *STUDY.tables,
            "table_containment",
            *[f"ablations/{name}" for name in ABLATIONS],
        ]
    ),


@functools.cache
def resolved(step, **wildcards):
    """What a job is told, from its step and wildcards alone; a fault in the study is one line."""
    numbers = {
        name: int(value) if name in ("resolution", "seed", "shard") else value
        for name, value in wildcards.items()
    }
    try:
        return jobs.job(STUDY, step, PUBLISHED, **numbers)
    except InputError as error:
        raise WorkflowError(str(error)) from None


def job(step, **more):
    """The parameter function of a step: one JSON text that holds all that decides its outputs beside its files."""

    def text(wildcards):
        found = {
            "rule": step,
            "wildcards": dict(wildcards.items()),
            "config": {**resolved(step, **wildcards), **more},
            "environment": environment_of(step),
        }
        return json.dumps(found, sort_keys=True)

    return text


@functools.cache
def sources(script, *modules):
    """Paths of the source files behind a command and the modules that it loads by name."""
    return [str(path) for path in closure(SCRIPTS / script, *modules)]


def code(step):
    """The input function of a step: every source file that can change its outputs."""

    def found(wildcards):
        # Inputs come before all jobs, and so does what is wrong with a container
        environment_of(step)
        return sources(f"{step}.py", *jobs.closure_modules(resolved(step, **wildcards)))

    return found


def weights(wildcards):
    """The file of pretrained weights that a cell names, if it exists; training says so when it is missing."""
    model = resolved("train", **wildcards)["model"]
    published = getattr(plugins.load("models", model["module"]), "WEIGHTS", None)
    path = weights_file(model["parameters"].get("weights", "none"), published)
    return [str(path)] if path and path.is_file() else []


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
    "performance.csv",
    "figures/efficiency.pdf",
    "figures/rejection.pdf",
    "figures/calibration.pdf",
    "figures/threshold.pdf",
    "performance.csv.provenance.json",
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
            *(shards("hits.parquet") if STUDY.config.ingest is None else []),
            *[f"{RESULTS}/data/{name}" for name in data],
            *[
                f"{image}.{suffix}"
                for image in images
                for suffix in ("calibration.json", "safetensors")
            ],
        ]
    ]


def shown(step, wildcards):
    """The cells whose numbers a table shows."""
    try:
        if step == "ablation":
            return STUDY.cells_of(STUDY.variants(wildcards.ablation))
        if step in ("pairs", "performance"):
            return STUDY.cells_of(jobs.compared(STUDY, step))
        return STUDY.cells_of(STUDY.table_places("table1" if step == "table" else step))
    except InputError as error:
        raise WorkflowError(str(error)) from None


def table_reads(step):
    """The input function of a table: what it reads of its cells."""
    names = ["history.csv", "predictions.parquet", "metrics.json"]
    return lambda wildcards: cell_files(shown(step, wildcards), names)


def table_rests_on(step):
    """The input function of a table: what must stand beside the files that it reads, of whatever age."""

    def found(wildcards):
        cells = shown(step, wildcards)
        names = [
            "model.safetensors",
            "train.provenance.json",
            "evaluate.provenance.json",
        ]
        return ancient(cell_files(cells, names) + data_provenance(cells))

    return found


def missing_files(step):
    """The function that lists files of a table's cells, and records of their data, that are not there: Snakemake by
    itself looks only for those that a job is about to read.

    It is a parameter of the table, evaluated for the plan and again when the table is made: one that is deleted later
    changes it and so comes back. Snakemake 9.27 would record the plan's value, so its memory of it is cleared.
    """

    def found(wildcards):
        workflow.persistence._params.cache_clear()
        cells = shown(step, wildcards)
        return [
            path
            for path in cell_files(cells, CELL_FILES) + data_provenance(cells)
            if not os.path.exists(path)
        ]

    return found
