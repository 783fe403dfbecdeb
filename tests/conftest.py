"""The tiny study, run once to its end on real Geant4 showers, settings of other showers, and of hypothesis."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings
from study import HOST, Project, checkout

from showergrid.events.detector import Box

# A test says nothing of time: a busy disk is no fault
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

WITNESS = Path(__file__).parent / "workflow/witness"


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Project:
    """The tiny study, run while witness/sitecustomize.py watched; do not change it: take `project`.

    All workers of pytest-xdist share it, and the first that needs it makes it.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, notes, done = (shared / name for name in ("finished", "finished-notes", "finished-done"))
    with FileLock(shared / "finished.lock"):
        if not done.exists():
            assert not folder.exists(), "another worker could not finish it"
            folder.mkdir()
            notes.mkdir()
            paths = filter(None, [str(WITNESS), os.environ.get("PYTHONPATH")])
            environment = {"PYTHONPATH": os.pathsep.join(paths), "WITNESS": str(notes), "WITNESS_HOST": HOST}
            checkout(folder).snakemake("--cores", "2", environment=environment)
            done.touch()
    return Project(folder)


@pytest.fixture(scope="session")
def notes(finished) -> list[dict[str, Any]]:
    """Rule, wildcards, command and the modules loaded at the end of each job of the finished study."""
    folder = finished.root.with_name(finished.root.name + "-notes")
    return [json.loads(path.read_text()) for path in sorted(folder.iterdir())]


@pytest.fixture
def project(finished, tmp_path) -> Project:
    """A copy of the finished study, for one test."""
    return finished.copy(tmp_path / "project")


@pytest.fixture(scope="session")
def checked_out(tmp_path_factory) -> Project:
    """The project's files before anything is made; leave them as they are."""
    return checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture
def detector_box() -> Box:
    return Box(x=(-200, 200), y=(-200, 200), z=(0, 500))


@pytest.fixture
def simulation() -> dict:
    return {
        "seed": 2022,
        "showers": 60,
        "shard_size": 20,
        "energy": (0.08, 2.27),
        "angles": {"x": 16, "y": 25},
        "vertex": {"x": (-200, 200), "y": (-200, 200), "z": (0, 300)},
        "geant4_data": None,
        "em_model": "option1",
        "production_cut": 0.05,
        "min_hits": 3,
    }


@pytest.fixture
def readout() -> dict:
    return {
        "field": 0.5,
        "density": 1.396,
        "ionisation_energy": 23.6,
        "recombination": {
            "model": "modified_box",
            "birks": {"a": 0.800, "k": 0.0486},
            "modified_box": {"alpha": 0.93, "beta": 0.212},
        },
        "drift_velocity": 0.1563,
        "lifetime": 10_000,
        "diffusion": {"longitudinal": 4.0, "transverse": 8.8},
        "gain": 0.0063,
        "noise": 500,
        "pitch": 0.3,
        "threshold": 0.15,
        "merging": 0.82,
        "clustering": {"x": 4.3, "y": 13, "z": 24},
        "tpc": "both",
    }


@pytest.fixture
def one_thread():
    """Run PyTorch on one thread: more do not speed up small networks, and wait for each other on a busy machine."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
