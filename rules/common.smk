# The study, and what its rules share: the image, the one JSON parameter and the code of a step.
import gc
import inspect
import os
import shlex
import sys

sys.path.insert(0, os.path.join(workflow.basedir, "scripts"))

from functools import cache, partial, wraps
from pathlib import Path

from showergrid.core import plugins
from showergrid.core.code import code_of
from showergrid.core.errors import InputError
from showergrid.core.yaml_files import typed
from showergrid.plan import apptainer, containers, jobs, paths, resources, steps
from showergrid.plan.checks import read_study
from showergrid.plan.layers import given_in, merged, read_layers
from showergrid.plan.missing import missing
from showergrid.plan.reads import Reads
from snakemake.logging import logger
from snakemake.settings.types import DeploymentMethod


def refuse(fault):
    """Show a fault that the user can correct as its one line, without Snakemake's lines around an error, and end."""
    logger.error(str(fault))
    sys.exit(1)


def refusing(function):
    """The same function, but a fault that it finds in the study ends the call with its one line."""

    @wraps(function)
    def answer(*arguments, **named):
        try:
            return function(*arguments, **named)
        except InputError as error:
            refuse(error)

    # Snakemake asks for it again and again, at every job
    answer.__signature__ = inspect.signature(function)
    return answer


# What a plan holds, it holds to the end: no use to look again and again for what of it could go
gc.set_threshold(100_000, 50, 100)

# The project, from the folder that Snakemake works in, which may be another one (--directory)
PROJECT = Path(workflow.basedir)
ROOT = Path(os.path.relpath(PROJECT))
SCRIPTS = ROOT / "scripts"
COMMANDS = shlex.quote(str(SCRIPTS))
DEPLOYED = workflow.deployment_settings.deployment_method
IN_CONTAINERS = DeploymentMethod.APPTAINER in DEPLOYED

# A bare `.venv/bin/snakemake` finds the Python of its own environment.
os.environ.update(
    PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()])
)

try:
    # The Snakefile's own file comes last; Snakemake reads all inside of braces or brackets of --config as text
    LAYERS = read_layers(
        ROOT,
        map(Path, workflow.configfiles[:-1]),
        typed(workflow.config_settings.config),
    )
    config.update(merged(LAYERS))
    STUDY = read_study(config, given_in(LAYERS))
    PUBLISHED = jobs.published(STUDY.config, ROOT)
    PATHS = paths.Paths(STUDY)
    CLUSTER = resources.read_cluster(ROOT / "slurm/site.yaml")
    paths.check_folders(PATHS.results, SCRIPTS, workflow.basedir)
    if IN_CONTAINERS:
        apptainer.prepare(os.environ, Path.cwd(), PROJECT, config, STUDY.devices)
    steps.check_environments(ROOT, STUDY.source, IN_CONTAINERS)
except InputError as error:
    refuse(error)

RESULTS = PATHS.results
NAMED, CELL = paths.CELL, PATHS.cell  # what tells a cell from others, and its folder
LOGGED = " 2>&1 | {{ tee -p {log:q} || true; }}"  # the end of a command: what it prints is shown and kept


wildcard_constraints:
    **PATHS.wildcards,


def image(step):
    """The container of a step, from the folder that Snakemake works in."""
    return str(ROOT / containers.file_of(steps.environment_name(step, STUDY.source)))


def environment_of(step):
    """The container or locked environment that a step runs in, as recorded; a wrong container stops the workflow."""
    name = steps.environment_name(step, STUDY.source)
    return steps.environment(ROOT, name, IN_CONTAINERS)


@cache
@refusing
def resolved(step, **wildcards):
    """The configuration of a job, from its step and wildcards alone."""
    return jobs.job(STUDY, step, PUBLISHED, **steps.told_by(wildcards))


READS = Reads(PATHS, resolved)


def job(step, **more):
    """The parameter function of a step: one JSON text with all that decides its outputs apart from its files."""

    @refusing
    def text(wildcards):
        told = {**resolved(step, **wildcards), **more}
        return steps.parameter(step, wildcards, told, environment_of(step))

    return text


def code(step, *more):
    """The input function of a step: the state of every source file that can change its outputs, modules `more` too."""

    @refusing
    def file(wildcards):
        # Inputs are evaluated before any job, and so a wrong container is reported before all of them
        environment_of(step)
        modules = plugins.closure_modules(resolved(step, **wildcards))
        return str(code_of(SCRIPTS / f"{step}.py", *modules, *more))

    return file


def ask(step, *trained):
    """The resources of a step, which a run on one machine ignores; `trained`: the step that trains its cell."""
    told = [partial(resolved, name) for name in (step, *trained)]
    return resources.requests(STUDY.size, CLUSTER, step, *told)


def missing_files(step, cells_of=lambda wildcards: []):
    """The parameter function of a table: its missing files, and those of the cells that it rests on."""
    return missing(
        lambda wildcards: expand(getattr(rules, step).output, **wildcards),
        lambda wildcards: PATHS.rested_on_by_tables(cells_of(wildcards)),
        # Snakemake 9.27 would record the value of the plan
        before=lambda: workflow.persistence._params.cache_clear(),
    )
