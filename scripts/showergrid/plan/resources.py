"""The memory and time that jobs request of a cluster: by rule and size, more at each attempt, within what a node has.

The constants are generous bounds of what was measured on two cores of an Intel Xeon; a job for which they are too small
is started again with more, and a training then continues from its last epoch.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.core.yaml_files import read_yaml
from showergrid.plan.cluster import Cluster
from showergrid.plan.steps import STEPS
from showergrid.sources.parts.request import Size
from showergrid.training.hyperparameters import kind_of, variables_of

PYTHON = 500  # MB, a command with the data libraries
PYTORCH = 2000  # MB, with PyTorch, weights and the optimiser's state
BYTES_A_PIXEL = 700  # per event of a step: activations, gradients; simple takes 140, complex 670, frozen ones 110
SECONDS_A_PIXEL = 3e-6  # per event of an epoch, on one thread; simple takes 0.2e-6, complex 2.4e-6
BYTES_A_HIT = 50_000  # the same for a hit of a list; the transformer takes 6,200
SECONDS_A_HIT = 1e-4  # the same for a hit of a list; the transformer takes 2e-5
OCCUPIED = 1000  # pixels of an event that a sparse network sees, each as a hit; showers have 180 on average at c 1000
MAPS = 8  # images of an event that shows its prongs too: 7.3 with prongs of 15 hits, its own among them
HELD = 5  # times the memory of all hits where they are asked of: with their pixels, classes and answers 1.5 MB an event
BYTES_A_FITTED = 400  # per hit of an event in the table that a model is fitted to: six channels, copied a few times
SECONDS_A_FITTED = 5e-4  # per hit to fit it, on one thread; 200 rounds of XGBoost and 300 trees of a forest take 4e-5
GPU_SPEED = 10  # of a network on it, in threads, at least
STARTING = 15  # minutes added to every job, for slow file systems


@dataclass(frozen=True)
class Need:
    """The memory [MB] and time [min] that a job needs."""

    memory: float
    minutes: float

    def at(self, attempt: int, cluster: Cluster) -> Need:
        """The need, doubled at each further attempt (the first is 1), up to what `cluster` allows."""
        factor = 2 ** (attempt - 1)
        return Need(
            math.ceil(min(self.memory * factor, cluster.largest_memory * 1000)),
            math.ceil(min(self.minutes * factor, cluster.longest_hours * 60)),
        )


def read_cluster(path: Path) -> Cluster:
    """Read and check the file of a site.

    Raises:
        InputError: one line with the key, the value and what is valid.
    """
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise InputError(f"{path}: is no map of keys and values; git has the file as it was")
    return checked(Cluster, values, str(path))


def needs_gpu(cluster: Cluster, job: Mapping[str, Any]) -> bool:
    """Whether a job takes a GPU: it runs a network, the cluster has GPUs, and the study does not forbid them."""
    return cluster.gpu is not None and "model" in job and job["model"]["training"].get("device", "cpu") != "cpu"


def need(size: Size, cluster: Cluster, step: str, job: Mapping[str, Any]) -> Need:
    """The need of a job of rule `step` whose configuration is `job`, as jobs.py resolves it; `size`: of the events."""
    if "hit_questions" in job:
        size = replace(size, megabytes=HELD * size.megabytes)
    if "model" in job:
        training, window = job["model"]["training"], job["model"]["window"]
        tables = [view["representation"] for view in job.get("views", [job])]
        shape = window["shape"] if window else [sum(map(variables_of, tables))]
        pixels = math.prod(shape) * len(job.get("views", [None]))
        pixels *= MAPS if kind_of(job["representation"]) == "prongs" else 1
        packed = "packed" in job["model"]
        pixels = min(pixels, OCCUPIED) if packed else pixels
        listed = packed or len(shape) == 1
        if "n_epochs" not in training:
            entries = size.events * pixels
            fits = _epochs(step, job) if step == "tune" else 1
            return Need(
                PYTORCH + entries * BYTES_A_FITTED / 1e6 + size.megabytes,
                STARTING + fits * entries * SECONDS_A_FITTED / training["threads"] / 60,
            )
        batch = training["micro_batch_size"] or training["batch_size"]
        epochs = _epochs(step, job)
        speed = GPU_SPEED if needs_gpu(cluster, job) else training["threads"]
        seconds = size.events * epochs * pixels * (SECONDS_A_HIT if listed else SECONDS_A_PIXEL) / speed
        memory = batch * pixels * (BYTES_A_HIT if listed else BYTES_A_PIXEL) / 1e6
        return Need(PYTORCH + memory + size.megabytes, STARTING + seconds / 60)
    if step in ("library", "shard", "vary"):
        return Need(size.memory, STARTING + size.minutes)
    return Need(PYTHON + size.megabytes, STARTING + size.events / 2000)


def requests(
    size: Size,
    cluster: Cluster,
    step: str,
    told: Callable[..., Mapping[str, Any]],
    trained: Callable[..., Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """What a rule asks of a cluster: memory and time, more at each attempt, a GPU if there is one, the site's options.

    They are values, or functions of a job's wildcards and perhaps its attempt; `told(**wildcards)` configures that job.
    `trained(**wildcards)` configures the training of its cell, which answers hits only if it was asked of them there.
    """

    def needed(wildcards: Mapping[str, str], attempt: int) -> Need:
        job = told(**wildcards)
        if trained and "hit_questions" not in trained(**wildcards):
            job = {key: value for key, value in job.items() if key != "hit_questions"}
        return need(size, cluster, step, job).at(attempt, cluster)

    requested = {
        "mem_mb": lambda wildcards, attempt: needed(wildcards, attempt).memory,
        "runtime": lambda wildcards, attempt: needed(wildcards, attempt).minutes,
        "slurm_account": cluster.account,
        "slurm_partition": cluster.partition,
        "qos": cluster.qos,
        "constraint": cluster.constraint,
    }
    if cluster.scratch:
        requested["tmpdir"] = lambda wildcards: scratch(cluster)
    if cluster.gpu and STEPS[step].environment == "torch":

        def on_gpu(there: str | int, elsewhere: str | int) -> Callable[[Mapping[str, str]], str | int]:
            return lambda wildcards: there if needs_gpu(cluster, told(**wildcards)) else elsewhere

        requested["gpu"] = on_gpu(1, 0)
        requested["gpu_model"] = on_gpu(cluster.gpu.type or "", "")
        requested["slurm_partition"] = on_gpu(cluster.gpu.partition or cluster.partition or "", cluster.partition or "")
    return {name: value for name, value in requested.items() if value is not None}


def _epochs(step: str, job: Mapping[str, Any]) -> int:
    """How often a job of a network goes through the training events; others ask it of all events once."""
    match step:
        case "train":
            return job["model"]["training"]["n_epochs"]
        case "tune":
            search = job["search"]
            return math.ceil(search["trials"] / search["workers"]) * len(search["seeds"]) * job["epochs"]
        case _:
            return 1


def scratch(cluster: Cluster) -> str:
    """The folder of temporary files, its environment variables expanded; the system's if a variable is not set."""
    folder = os.path.expandvars(cluster.scratch or "")
    return tempfile.gettempdir() if "$" in folder or not folder else folder
