"""What jobs ask a cluster for: memory and time by rule and size, more at each attempt, never more than a node has.

The constants are generous bounds of what was measured on two cores of an Intel Xeon; a job for which they are too small
is started again with more, and a training goes on from its last epoch then.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from showergrid.core.checking import checked
from showergrid.core.errors import InputError
from showergrid.plan.cluster import Cluster
from showergrid.plan.config import Config

PYTHON = 500  # MB, a command with the data libraries
PYTORCH = 2000  # MB, with PyTorch, weights and the optimiser's state
BYTES_A_PIXEL = 700  # of an event in a step, activations and gradients; simple takes 140, complex 670, frozen ones 110
SECONDS_A_PIXEL = 3e-6  # of an event in an epoch, one thread; simple takes 0.2e-6, complex 2.4e-6
BYTES_A_HIT = 50_000  # the same of a hit of a list; the transformer takes 6,200
SECONDS_A_HIT = 1e-4  # the same of a hit of a list; the transformer takes 2e-5
BYTES_A_FITTED = 400  # of a hit of an event in the table that a model is fitted to: six channels, copied a few times
SECONDS_A_FITTED = 5e-4  # to fit it, one thread; 200 rounds of XGBoost and 300 trees of a forest take 4e-5
GPU_SPEED = 10  # in threads, at least
SHOWER = 0.05  # MB of an event's hits while they are worked on
FILE = 4  # MB of hits in memory for each MB of a file that they are read from
SHOWER_SECONDS = 0.25  # to simulate one; 0.012 with the default physics
STARTING = 15  # minutes that every job has, for slow file systems


@dataclass(frozen=True)
class Need:
    """What one job takes: memory [MB] and time [min]."""

    memory: float
    minutes: float

    def at(self, attempt: int, cluster: Cluster) -> Need:
        """Twice as much at each further attempt (the first is 1), up to what `cluster` allows."""
        factor = 2 ** (attempt - 1)
        return Need(
            math.ceil(min(self.memory * factor, cluster.largest_memory * 1000)),
            math.ceil(min(self.minutes * factor, cluster.longest_hours * 60)),
        )


def read_cluster(path: Path) -> Cluster:
    """The checked file of a site.

    Raises:
        InputError: one line with the key, the value and what is valid.
    """
    try:
        values = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f"{path.name}: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict):
        raise InputError(f"{path.name}: is no map of keys and values; git has the file as it was")
    return checked(Cluster, values, path.name)


def needs_gpu(cluster: Cluster, job: Mapping[str, Any]) -> bool:
    """Whether a job takes a GPU: one of a network, where the cluster has GPUs and the study forbids none."""
    return cluster.gpu is not None and "model" in job and job["model"]["training"].get("device", "cpu") != "cpu"


def need(config: Config, cluster: Cluster, step: str, job: Mapping[str, Any]) -> Need:
    """What the job of rule `step` takes that is told `job`, as jobs.py resolves it."""
    if "model" in job:
        training, shape = job["model"]["training"], job["model"]["window"]["shape"]
        pixels = math.prod(shape) * len(job.get("views", [None]))
        listed = len(shape) == 1
        if "n_epochs" not in training:
            entries = events(config) * pixels
            fits = _epochs(step, job) if step == "tune" else 1
            return Need(
                PYTORCH + entries * BYTES_A_FITTED / 1e6 + hits_mb(config),
                STARTING + fits * entries * SECONDS_A_FITTED / training["threads"] / 60,
            )
        batch = training["micro_batch_size"] or training["batch_size"]
        epochs = _epochs(step, job)
        speed = GPU_SPEED if needs_gpu(cluster, job) else training["threads"]
        seconds = events(config) * epochs * pixels * (SECONDS_A_HIT if listed else SECONDS_A_PIXEL) / speed
        memory = batch * pixels * (BYTES_A_HIT if listed else BYTES_A_PIXEL) / 1e6
        return Need(PYTORCH + memory + hits_mb(config), STARTING + seconds / 60)
    if step in ("simulate", "vary"):
        return Need(2 * PYTHON, STARTING + config.simulation.shard_size * SHOWER_SECONDS / 60)
    return Need(PYTHON + hits_mb(config), STARTING + events(config) / 2000)


def _epochs(step: str, job: Mapping[str, Any]) -> int:
    """How often a job of a network goes through the training events; an evaluation goes through all once."""
    match step:
        case "train":
            return job["model"]["training"]["n_epochs"]
        case "tune":
            search = job["search"]
            return math.ceil(search["trials"] / search["workers"]) * len(search["seeds"]) * job["epochs"]
        case _:
            return 1


def hits_mb(config: Config) -> float:
    """Memory that the hits of all events take [MB], from the number of showers or the size of the files."""
    if config.ingest is None:
        return config.simulation.showers * SHOWER
    return FILE * sum(Path(file).stat().st_size for file in config.ingest.files if Path(file).is_file()) / 1e6


def events(config: Config) -> float:
    """How many events there are; an estimate where they are read from files."""
    return config.simulation.showers if config.ingest is None else hits_mb(config) / SHOWER


def scratch(cluster: Cluster) -> str:
    """The folder of temporary files with the variables of this process put in; the system's where one is not set."""
    folder = os.path.expandvars(cluster.scratch or "")
    return tempfile.gettempdir() if "$" in folder or not folder else folder
