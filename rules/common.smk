# The study, and what the workflow asks of it: paths, code and the one JSON parameter of every job.
import functools
import json
import os
import re
import shlex
import sys
from dataclasses import astuple

sys.path.insert(0, os.path.join(workflow.basedir, "scripts"))

from pathlib import Path

from showergrid.core import plugins
from showergrid.core.closure import closure
from showergrid.core.code import state
from showergrid.core.errors import InputError
from showergrid.core.variants import base
from showergrid.core.yaml_files import typed
from showergrid.models.parts.weights import weights_file
from showergrid.plan import (
    apptainer,
    containers,
    explain_jobs,
    jobs,
    locks,
    report_jobs,
)
from showergrid.plan.layers import given_in, merged, read_layers
from showergrid.plan.study import Study
from showergrid.tuning.best import of_images
from snakemake.logging import logger
from snakemake.settings.types import DeploymentMethod


def refuse(fault):
    """Show a fault that the user can correct as its one line, without Snakemake's lines around an error, and end."""
    logger.error(str(fault))
    sys.exit(1)


try:
    # The Snakefile's own file comes last; Snakemake reads all inside of braces or brackets of --config as text
    LAYERS = read_layers(
        Path(os.path.relpath(workflow.basedir)),
        map(Path, workflow.configfiles[:-1]),
        typed(workflow.config_settings.config),
    )
    config.update(merged(LAYERS))
    STUDY = Study.read(config, given_in(LAYERS))
    PUBLISHED = jobs.published(STUDY.config, Path(workflow.basedir))
except InputError as error:
    refuse(error)

RESULTS = STUDY.config.results


def check_writable(path, remedy):
    """Refuse a folder in which nothing can be made, before any job."""
    folder = Path(path).absolute()
    while not folder.exists():
        folder = folder.parent
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        refuse(f"{folder}: cannot be written to; {remedy}")


check_writable(
    ".snakemake",
    "Snakemake keeps its notes in the folder that it works in; name another one: --directory FOLDER",
)
check_writable(
    RESULTS,
    "make it a folder that can, or name another: results: in the configuration",
)


def in_project(path):
    """A path of the project from the folder that Snakemake works in, which may be another one (--directory)."""
    return os.path.relpath(os.path.join(workflow.basedir, path))


SCRIPTS = Path(in_project("scripts"))
if re.search(r"[\s{}]", str(SCRIPTS)):
    refuse(
        f"{workflow.basedir}: Snakemake takes no blank and no brace in a path to a container; rename the folder, "
        "or leave out --directory"
    )
COMMANDS = shlex.quote(str(SCRIPTS))

# A bare `.venv/bin/snakemake` finds the Python of its own environment.
os.environ.update(
    PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()])
)

# The environment of each step: a lock in envs/ and an image in containers/ of that name.
ENVIRONMENTS = {
    "train": "torch",
    "features": "torch",
    "train_frozen": "torch",
    "vary_cell": "torch",
    "removal": "torch",
    "heatmaps": "torch",
    "tune": "torch",
    "predict": "torch",
    "export": "torch",
    "list_rules": "workflow",
    "archive": "workflow",
    "page": "workflow",
    "data_page": "workflow",
    "runtimes": "workflow",
    "track": "workflow",
    "track_server": "workflow",
}

IN_CONTAINERS = (
    DeploymentMethod.APPTAINER in workflow.deployment_settings.deployment_method
)
if IN_CONTAINERS:
    devices = {
        STUDY.catalogue.model(*place)["training"].get("device", "cpu")
        for place in STUDY.places
    }
    try:
        apptainer.prepare(
            os.environ, Path.cwd(), Path(workflow.basedir), config, devices
        )
    except InputError as error:
        refuse(error)


@functools.cache
def environment(name):
    """The container or locked environment that a job runs in, as recorded; a wrong container stops the workflow."""
    if IN_CONTAINERS and name in containers.IMAGES:
        try:
            return containers.environment(Path(workflow.basedir), name)
        except InputError as error:
            refuse(error)
    lock = f"envs/{name}.txt"
    return {"lock": lock, "sha256": locks.digest(Path(workflow.basedir, lock))}


def environment_of(step):
    """The environment of a step."""
    return environment(ENVIRONMENTS.get(step, "data"))


# One that is not there is missed by the jobs that need it
for name in containers.IMAGES:
    if Path(workflow.basedir, containers.file_of(name)).is_file():
        environment(name)


def one_of(names):
    """The regular expression of a wildcard that stands for one of `names`."""
    return "|".join(map(re.escape, names)) or "none"


ABLATIONS = [ablation.name for ablation in STUDY.config.ablations]
ENSEMBLES = [ensemble.name for ensemble in STUDY.config.ensembles]


wildcard_constraints:
    **{kind: one_of(names) for kind, names in STUDY.catalogue.names.items()},
    resolution=r"[1-9][0-9]*",
    seed=r"0|[1-9][0-9]*",
    shard=r"0|[1-9][0-9]*",
    worker=r"0|[1-9][0-9]*",
    ensemble=one_of(ENSEMBLES),
    prediction=one_of([entry.name for entry in STUDY.config.predict]),
    report=one_of(STUDY.reports),
    table=one_of(report_jobs.beside_published(STUDY)),


@functools.cache
def resolved(step, **wildcards):
    """The configuration of a job, from its step and wildcards alone; a fault in the study gives one line."""
    numbers = {
        name: int(value) if name in ("resolution", "seed", "shard", "worker") else value
        for name, value in wildcards.items()
    }
    try:
        return jobs.job(STUDY, step, PUBLISHED, **numbers)
    except InputError as error:
        refuse(error)


def job(step, **more):
    """The parameter function of a step: one JSON text with all that decides its outputs apart from its files."""

    def text(wildcards):
        parameter = {
            "rule": step,
            "wildcards": dict(wildcards.items()),
            "config": {**resolved(step, **wildcards), **more},
            "environment": environment_of(step),
        }
        return json.dumps(parameter, sort_keys=True)

    return text


@functools.cache
def sources(step, script, *modules, others=()):
    """The file that stands for the code of a step: its script, the modules that it loads by name, and `others`."""
    try:
        files = *closure(SCRIPTS / script, *modules), *others
        return str(state(step, files, SCRIPTS.parent))
    except InputError as error:
        refuse(error)
    except OSError as error:
        refuse(f"{error.filename}: cannot be written to ({error.strerror})")


def code(step):
    """The input function of a step: the state of every source file that can change its outputs."""

    def file(wildcards):
        # Inputs are evaluated before any job, and so a wrong container is reported before all of them
        environment_of(step)
        modules = plugins.closure_modules(resolved(step, **wildcards))
        return sources(step, f"{step}.py", *modules)

    return file


def weights(step):
    """The input function for the files of pretrained weights that a network and its backbones name, if they exist.

    Training reports a missing one.
    """

    def files(wildcards):
        model = resolved(step, **wildcards)["model"]
        backbones = [backbone["model"] for backbone in model.get("backbones", [])]
        paths = []
        for network in [model, *backbones]:
            published = getattr(
                plugins.load("models", network["module"]), "WEIGHTS", None
            )
            paths.append(
                weights_file(network["parameters"].get("weights", "none"), published)
            )
        return list(
            dict.fromkeys(str(path) for path in paths if path and path.is_file())
        )

    return files


def tuning_folder(representation, resolution, model):
    """The folder of the search of a network, by the name of the network or of its tuned variant."""
    return f"{RESULTS}/tuning/{representation}/c{resolution}/{base(model)}"


def searched(representation, resolution, model):
    """The search that gives a cell its values, or None."""
    try:
        return STUDY.search(representation, int(resolution), model)
    except InputError as error:
        refuse(error)


def image_stems(representation, resolution, model):
    """The image files of a network without their suffix, one for each representation that it shows.

    All networks share them, unless a search chose their parameters.
    """
    search = searched(representation, resolution, model)
    if search and of_images(
        STUDY.catalogue.representation(representation), search.space
    ):
        return [f"{tuning_folder(representation, resolution, model)}/images"]
    return [
        f"{RESULTS}/inputs/{shown}/c{resolution}"
        for shown in STUDY.catalogue.shown(representation)
    ]


def tuned_values(wildcards):
    """The file of the values that a search found for a cell, if the cell is tuned."""
    place = wildcards.representation, wildcards.resolution, wildcards.model
    return [f"{tuning_folder(*place)}/best.yaml"] if searched(*place) else []


def compute_threads(step):
    """The function for the cores to reserve for a network: as many as its compute threads."""
    return lambda wildcards: (
        resolved(step, **wildcards)["model"]["training"]["threads"]
    )


def search_of(wildcards):
    """The search that a job belongs to, as the configuration has it."""
    names = "representation", "resolution", "model"
    return resolved("best", **{name: wildcards[name] for name in names})["search"]


def trial_input(path, own):
    """The input function of a search for the file `path`, if it is needed.

    With `own` that is where each trial makes images of its own, else where all trials share theirs.
    """

    def file(wildcards):
        representation = STUDY.catalogue.representation(wildcards.representation)
        makes_images = bool(of_images(representation, search_of(wildcards)["space"]))
        return path.format(**wildcards) if makes_images == own else []

    return file


def shards(suffix):
    """The files with this suffix of all shards, in order."""
    return [
        f"{RESULTS}/data/shards/{shard}.{suffix}"
        for shard in range(STUDY.config.simulation.shards)
    ]


DRAWN = resolved("event_figures")["representations"]

CELL = f"{RESULTS}/cells/{{representation}}/c{{resolution}}/{{model}}/seed{{seed}}"
FROZEN = [
    name for name in STUDY.catalogue.names["model"] if STUDY.catalogue.is_frozen(name)
]
NOT_FROZEN = [
    name
    for name in STUDY.catalogue.names["model"]
    if not STUDY.catalogue.is_frozen(name)
]
FEATURES = (
    f"{RESULTS}/features/{{representation}}/c{{resolution}}/{{model}}/seed{{seed}}"
)
TRAINED_FILES = [
    "model.safetensors",
    "history.csv",
    "answers.safetensors",
    "train.provenance.json",
]
CELL_FILES = [
    *TRAINED_FILES,
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


def search_outputs(cells):
    """The files that tuned cells have their values from and that have a record, each once."""
    outputs = {}
    for cell in cells:
        place = cell.representation, cell.resolution, cell.model
        if search := searched(*place):
            folder = tuning_folder(*place)
            workers = [f"workers/{worker}.csv" for worker in range(search.workers)]
            outputs |= {f"{folder}/{name}": None for name in ["best.yaml", *workers]}
    return list(outputs)


def images_of(cells):
    """The image files that some cells are made of, without their suffix, each once."""
    return sorted(
        {
            stem
            for cell in cells
            for stem in image_stems(cell.representation, cell.resolution, cell.model)
        }
    )


def image_files(suffix):
    """The input function of a cell: its images or their calibrations."""
    return lambda wildcards: [
        f"{stem}.{suffix}"
        for stem in image_stems(
            wildcards.representation, wildcards.resolution, wildcards.model
        )
    ]


def joined_cells(cells):
    """The trained cells whose features some cells join, each once."""
    frozen = [cell for cell in cells if STUDY.catalogue.is_frozen(cell.model)]
    return sorted(
        {
            joined
            for cell in frozen
            for joined in STUDY.catalogue.joined_cells(*astuple(cell))
        }
    )


def features_of(cells):
    """The files of features that some cells are made of."""
    return [
        f"{RESULTS}/features/{cell.folder.removeprefix('cells/')}.safetensors"
        for cell in joined_cells(cells)
    ]


def rests_on(pattern):
    """The input function of a frozen cell: the file `pattern` of each cell whose features it joins, one per view."""

    def files(wildcards):
        # A fault in the study gives one line here
        resolved("train_frozen", **wildcards)
        cells = STUDY.catalogue.joined_cells(
            wildcards.representation,
            int(wildcards.resolution),
            wildcards.model,
            int(wildcards.seed),
        )
        return [pattern.format(**vars(cell)) for cell in cells]

    return files


def data_provenance(cells):
    """The records of the data, the images and the features that some cells are made of."""
    if not cells:
        return []
    data = ["hits.parquet", "split.parquet", "calibration.json"]
    return [
        f"{output}.provenance.json"
        for output in [
            *(shards("hits.parquet") if STUDY.config.ingest is None else []),
            *[f"{RESULTS}/data/{name}" for name in data],
            *[f"{image}.safetensors" for image in images_of(cells)],
            *[
                f"{image}.calibration.json"
                for image in images_of(cells)
                if image.startswith(f"{RESULTS}/inputs/")
            ],
            *features_of(cells),
            *search_outputs(cells),
        ]
    ]
