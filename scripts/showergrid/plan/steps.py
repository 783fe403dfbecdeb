"""The steps of the workflow, one a rule: where the jobs of each run, and the one parameter of a job."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from showergrid.core.cells import parts_of_input
from showergrid.core.errors import InputError
from showergrid.plan import containers, locks

NUMBERS = ("seed", "shard", "worker")  # wildcards that are whole numbers


@dataclass(frozen=True)
class Step:
    """Where a rule's jobs run.

    environment: a lock in envs/, and an image in containers/ of that name but for `workflow`, which needs Snakemake;
        `source`: what the source of the events declares.
    local: in seconds, so that no job of a cluster is worth it.
    """

    environment: Literal["data", "torch", "workflow", "source"] = "data"
    local: bool = False


HERE = Step(local=True)
STEPS = {
    # sources and events
    **dict.fromkeys(("library", "shard"), Step("source")),
    **dict.fromkeys(("gather", "split", "calibrate", "explore", "directions"), Step()),
    # inputs
    **dict.fromkeys(("calibrate_inputs", "represent", "tuned_inputs"), Step()),
    "features": Step("torch"),
    # cells
    "train": Step("torch"),
    "evaluate": Step(),
    **dict.fromkeys(("cell_figures", "cell_performance"), HERE),
    # tuning
    "tune": Step("torch"),
    **dict.fromkeys(("best", "tuning_figures"), HERE),
    # explain
    **dict.fromkeys(("removal", "heatmaps", "prong_heatmaps"), Step("torch")),
    **dict.fromkeys(("removal_figure", "heatmap_figure", "mistakes"), HERE),
    **dict.fromkeys(("prong_figure", "prong_heatmap_figure", "hit_figure"), HERE),
    # apply
    **dict.fromkeys(("predict", "export", "vary_cell"), Step("torch")),
    "spectrum": HERE,
    "vary": Step("source"),
    # reports
    **dict.fromkeys(("report", "published", "ensemble_predictions", "typeset"), HERE),
    **dict.fromkeys(("resolution_figure", "ablation_figure", "values_figure"), HERE),
    **dict.fromkeys(("final_states_figure", "roc_figure", "reasons_figure"), HERE),
    **dict.fromkeys(("pairs", "performance", "rulegraph"), HERE),
    "event_figures": Step(),
    **dict.fromkeys(("list_rules", "page", "data_page", "runtimes"), Step("workflow", local=True)),
    # track and rebuild
    **dict.fromkeys(("track", "track_server", "archive"), Step("workflow", local=True)),
}
LOCAL = [name for name, step in STEPS.items() if step.local]


def told_by(wildcards: Mapping[str, str]) -> dict[str, Any]:
    """What the wildcards of a job say: whole numbers as such, and of an input its representation and resolution."""
    told: dict[str, Any] = {}
    for name, value in wildcards.items():
        if name == "input":
            told["representation"], told["resolution"] = parts_of_input(value)
        else:
            told[name] = int(value) if name in NUMBERS else value
    return told


def python() -> str:
    """The minor version of this Python, by which the locked packages may compute otherwise."""
    return ".".join(map(str, sys.version_info[:2]))


def environment_name(step: str, source: ModuleType) -> str:
    """The name of the environment that a step's jobs run in, in a study whose events `source` gives."""
    name = STEPS[step].environment
    return source.ENVIRONMENT if name == "source" else name


@cache
def environment(root: Path, name: str, in_containers: bool) -> dict[str, str]:
    """The container or locked environment `name` that jobs run in, as they record it; `root` is the project's folder.

    Raises:
        InputError: the container is missing, or is not the one of the lock.
    """
    if in_containers and name != "workflow":
        return containers.environment(root, name)
    lock = f"envs/{name}.txt"
    return {"lock": lock, "sha256": locks.digest(root / lock), "python": python()}


def images_of(source: ModuleType) -> list[str]:
    """The names of the images that a study needs whose events `source` gives."""
    return [*dict.fromkeys([*containers.COMMON, source.ENVIRONMENT])]


def check_environments(root: Path, source: ModuleType, in_containers: bool) -> None:
    """Refuse an image that is there and is not the one of the lock; one that is not, the jobs miss that need it.

    Without containers: refuse a source whose own packages are not installed.

    Raises:
        InputError: one line with the image or the packages, and what to do.
    """
    if in_containers:
        for name in images_of(source):
            if (root / containers.file_of(name)).is_file():
                environment(root, name, True)
    elif source.ENVIRONMENT not in containers.COMMON and (
        missing := locks.not_installed(root / f"envs/{source.ENVIRONMENT}.txt")
    ):
        raise InputError(
            f"config: source: {source.__name__.rpartition('.')[2]} needs {', '.join(missing)}, not installed here; "
            f"run: make .venv/ready-{source.ENVIRONMENT}"
        )


def parameter(
    step: str, wildcards: Mapping[str, str], config: Mapping[str, Any], environment: Mapping[str, Any]
) -> str:
    """The one parameter of a job: a JSON text of all that decides its outputs apart from its files."""
    told = {"rule": step, "wildcards": dict(wildcards.items()), "config": config, "environment": environment}
    return json.dumps(told, sort_keys=True)
